package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.Attributor;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.source.CollectionProgress.Kept;
import io.muster.inventory.source.CollectionProgress.Reading;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JdbcSnapshotStoreTest extends OnBothDatabases {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final String VMS =
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/";

    private static Dynamic vm(String name, String size) {
        return Dynamic.bag()
                .put("id", VMS + name)
                .put("name", name)
                .put("type", "Microsoft.Compute/virtualMachines")
                .put("location", "westeurope")
                .put("properties", Dynamic.bag().put("vmSize", size).build())
                .build();
    }

    private static Snapshot three() {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        List.of("a", "b", "c").forEach(name -> builder.add(vm(name, "S1")));
        return builder.build(NOW, Dynamic.bag().put("complete", true).build());
    }

    @ParameterizedTest
    @MethodSource("both")
    void aNewDatabaseHoldsNoSnapshot(Databases.Named database) throws Exception {
        assertThat(database.snapshots().latest()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatWasPublishedLastIsReadBackWhole(Databases.Named database) throws Exception {
        var store = database.snapshots();
        var first = three();
        store.publish(first);
        var changed =
                first.with(
                        List.of(vm("b", "S2"), vm("d", "S1")),
                        Set.of(VMS + "a"),
                        NOW.plusSeconds(60));
        store.publish(changed);

        var read = store.latest().orElseThrow();

        assertThat(read.version()).isEqualTo(changed.version());
        assertThat(read.takenAt()).isEqualTo(NOW.plusSeconds(60));
        assertThat(read.metadata()).isEqualTo(first.metadata());
        assertThat(read.count()).isEqualTo(3);
        assertThat(read.resource(VMS + "b")).contains(vm("b", "S2"));
        assertThat(read.ordinal(VMS + "b")).isEqualTo(changed.ordinal(VMS + "b"));
        assertThat(read.resource(VMS + "a")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("both")
    void theNextProcessFindsHowFarACollectionHadCome(Databases.Named database) throws Exception {
        var reading = new Reading("azure", "/subscriptions/s1", "resources");
        var first = new JdbcCollectionProgress(new Transactions(database.source()));
        assertThat(first.find(reading)).isEmpty();
        first.add(reading, NOW, List.of(vm("a", "Größe"), vm("b", "S1")), false);
        first.add(reading, NOW.plusSeconds(9), List.of(vm("c", "S1")), false);

        var second = new JdbcCollectionProgress(new Transactions(database.source()));
        assertThat(second.find(reading))
                .contains(
                        new Kept(
                                NOW,
                                List.of(vm("a", "Größe"), vm("b", "S1"), vm("c", "S1")),
                                false));
        assertThat(second.find(new Reading("azure", "/subscriptions/s2", "resources"))).isEmpty();
        second.add(reading, NOW.plusSeconds(20), List.of(vm("d", "S1")), true);
        // The first one still lives and goes on: its rows are no part of what the second has read.
        first.add(reading, NOW.plusSeconds(10), List.of(vm("x", "S1")), false);

        var third = new JdbcCollectionProgress(new Transactions(database.source()));
        var kept = third.find(reading).orElseThrow();
        assertThat(kept.whole()).isTrue();
        assertThat(kept.rows()).hasSize(4).doesNotContain(vm("x", "S1"));
        third.forget(reading);
        assertThat(third.find(reading)).isEmpty();
        third.add(reading, NOW, List.of(vm("a", "S1")), true);
        third.clear();
        assertThat(count(database, "collection_page")).isZero();
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatFollowsABeginningThatAnotherProcessTookOrDroppedIsNoBeginning(Databases.Named database)
            throws Exception {
        var reading = new Reading("azure", "/subscriptions/s1", "resources");
        var one = new JdbcCollectionProgress(new Transactions(database.source()));
        var other = new JdbcCollectionProgress(new Transactions(database.source()));
        one.add(reading, NOW, List.of(vm("a", "S1")), false);
        assertThat(other.find(reading)).isPresent();
        one.add(reading, NOW.plusSeconds(30), List.of(vm("b", "S1")), true);
        // Both go down.
        var next = new JdbcCollectionProgress(new Transactions(database.source()));
        assertThat(next.find(reading)).contains(new Kept(NOW, List.of(vm("a", "S1")), false));
        one.add(reading, NOW.plusSeconds(40), List.of(vm("c", "S1")), true);
        assertThat(one.find(reading)).contains(new Kept(NOW, List.of(vm("a", "S1")), false));
        one.add(reading, NOW.plusSeconds(50), List.of(vm("b", "S1")), false);
        other.clear();
        one.add(reading, NOW.plusSeconds(60), List.of(vm("c", "S1")), true);
        assertThat(next.find(reading)).isEmpty();
        next.add(reading, NOW.plusSeconds(70), List.of(vm("a", "S1")), true);
        assertThat(other.find(reading))
                .contains(new Kept(NOW.plusSeconds(70), List.of(vm("a", "S1")), true));
    }

    @ParameterizedTest
    @MethodSource("both")
    void segmentsThatNoSnapshotNeedsAreDropped(Databases.Named database) throws Exception {
        var store = database.snapshots();
        var first = three();
        store.publish(first);
        var whole = new SnapshotBuilder(first);
        whole.add(vm("z", "S9"));
        var second = whole.build(NOW, Dynamic.EMPTY_BAG);
        store.publish(second);

        assertThat(count(database, "snapshot_segment")).isEqualTo(second.segments().size());
        assertThat(count(database, "snapshot_manifest")).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("both")
    void anOlderSnapshotIsRefusedAndChangesNothing(Databases.Named database) throws Exception {
        var store = database.snapshots();
        var first = three();
        var second = first.with(List.of(vm("d", "S1")), Set.of(), NOW);
        store.publish(second);

        assertThatThrownBy(() -> store.publish(first)).hasMessageContaining("older");
        assertThat(store.latest().orElseThrow().count()).isEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aDamagedSegmentIsNamedAndNotReadAsData(Databases.Named database) throws Exception {
        var store = database.snapshots();
        store.publish(three());
        try (var connection = database.source().getConnection();
                var update =
                        connection.prepareStatement("update snapshot_segment set content = ?")) {
            update.setBytes(1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
            update.executeUpdate();
        }

        assertThatThrownBy(store::latest)
                .isInstanceOf(DamagedSegmentException.class)
                .hasMessageContaining("microsoft.compute/virtualmachines");
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatIsDamagedIsLeftOutAndNamedAndTheRestIsRead(Databases.Named database) throws Exception {
        var store = database.snapshots();
        var group =
                Dynamic.bag()
                        .put("id", "/subscriptions/s/resourceGroups/g")
                        .put("type", "microsoft.resources/subscriptions/resourceGroups")
                        .build();
        store.publish(three().with(List.of(group), Set.of(), NOW));
        try (var connection = database.source().getConnection();
                var update =
                        connection.prepareStatement(
                                "update snapshot_segment set content = ? where resource_type = 'microsoft.compute/virtualmachines'")) {
            update.setBytes(1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
            update.executeUpdate();
        }
        var damaged = new ArrayList<DamagedSegmentException>();
        var read = store.salvaged(damaged::add).orElseThrow();

        assertThat(damaged).hasSize(1);
        assertThat(damaged.getFirst().type()).isEqualTo("microsoft.compute/virtualmachines");
        assertThat(read.count()).isEqualTo(1);
        assertThat(read.resource("/subscriptions/s/resourceGroups/g")).isPresent();
    }

    private static Map<String, Dynamic> state(Snapshot snapshot) {
        var state = new TreeMap<String, Dynamic>();
        for (var segment : snapshot.segments()) {
            if (!segment.type().equals(ResourceHistory.TYPE)) {
                segment.rows()
                        .live()
                        .forEach(row -> state.put(segment.resourceId(row), segment.resource(row)));
            }
        }
        return state;
    }

    @ParameterizedTest
    @MethodSource("both")
    void everyPastStateIsHadBackAfterARestartToo(Databases.Named database) throws Exception {
        var random = new SplittableRandom(7);
        var snapshot = three();
        var states = new ArrayList<Map<String, Dynamic>>();
        states.add(state(snapshot));
        database.snapshots().publish(snapshot);
        for (int step = 1; step <= 12; step++) {
            var upserts = new ArrayList<Dynamic>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                upserts.add(vm("v" + random.nextInt(6), "S" + random.nextInt(3)));
            }
            var next =
                    snapshot.with(
                            upserts,
                            Set.of(VMS + "v" + random.nextInt(6)),
                            NOW.plusSeconds(step * 60L));
            var recorded =
                    ResourceHistory.STANDARD.record(snapshot, next, HistoryEntry.Cause.REFRESH);
            database.snapshots().publish(recorded);
            // Every third time as after a restart: nothing is known but what is kept.
            snapshot =
                    step % 3 == 0
                            ? database.snapshots().latest().orElseThrow()
                            : recorded.snapshot();
            states.add(state(snapshot));
        }
        var store = database.snapshots();
        assertThat(store.begins()).contains(NOW);
        for (int step = 0; step < states.size(); step++) {
            var instant = NOW.plusSeconds(step * 60L + 30);
            var past =
                    ResourceHistory.asOf(
                            store.latest().orElseThrow(), instant, store.after(instant));
            assertThat(state(past)).as("step %d", step).isEqualTo(states.get(step));
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void aClockThatWasSetBackMixesUpNoStates(Databases.Named database) throws Exception {
        var store = database.snapshots();
        var snapshot = three();
        store.publish(snapshot);
        // The third one is an hour early.
        int[] minutes = {120, 130, 60, 61, 150};
        for (int i = 0; i < minutes.length; i++) {
            var recorded =
                    ResourceHistory.STANDARD.record(
                            snapshot,
                            snapshot.with(
                                    List.of(vm("a", "T" + i)),
                                    Set.of(),
                                    NOW.plusSeconds(minutes[i] * 60L)),
                            HistoryEntry.Cause.REFRESH);
            store.publish(recorded);
            snapshot = recorded.snapshot();
        }
        var expected = Map.of(30, "S1", 125, "T0", 140, "T3");
        for (var state : expected.entrySet()) {
            var instant = NOW.plusSeconds(state.getKey() * 60L);
            var past = ResourceHistory.asOf(snapshot, instant, store.after(instant));
            assertThat(past.resource(VMS + "a"))
                    .as("%d", state.getKey())
                    .contains(vm("a", state.getValue()));
            assertThat(store.versionAt(instant)).contains(past.version());
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void whatIsOlderThanItIsKeptIsForgotten(Databases.Named database) throws Exception {
        var history = new ResourceHistory(Duration.ofMinutes(5), Attributor.NONE);
        var store = database.snapshots();
        var snapshot = three();
        store.publish(snapshot);
        for (int minute = 1; minute <= 10; minute++) {
            var recorded =
                    history.record(
                            snapshot,
                            snapshot.with(
                                    List.of(vm("a", "S" + minute)),
                                    Set.of(),
                                    NOW.plusSeconds(minute * 60L)),
                            HistoryEntry.Cause.COLLECTION);
            store.publish(recorded);
            snapshot = recorded.snapshot();
        }
        assertThat(store.begins()).contains(NOW.plusSeconds(4 * 60));
        assertThat(store.versionAt(NOW.plusSeconds(10 * 60))).isEmpty();
        assertThat(count(database, "history_segment")).isEqualTo(6);
        assertThat(
                        snapshot.segmentsOf(ResourceHistory.TYPE).stream()
                                .mapToInt(s -> s.rows().liveSize())
                                .sum())
                .isEqualTo(6);
    }

    private static int count(Databases.Named database, String table) throws Exception {
        try (var connection = database.source().getConnection();
                var query = connection.prepareStatement("select count(*) from " + table);
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
