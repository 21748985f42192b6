package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JdbcCampaignStoreTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(10);
    private static final ResourceId SCOPE =
            ResourceId.parse("/subscriptions/11111111-1111-1111-1111-111111111111");

    private static Campaign campaign() throws Exception {
        return campaign(NOW);
    }

    private static Campaign campaign(Instant createdOn) throws Exception {
        var body =
                Json.parse(
                        "{\"properties\":{\"policyAssignmentId\":\""
                                + SCOPE.text()
                                + "/providers/Microsoft.Authorization/policyAssignments/a\","
                                + "\"rings\":[{\"name\":\"one\"}]}}");
        return Campaign.accepted(
                Campaign.idOf(SCOPE, "c"), CampaignSpec.read(SCOPE, "c", body), "me", 1, createdOn);
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
        assertThat(store.prolong(id, "one", LEASE)).isFalse();

        assertThat(store.lease(id, "one", LEASE)).isTrue();
        assertThat(store.prolong(id, "one", LEASE)).isTrue();
        assertThat(store.lease(id, "two", LEASE)).isFalse();
        assertThat(store.prolong(id, "one", Duration.ZERO)).isTrue();
        // Run out, but taken by nobody: what it decides is still the only thing that is decided.
        assertThat(store.plan(planned, rings, "one")).isTrue();
        assertThat(store.plan(planned, rings, "one")).isFalse();

        assertThat(store.lease(id, "two", LEASE)).isTrue();
        var paused = planned.withPaused(true, NOW);
        assertThatThrownBy(() -> store.plan(paused, List.of(), "one"))
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContaining(id.text());
        assertThatThrownBy(() -> store.update(paused, "one"))
                .isInstanceOf(LeaseLostException.class);
        store.release(id, "two");
        assertThat(store.prolong(id, "one", LEASE)).isFalse();
        var kept = store.campaign(id).orElseThrow();
        assertThat(kept.version()).isEqualTo(planned.version());
        assertThat(kept.paused()).isFalse();
        assertThat(store.members(id, 1, 0)).isEqualTo(rings.getFirst());
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatWasDecidedAboutACampaignDoesNotChangeALaterOneOfItsName(Databases.Named database)
            throws Exception {
        var store = new JdbcCampaignStore(new Transactions(database.source()));
        var first = campaign();
        store.create(first);
        var over = first.in(CampaignState.CANCELED, "", NOW);
        assertThat(store.update(over)).isTrue();
        store.append(first.id(), new CampaignEvent(NOW, "ended", ""));
        var second = campaign(NOW.plusSeconds(1));

        assertThat(store.replace(first, second)).isFalse();
        assertThat(store.replace(over, second)).isTrue();
        assertThat(store.events(first.id())).isEmpty();

        // It counts its versions from one, too.
        assertThat(store.update(over)).isFalse();
        assertThat(store.lease(first.id(), "one", LEASE)).isTrue();
        assertThat(store.update(over, "one")).isFalse();
        assertThat(store.plan(over, List.of(), "one")).isFalse();
        assertThat(store.campaign(first.id()).orElseThrow().createdOn())
                .isEqualTo(second.createdOn());
        assertThat(store.update(second.in(CampaignState.CANCELED, "", NOW), "one")).isTrue();
    }

    @ParameterizedTest
    @MethodSource("both")
    void theMachinesOfEarlierRunsAreForgottenALotAtATime(Databases.Named database)
            throws Exception {
        var store = new JdbcCampaignStore(new Transactions(database.source()));
        var campaign = campaign();
        var id = campaign.id();
        store.create(campaign);
        assertThat(store.lease(id, "one", LEASE)).isTrue();
        var ring = Collections.nCopies(3, new PlannedResource(SCOPE, ""));
        var first = campaign.planned(List.of(RingProgress.pending(3)), 0, NOW);
        assertThat(store.plan(first, List.of(ring, ring), "one")).isTrue();
        var again = first.again(NOW);
        assertThat(store.update(again)).isTrue();
        var second = again.planned(List.of(RingProgress.pending(3)), 0, NOW);
        assertThat(store.plan(second, List.of(ring), "one")).isTrue();

        List<Integer> forgotten = new ArrayList<>();
        int last;
        do {
            last = store.forgetMembers(second, 2);
            forgotten.add(last);
        } while (last > 0);
        assertThat(forgotten).containsExactly(2, 1, 2, 1, 0);
        assertThat(store.members(id, 2, 0)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("both")
    void theMachinesOfALaterCampaignOfItsNameAreNotForgotten(Databases.Named database)
            throws Exception {
        var store = new JdbcCampaignStore(new Transactions(database.source()));
        var first = campaign();
        store.create(first);
        assertThat(store.lease(first.id(), "one", LEASE)).isTrue();
        var ring = Collections.nCopies(3, new PlannedResource(SCOPE, ""));
        var planned = first.planned(List.of(RingProgress.pending(3)), 0, NOW);
        assertThat(store.plan(planned, List.of(ring), "one")).isTrue();
        var again = planned.again(NOW);
        assertThat(store.update(again)).isTrue();
        // Its tasks were deleted, too: the runs are counted from one.
        var second = campaign(NOW.plusSeconds(1));
        assertThat(store.replace(again, second)).isTrue();
        assertThat(store.lease(first.id(), "one", LEASE)).isTrue();
        assertThat(
                        store.plan(
                                second.planned(List.of(RingProgress.pending(3)), 0, NOW),
                                List.of(ring),
                                "one"))
                .isTrue();

        assertThat(store.forgetMembers(again, 10)).isZero();
        assertThat(store.members(second.id(), 1, 0)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("both")
    void ofManyWhoCreateACampaignAtOnceOneDoesAndTheOthersAreTold(Databases.Named database)
            throws Exception {
        var store = new JdbcCampaignStore(new Transactions(database.source()));
        var go = new CountDownLatch(1);
        List<Future<Boolean>> created = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i <= 8; i++) {
                var next = campaign(NOW.plusSeconds(i));
                created.add(
                        threads.submit(() -> {
                            go.await();
                            return store.create(next);
                        }));
            }
            go.countDown();
        }
        assertThat(created.stream().filter(Future::resultNow)).hasSize(1);
        assertThat(store.campaigns()).hasSize(1);
    }

    @ParameterizedTest
    @MethodSource("both")
    void ofManyWhoReplaceACampaignAtOnceOneDoes(Databases.Named database) throws Exception {
        var store = new JdbcCampaignStore(new Transactions(database.source()));
        var first = campaign().in(CampaignState.CANCELED, "", NOW);
        store.create(first);
        var go = new CountDownLatch(1);
        List<Future<Boolean>> replaced = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 1; i <= 8; i++) {
                var next = campaign(NOW.plusSeconds(i));
                replaced.add(
                        threads.submit(() -> {
                            go.await();
                            return store.replace(first, next);
                        }));
            }
            go.countDown();
        }
        assertThat(replaced.stream().filter(Future::resultNow)).hasSize(1);
        assertThat(store.campaigns()).hasSize(1);
    }
}
