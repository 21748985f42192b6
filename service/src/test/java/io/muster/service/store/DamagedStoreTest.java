package io.muster.service.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.source.CollectionLog;
import io.muster.service.config.HistorySettings;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.service.fleet.MemorySource;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What somebody else did to the database's bytes is found at the next start, named, and collected again.
final class DamagedStoreTest extends OnBothDatabases {
    private static final String VM = "microsoft.compute/virtualmachines";
    private static final int MACHINES = 300;

    private final MemorySource estate = new MemorySource();

    private FleetRounds rounds(Fleet fleet) {
        return new FleetRounds(
                fleet,
                new FleetSources(List.of(estate)),
                List.of(),
                new HistorySettings(Duration.ofDays(14)),
                estate.clock());
    }

    private Fleet fleet(Databases.Named database) throws Exception {
        var store = database.snapshots();
        return new Fleet(store, store, estate.clock());
    }

    /// Texts that cannot be packed, so that the bytes are many.
    private void collect(Databases.Named database) throws Exception {
        var random = new SplittableRandom(5);
        for (int i = 0; i < MACHINES; i++) {
            estate.put("vm" + i, Long.toString(random.nextLong()) + random.nextLong());
        }
        rounds(fleet(database)).run();
    }

    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private static void outside(Databases.Named database, Work work) throws SQLException {
        try (var connection = database.source().getConnection()) {
            work.on(connection);
        }
    }

    private static byte[] bytes(Databases.Named database, String sql) throws SQLException {
        try (var connection = database.source().getConnection();
                var query = connection.prepareStatement(sql);
                var rows = query.executeQuery()) {
            rows.next();
            return rows.getBytes(1);
        }
    }

    private static void put(Databases.Named database, String sql, byte[] bytes)
            throws SQLException {
        outside(
                database,
                connection -> {
                    try (var update = connection.prepareStatement(sql)) {
                        update.setBytes(1, bytes);
                        assertThat(update.executeUpdate()).isOne();
                    }
                });
    }

    /// A start finds the damage and names it, and a collection makes it good.
    private void isNamedAndMadeGood(Databases.Named database, String why) throws Exception {
        var fleet = fleet(database);
        assertThat(fleet.damaged())
                .singleElement()
                .satisfies(damage -> {
                    assertThat(damage.type()).isEqualTo(VM);
                    assertThat(damage).hasMessageContaining(why);
                });
        assertThat(fleet.snapshot().segmentsOf(VM)).isEmpty();
        assertThat(CollectionLog.isComplete(fleet.snapshot())).isFalse();
        assertThat(CollectionLog.of(fleet.snapshot()).getLast().get("because").textOr(""))
                .contains(why);
        estate.tick();
        rounds(fleet).run();
        var again = fleet(database);
        assertThat(again.damaged()).isEmpty();
        assertThat(CollectionLog.isComplete(again.snapshot())).isTrue();
        assertThat(
                        again.snapshot().segmentsOf(VM).stream()
                                .mapToInt(s -> s.rows().liveSize())
                                .sum())
                .isEqualTo(MACHINES);
    }

    @ParameterizedTest
    @MethodSource("both")
    void aBitThatTurnedAnywhereInASegmentIsFound(Databases.Named database) throws Exception {
        collect(database);
        String read = "select content from snapshot_segment where resource_type = '" + VM + "'";
        String write = "update snapshot_segment set content = ? where resource_type = '" + VM + "'";
        byte[] sound = bytes(database, read);
        var random = new SplittableRandom(11);
        for (int i = 0; i < 40; i++) {
            int at =
                    switch (i) {
                        case 0 -> 0;
                        case 1 -> 4;
                        case 2 -> sound.length - 1;
                        default -> random.nextInt(sound.length);
                    };
            byte[] turned = sound.clone();
            turned[at] ^= (byte) (1 << random.nextInt(8));
            put(database, write, turned);
            var found = new ArrayList<DamagedSegmentException>();
            var left = database.snapshots().salvaged(found::add).orElseThrow();
            assertThat(found).as("byte %d", at).hasSize(1);
            assertThat(left.segmentsOf(VM)).isEmpty();
        }
        isNamedAndMadeGood(database, "checksum");
    }

