package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JdbcCampaignStoreTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");

    private static Campaign campaign() throws Exception {
        var body =
                Json.parse(
                        "{\"properties\":{\"policyAssignmentId\":\""
                                + SCOPE.text()
                                + "/providers/Microsoft.Authorization/policyAssignments/a\","
                                + "\"rings\":[{\"name\":\"one\"}]}}");
        return Campaign.accepted(
                Campaign.idOf(SCOPE, "c"), CampaignSpec.read(SCOPE, "c", body), "me", 1, NOW);
    }

    @ParameterizedTest
    @MethodSource("both")
    void whoWasOvertakenDecidesAndProlongsNothingMore(Databases.Named database) throws Exception {
        var store = new JdbcCampaignStore(new Transactions(database.source()));
        var campaign = campaign();
        var id = campaign.id();
        var planned = campaign.planned(List.of(RingProgress.pending(1)), 0, NOW);
        var rings = List.of(List.of(new PlannedResource(SCOPE, "")));
        store.create(campaign);
        assertThatThrownBy(() -> store.update(planned, "one"))
                .isInstanceOf(LeaseLostException.class);
        assertThat(store.prolong(id, "one", NOW.plusSeconds(60))).isFalse();

        assertThat(store.lease(id, "one", NOW, NOW.plusSeconds(60))).isTrue();
        assertThat(store.prolong(id, "one", NOW.plusSeconds(90))).isTrue();
        assertThat(store.lease(id, "two", NOW.plusSeconds(89), NOW.plusSeconds(160))).isFalse();
        // Run out, but taken by nobody: what it decides is still the only thing that is decided.
        assertThat(store.plan(planned, rings, "one")).isTrue();
        assertThat(store.plan(planned, rings, "one")).isFalse();

        assertThat(store.lease(id, "two", NOW.plusSeconds(90), NOW.plusSeconds(160))).isTrue();
        var paused = planned.withPaused(true, NOW);
        assertThatThrownBy(() -> store.plan(paused, List.of(), "one"))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining(id.text());
        assertThatThrownBy(() -> store.update(paused, "one"))
                .isInstanceOf(LeaseLostException.class);
        store.release(id, "two");
        assertThat(store.prolong(id, "one", NOW.plusSeconds(200))).isFalse();
        var kept = store.campaign(id).orElseThrow();
        assertThat(kept.version()).isEqualTo(planned.version());
        assertThat(kept.paused()).isFalse();
        assertThat(store.members(id, 1, 0)).isEqualTo(rings.getFirst());
    }
}
