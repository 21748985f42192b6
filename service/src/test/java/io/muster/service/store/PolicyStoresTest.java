package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.Cause;
import io.muster.policy.incremental.VerdictChange;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.roaringbitmap.RoaringBitmap;

/// Verdicts, their history and policy objects as rows, on both databases.
class PolicyStoresTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final Instant OLDEST = NOW.minus(Duration.ofDays(90));
    private static final PolicyKey ONE = new PolicyKey("/assignments/One", "");
    private static final PolicyKey TWO = new PolicyKey("/assignments/Two", "member");

    private static VerdictStore store(Databases.Named database) {
        return new VerdictStore(new Transactions(database.source()));
    }

    private static Map<ComplianceState, RoaringBitmap> states(int compliant, int nonCompliant) {
        return Map.of(
                ComplianceState.COMPLIANT, RoaringBitmap.bitmapOf(compliant),
                ComplianceState.NON_COMPLIANT, RoaringBitmap.bitmapOf(nonCompliant, 70_000));
    }

    private static VerdictChange change(
            PolicyKey key, Cause cause, @Nullable ComplianceState to, int... resources) {
        return new VerdictChange(
                key, cause, ComplianceState.COMPLIANT, to, RoaringBitmap.bitmapOf(resources));
    }

    private static void assertKept(VerdictStore store, Verdicts expected, Instant at)
            throws IOException {
        var kept = store.latest().orElseThrow();
        assertThat(kept.scannedAt()).isEqualTo(at);
        assertThat(kept.verdicts().snapshotVersion()).isEqualTo(expected.snapshotVersion());
        assertThat(kept.verdicts().keys()).isEqualTo(expected.keys());
        for (var key : expected.keys()) {
            for (var state : ComplianceState.values()) {
                assertThat(kept.verdicts().of(key, state))
                        .as("%s %s", key, state)
                        .isEqualTo(expected.of(key, state));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void theVerdictsOfTheLatestScanAreGivenBack(Databases.Named database) throws Exception {
        var store = store(database);
        assertThat(store.latest()).isEmpty();
        var first = new Verdicts(1, Map.of(ONE, states(1, 2), TWO, states(3, 4)));
        store.keep(first, NOW, List.of(), _ -> "/definition", OLDEST);
        assertKept(store, first, NOW);

        // Only what changed is written again.
        var second = new Verdicts(2, Map.of(ONE, states(1, 2), TWO, states(5, 6)));
        store.keep(
                second,
                NOW.plusSeconds(1),
                List.of(change(TWO, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, 6)),
                _ -> "/definition",
                OLDEST);
        assertKept(store, second, NOW.plusSeconds(1));

        // An assignment that is gone leaves nothing behind.
        var third = new Verdicts(3, Map.of(ONE, states(9, 2)));
        store.keep(
                third,
                NOW.plusSeconds(2),
                List.of(change(TWO, Cause.POLICY, null, 5, 6)),
                _ -> "/definition",
                OLDEST);
        assertKept(store, third, NOW.plusSeconds(2));

        // One that is spelled otherwise now is the same one.
        var spelled = new PolicyKey(ONE.assignmentId().toUpperCase(Locale.ROOT), ONE.referenceId());
        var fourth = new Verdicts(4, Map.of(spelled, states(2, 9)));
        store.keep(
                fourth,
                NOW.plusSeconds(3),
                List.of(change(spelled, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, 9)),
                _ -> "/definition",
                OLDEST);
        assertKept(store, fourth, NOW.plusSeconds(3));
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatTurnedIsKeptAsLongAsItIsWanted(Databases.Named database) throws Exception {
        var store = store(database);
        var history = new VerdictHistoryStore(new Transactions(database.source()));
        for (int step = 1; step <= 3; step++) {
            store.keep(
                    new Verdicts(step, Map.of(ONE, states(step, 10))),
                    NOW.plusSeconds(step),
                    List.of(
                            change(ONE, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, step),
                            change(TWO, Cause.RESOURCE, null, 99)),
                    _ -> "/definition",
                    step < 3 ? OLDEST : NOW.plusSeconds(2));
        }
        var steps = history.between(Instant.EPOCH, NOW.plusSeconds(60));
        assertThat(steps)
                .extracting(step -> step.at().getEpochSecond() - NOW.getEpochSecond())
                .containsExactly(3L, 2L);
        assertThat(steps.getFirst().changes())
                .containsExactly(
                        change(ONE, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, 3),
                        change(TWO, Cause.RESOURCE, null, 99));
        assertThat(history.between(NOW.plusSeconds(3), NOW.plusSeconds(3))).hasSize(1);
        assertThat(history.between(NOW.plusSeconds(4), NOW.plusSeconds(9))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("both")
    void aTurnThatTwoProcessesFoundIsToldOnce(Databases.Named database) throws Exception {
        var one = store(database);
        var other = store(database);
        var history = new VerdictHistoryStore(new Transactions(database.source()));
        one.keep(
                new Verdicts(1, Map.of(ONE, states(1, 2))),
                NOW,
                List.of(),
                _ -> "/definition",
                OLDEST);
        var turned =
                List.of(
                        change(ONE, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, 3),
                        change(TWO, Cause.RESOURCE, null, 99));
        var second = new Verdicts(2, Map.of(ONE, states(1, 3)));
        one.keep(second, NOW.plusSeconds(1), turned, _ -> "/definition", OLDEST);
        other.keep(second, NOW.plusSeconds(2), turned, _ -> "/definition", OLDEST);
        var more =
                List.of(
                        change(ONE, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, 3, 4),
                        change(ONE, Cause.RESOURCE, null, 1));
        one.keep(
                new Verdicts(3, Map.of(ONE, states(5, 4))),
                NOW.plusSeconds(3),
                more,
                _ -> "/definition",
                OLDEST);

        assertThat(history.between(NOW, NOW.plusSeconds(60)))
                .extracting(step -> step.changes())
                .containsExactly(
                        List.of(
                                change(ONE, Cause.RESOURCE, ComplianceState.NON_COMPLIANT, 4),
                                change(ONE, Cause.RESOURCE, null, 1)),
                        turned);
        assertKept(other, new Verdicts(3, Map.of(ONE, states(5, 4))), NOW.plusSeconds(3));
    }

    @ParameterizedTest
    @MethodSource("both")
    void aScanThatCannotBeKeptLeavesTheOneBefore(Databases.Named database) throws Exception {
        var store = store(database);
        var first = new Verdicts(1, Map.of(ONE, states(1, 2)));
        store.keep(first, NOW, List.of(), _ -> "/definition", OLDEST);
        assertThatThrownBy(() ->
                        store.keep(
                                new Verdicts(2, Map.of(ONE, states(3, 4))),
                                NOW.plusSeconds(1),
                                List.of(change(ONE, Cause.SCAN, null, 1)),
                                _ -> {
                                    throw new IllegalStateException("on purpose");
                                },
                                OLDEST))
                .hasMessageContaining("on purpose");
        assertKept(store, first, NOW);
    }

    @ParameterizedTest
    @MethodSource("both")
    void policyObjectsArePutFoundByKindAndDeleted(Databases.Named database) {
        try (var context = ApplicationContext.run(database.access())) {
            var objects = context.getBean(PolicyObjects.class);
            var at = OffsetDateTime.ofInstant(NOW, ZoneOffset.UTC);
            String long64k = "{\"text\":\"" + "ä".repeat(70_000) + "\"}";
            objects.save(new PolicyObject("/b", "policydefinitions", long64k, at));
            objects.save(new PolicyObject("/a", "policydefinitions", "{\"a\":1}", at));
            objects.save(new PolicyObject("/c", "policyassignments", "{}", at));

            assertThat(objects.findByKindOrderById("policydefinitions"))
                    .extracting(PolicyObject::id)
                    .containsExactly("/a", "/b");
            assertThat(objects.findById("/b").orElseThrow().body()).isEqualTo(long64k);
            assertThat(objects.findById("/b").orElseThrow().changedAt().toInstant()).isEqualTo(NOW);

            objects.update(
                    new PolicyObject("/a", "policydefinitions", "{\"a\":2}", at.plusDays(1)));
            assertThat(objects.findById("/a").orElseThrow().body()).isEqualTo("{\"a\":2}");
            objects.deleteById("/a");
            assertThat(objects.findById("/a")).isEmpty();
            assertThat(objects.count()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void policyObjectsOfThePastAreThoseThatHeldThen(Databases.Named database) throws Exception {
        try (var context = ApplicationContext.run(database.access())) {
            var objects = context.getBean(PolicyObjects.class);
            var history = context.getBean(PolicyObjectHistory.class);
            var at = OffsetDateTime.ofInstant(NOW, ZoneOffset.UTC);
            var first = new PolicyObject("/a", "policydefinitions", "{\"a\":1}", at);
            objects.save(first);
            assertThat(history.since(NOW)).isEmpty();
            // What held for no time was never seen.
            history.keep(first, NOW);
            history.keep(first, NOW.plusSeconds(10));
            objects.update(
                    new PolicyObject("/a", "policydefinitions", "{\"a\":2}", at.plusSeconds(10)));
            objects.save(
                    new PolicyObject("/b", "policyassignments", "{\"b\":1}", at.plusSeconds(20)));

            assertThat(bodies(history, -1)).isEmpty();
            assertThat(bodies(history, 0)).containsExactly("{\"a\":1}");
            assertThat(bodies(history, 9)).containsExactly("{\"a\":1}");
            assertThat(bodies(history, 10)).containsExactly("{\"a\":2}");
            assertThat(bodies(history, 20)).containsExactly("{\"a\":2}", "{\"b\":1}");
            assertThat(history.since(NOW.minusSeconds(1))).contains(Instant.EPOCH);
            assertThat(history.since(NOW.plusSeconds(9))).contains(NOW);
            assertThat(history.since(NOW.plusSeconds(15))).contains(NOW.plusSeconds(10));
            assertThat(history.since(NOW.plusSeconds(20))).isEmpty();
        }
    }

    private static List<String> bodies(PolicyObjectHistory history, int seconds)
            throws IOException {
        var objects = history.asOf(NOW.plusSeconds(seconds));
        return Stream.of("policydefinitions", "policyassignments")
                .flatMap(kind -> objects.findByKindOrderById(kind).stream())
                .map(PolicyObject::body)
                .toList();
    }
}