    @ParameterizedTest
    @MethodSource("both")
    void aBitThatTurnedInWhatIsDeletedBringsNothingBack(Databases.Named database) throws Exception {
        collect(database);
        var fleet = fleet(database);
        var all = fleet.snapshot();
        fleet.replace(
                all,
                all.with(List.of(), Set.of(MemorySource.idOf("vm7")), estate.clock().instant()));
        String which = " where resource_type = '" + VM + "'";
        byte[] deleted = bytes(database, "select deleted from snapshot_entry" + which);
        deleted[0] ^= (byte) 0x80;
        put(database, "update snapshot_entry set deleted = ?" + which, deleted);
        isNamedAndMadeGood(database, "the checksum of its deleted rows differs");
    }

    @ParameterizedTest
    @MethodSource("both")
    void aSegmentThatIsGoneIsNamedAndTheRestIsRead(Databases.Named database) throws Exception {
        collect(database);
        outside(
                database,
                connection -> {
                    try (var statement = connection.createStatement()) {
                        statement.execute(
                                database.name().equals("H2")
                                        ? "set referential_integrity false"
                                        : "set session_replication_role = replica");
                        statement.executeUpdate(
                                "delete from snapshot_segment where resource_type = '" + VM + "'");
                        if (database.name().equals("H2")) {
                            statement.execute("set referential_integrity true");
                        }
                    }
                });
        isNamedAndMadeGood(database, "it is missing");
    }

    Stream<Databases.Named> postgres() {
        return both().filter(database -> database.name().equals("PostgreSQL"));
    }

    /// What the database says of damaged data counts for that segment alone, and what it says of itself for none.
    @ParameterizedTest
    @MethodSource("postgres")
    void aSegmentThatTheDatabaseItselfCannotReadIsNamedButNotADatabaseThatStops(
            Databases.Named database) throws Exception {
        collect(database);
        var fleet = fleet(database);
        var group =
                Dynamic.bag()
                        .put("id", "/subscriptions/s/resourceGroups/g")
                        .put("type", "microsoft.resources/subscriptions/resourceGroups")
                        .build();
        var all = fleet.snapshot();
        fleet.replace(all, all.with(List.of(group), Set.of(), estate.clock().instant()));
        outside(
                database,
                connection -> {
                    try (var statement = connection.createStatement()) {
                        statement.execute("alter table snapshot_segment rename to sound_segment");
                    }
                });
        reading(database, "XX001");
        var read = fleet(database);
        assertThat(read.damaged())
                .singleElement()
                .satisfies(damage -> {
                    assertThat(damage.type()).isEqualTo(VM);
                    assertThat(damage).hasMessageContaining("the database cannot read it");
                });
        assertThat(read.snapshot().count()).isOne();
        reading(database, "57P01");
        assertThatThrownBy(() -> fleet(database)).isInstanceOf(IOException.class);
    }

    /// From now on whoever reads the machines' segment is told that.
    private static void reading(Databases.Named database, String state) throws SQLException {
        outside(
                database,
                connection -> {
                    try (var statement = connection.createStatement()) {
                        statement.execute(
                                """
                                create or replace function unreadable() returns bytea language plpgsql as
                                $$ begin raise exception 'damaged' using errcode = '%s'; end $$
                                """
                                        .formatted(state));
                        statement.execute(
                                """
                                create or replace view snapshot_segment as select segment_id, resource_type, row_count,
                                case when resource_type = '%s' then unreadable() else content end as content from sound_segment
                                """
                                        .formatted(VM));
                    }
                });
    }
}
