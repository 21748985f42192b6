package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JdbcSnapshotStoreTest {
    private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
    private static final String VMS =
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/";
    private Databases databases;

    @BeforeAll
    void start() {
        databases = new Databases();
    }

    @AfterAll
    void stop() throws Exception {
        databases.close();
    }

    Stream<Databases.Named> both() {
        return databases.both();
    }

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

    private static int count(Databases.Named database, String table) throws Exception {
        try (var connection = database.source().getConnection();
                var query = connection.prepareStatement("select count(*) from " + table);
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
