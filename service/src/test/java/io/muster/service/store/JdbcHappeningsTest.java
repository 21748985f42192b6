package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.Happening;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JdbcHappeningsTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/22222222-2222-2222-2222-222222222222");
    private static final ResourceId APPLICATION =
            ResourceId.parse(
                    SCOPE.text()
                            + "/resourceGroups/g/providers/Microsoft.Compute/galleries/gal/applications/agent");
    private static final ResourceId MACHINE =
            ResourceId.parse(
                    SCOPE.text()
                            + "/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm");

    private static JdbcCampaignStore store(Databases.Named database) {
        return new JdbcCampaignStore(new Transactions(database.source()));
    }

    /// One that waits for versions of the application and for changes of machines.
    private static Campaign waiting(String name) throws Exception {
        var body =
                Json.parse(
                        """
                        {"properties": {"application": {"kind": "require", "applicationId": "%s", "version": "latest"},
                         "query": "resources", "rings": [{"name": "all"}], "triggers": [
                          {"galleryVersion": {"applicationId": "%s"}},
                          {"change": {"types": ["Microsoft.Compute/virtualMachines"]}}]}}
                        """
                                .formatted(APPLICATION.text(), APPLICATION.text()));
        return Campaign.accepted(
                        Campaign.idOf(SCOPE, name),
                        CampaignSpec.read(SCOPE, name, body),
                        "",
                        1,
                        NOW)
                .waiting(null, "", NOW);
    }

    private static ResourceId version(String number) {
        return APPLICATION.child("versions", number);
    }

    private static List<String> told(JdbcCampaignStore store, Campaign campaign) {
        return store.events(campaign.id()).stream().map(CampaignEvent::message).toList();
    }

    @ParameterizedTest
    @MethodSource("both")
    void aVersionThatWasNotThereIsKeptUntilItWasToldAndToldOnce(Databases.Named database)
            throws Exception {
        var store = store(database);
        var campaign = waiting("versions");
        store.create(campaign);
        store.published(Set.of(version("1.0.0")));
        assertThat(store.happenings()).isEmpty();

        store.published(Set.of(version("1.0.0"), version("2.0.0")));
        store.published(Set.of(version("1.0.0"), version("2.0.0")));
        // Whoever comes after a crash finds it.
        var kept = store(database).happenings();
        assertThat(kept)
                .singleElement()
                .satisfies(one ->
                        assertThat(one.happening())
                                .isEqualTo(new Happening.Published(Set.of(version("2.0.0")))));

        var later = NOW.plusSeconds(1);
        assertThat(store.tell(kept, later))
                .singleElement()
                .satisfies(told -> assertThat(told.nextRun()).isEqualTo(later));
        assertThat(store.campaign(campaign.id()).orElseThrow().nextRun()).isEqualTo(later);
        assertThat(told(store, campaign)).hasSize(1).first().asString().contains("2.0.0");
        assertThat(store.tell(kept, later.plusSeconds(1))).isEmpty();
        assertThat(store.happenings()).isEmpty();
        store.delete(store.campaign(campaign.id()).orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("both")
    void ofManyThatTellAtOnceOneDoes(Databases.Named database) throws Exception {
        var store = store(database);
        List<Campaign> campaigns = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            campaigns.add(waiting("many" + i));
            store.create(campaigns.get(i));
        }
        var over = waiting("over").in(CampaignState.CANCELED, "", NOW);
        store.create(over);
        assertThat(store.changed(List.of(ChangeNotice.of(MACHINE)), 2)).isTrue();
        assertThat(store.changed(List.of(ChangeNotice.of(MACHINE)), 1)).isFalse();
        var kept = store.happenings();
        List<Callable<List<Campaign>>> tellers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tellers.add(() -> store(database).tell(kept, NOW));
        }
        int triggered = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var told : threads.invokeAll(tellers)) {
                triggered += told.get().size();
            }
        }
        assertThat(triggered).isEqualTo(3);
        for (var campaign : campaigns) {
            assertThat(told(store, campaign)).containsExactly("1 resource changed.");
            store.delete(store.campaign(campaign.id()).orElseThrow());
        }
        assertThat(told(store, over)).isEmpty();
        store.delete(over);
    }

    @ParameterizedTest
    @MethodSource("both")
    void onlyTheCampaignThatWasReadIsDeleted(Databases.Named database) throws Exception {
        var store = store(database);
        var first = waiting("replaced");
        store.create(first);
        var second = first.withPaused(true, NOW);
        assertThat(store.update(second)).isTrue();
        assertThat(store.delete(first)).isFalse();
        assertThat(store.delete(second)).isTrue();
        assertThat(store.delete(second)).isFalse();
        assertThat(store.campaign(first.id())).isEmpty();
    }
}
