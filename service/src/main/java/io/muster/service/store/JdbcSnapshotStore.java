package io.muster.service.store;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.OvertakenException;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.SegmentCodec;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotManifest;
import io.muster.inventory.snapshot.SnapshotStore;
import io.muster.inventory.table.TableLayout;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The latest snapshot as rows: its segments, and a manifest that names them. One transaction publishes; segments that no manifest names
/// any more go with it. A node that has not read what another one published may not publish. History goes with the snapshot that it
/// leads to, in the same transaction.
public final class JdbcSnapshotStore implements SnapshotStore, HistoryStore {
    private final Transactions transactions;
    private final TableLayout layout;

    /// The publication that this node read or wrote last; negative before it did either.
    private final AtomicLong known = new AtomicLong(-1);

    private final boolean publishes;

    public JdbcSnapshotStore(Transactions transactions, TableLayout layout) {
        this(transactions, layout, true);
    }

    private JdbcSnapshotStore(Transactions transactions, TableLayout layout, boolean publishes) {
        this.transactions = transactions;
        this.layout = layout;
        this.publishes = publishes;
    }

    /// For a process that will publish nothing: it reads a store of an earlier version, too.
    static JdbcSnapshotStore forReading(Transactions transactions, TableLayout layout) {
        return new JdbcSnapshotStore(transactions, layout, false);
    }

    @Override
    public void publish(Snapshot snapshot) throws IOException {
        known.set(this.<Long, IOException>inTransaction(connection -> write(connection, snapshot)));
    }

    @Override
    public boolean isOvertaken() throws IOException {
        long kept = this.<Long, IOException>inTransaction(c -> publication(c, ""));
        return known.get() >= 0 && kept != known.get();
    }

    @Override
    public void publish(ResourceHistory.Recorded recorded) throws IOException {
        known.set(
                this.<Long, IOException>inTransaction(connection -> {
                    long publication = write(connection, recorded.snapshot());
                    if (recorded.entry().isPresent()) {
                        HistoryRows.insert(connection, recorded.entry().get());
                        HistoryRows.forget(connection, recorded.forget());
                    }
                    return publication;
                }));
    }

    private long write(Connection connection, Snapshot snapshot) throws SQLException, IOException {
        long before = publication(connection, " for update");
        if (known.get() >= 0 && known.get() != before) {
            throw new OvertakenException();
        }
        var manifest = SnapshotManifest.of(snapshot);
        refuseOlder(connection, manifest.version());
        var kept = keptSegments(connection);
        insertSegments(
                connection,
                snapshot.segments().stream().filter(s -> !kept.contains(s.id())).toList());
        execute(connection, "delete from snapshot_manifest");
        insertManifest(connection, manifest);
        execute(
                connection,
                "delete from snapshot_segment where segment_id not in (select segment_id from snapshot_entry)");
        execute(connection, "update snapshot_turn set publication = publication + 1");
        return before + 1;
    }

    // Before the snapshot is read: what is published meanwhile counts as not read.
    private void learn(Connection connection) throws SQLException {
        if (publishes) {
            known.set(publication(connection, ""));
        }
    }

    private static long publication(Connection connection, String lock) throws SQLException {
        try (var query =
                        connection.prepareStatement(
                                "select publication from snapshot_turn" + lock);
                var rows = query.executeQuery()) {
            if (!rows.next()) {
                throw new SQLException("the row that counts publications is missing");
            }
            return rows.getLong(1);
        }
    }

    @Override
    public Optional<Snapshot> latest() throws IOException, DamagedSegmentException {
        return this.<Optional<Snapshot>, DamagedSegmentException>reading(connection -> {
            learn(connection);
            var kept = readManifest(connection);
            return kept == null
                    ? Optional.empty()
                    : Optional.of(
                            SegmentCodec.restore(
                                    kept.manifest(),
                                    layout,
                                    new SegmentContents(connection, kept.damaged())));
        });
    }

    @Override
    public Optional<Snapshot> salvaged(Consumer<DamagedSegmentException> damaged)
            throws IOException {
        return this.<Optional<Snapshot>, IOException>reading(connection -> {
            learn(connection);
            var kept = readManifest(connection);
            return kept == null
                    ? Optional.empty()
                    : Optional.of(
                            SegmentCodec.salvage(
                                    kept.manifest(),
                                    layout,
                                    new SegmentContents(connection, kept.damaged()),
                                    damaged));
        });
    }

    @Override
    public List<HistoryEntry> after(Instant instant) throws IOException, DamagedSegmentException {
        return this.<List<HistoryEntry>, DamagedSegmentException>reading(
                connection -> HistoryRows.after(connection, layout, instant));
    }

    @Override
    public List<Step> steps() throws IOException {
        return this.<List<Step>, IOException>inTransaction(HistoryRows::steps);
    }

    @Override
    public Optional<Long> versionAt(Instant instant) throws IOException {
        return this.<Optional<Long>, IOException>inTransaction(
                connection -> HistoryRows.versionAt(connection, instant));
    }

    @Override
    public Optional<Instant> begins() throws IOException {
        return this.<Optional<Instant>, IOException>inTransaction(HistoryRows::begins);
    }

    // A manifest and its segments of one moment: another node that publishes meanwhile deletes
    // segments.
    private <T, X extends Exception> T reading(Transactions.Work<T, X> work) throws IOException, X {
        return transactions.read(work);
    }

    private <T, X extends Exception> T inTransaction(Transactions.Work<T, X> work)
            throws IOException, X {
        return transactions.run(work);
    }

    private static void refuseOlder(Connection connection, long version)
            throws SQLException, IOException {
        try (var query =
                        connection.prepareStatement(
                                "select version from snapshot_manifest order by version desc for update");
                var rows = query.executeQuery()) {
            if (rows.next() && rows.getLong(1) > version) {
                throw new IOException(
                        "snapshot %d is older than the kept one, %d: another node has published since"
                                .formatted(version, rows.getLong(1)));
            }
        }
    }

    private static Set<Long> keptSegments(Connection connection) throws SQLException {
        var ids = new HashSet<Long>();
        try (var query = connection.prepareStatement("select segment_id from snapshot_segment");
                var rows = query.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    private static void insertSegments(Connection connection, List<ResourceSegment> segments)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into snapshot_segment (segment_id, resource_type, row_count, content) values (?, ?, ?, ?)")) {
            for (var segment : segments) {
                insert.setLong(1, segment.id());
                insert.setString(2, segment.type());
                insert.setInt(3, segment.size());
                insert.setBytes(4, SegmentCodec.encode(segment));
                insert.executeUpdate();
            }
        }
    }

    private static void insertManifest(Connection connection, SnapshotManifest manifest)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into snapshot_manifest (version, taken_at, next_ordinal, metadata) values (?, ?, ?, ?)")) {
            insert.setLong(1, manifest.version());
            insert.setObject(2, manifest.takenAt().atOffset(ZoneOffset.UTC));
            insert.setInt(3, manifest.nextOrdinal());
            insert.setString(4, Json.write(manifest.metadata()));
            insert.executeUpdate();
        }
        try (var insert =
                connection.prepareStatement(
                        "insert into snapshot_entry (version, position, segment_id, resource_type, row_count, deleted) values (?, ?, ?, ?, ?, ?)")) {
            int position = 0;
            for (var entry : manifest.entries()) {
                insert.setLong(1, manifest.version());
                insert.setInt(2, position++);
                insert.setLong(3, entry.segmentId());
                insert.setString(4, entry.type());
                insert.setInt(5, entry.rows());
                insert.setBytes(6, DeletedRows.bytesOf(entry.deleted(), entry.rows()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /// @param damaged the segments of which it is not known any more which rows are deleted
    private record Kept(SnapshotManifest manifest, Set<Long> damaged) {}

    private static @Nullable Kept readManifest(Connection connection)
            throws SQLException, IOException {
        long version;
        OffsetDateTime takenAt;
        int nextOrdinal;
        Dynamic metadata;
        try (var query =
                        connection.prepareStatement(
                                "select version, taken_at, next_ordinal, metadata from snapshot_manifest order by version desc");
                var rows = query.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            version = rows.getLong(1);
            takenAt = rows.getObject(2, OffsetDateTime.class);
            nextOrdinal = rows.getInt(3);
            metadata = Json.parse(rows.getString(4));
        } catch (JsonException damaged) {
            throw new IOException("the kept snapshot's metadata is damaged", damaged);
        }
        var entries = new ArrayList<SnapshotManifest.Entry>();
        var damaged = new HashSet<Long>();
        try (var query =
                connection.prepareStatement(
                        "select segment_id, resource_type, row_count, deleted from snapshot_entry where version = ? order by position")) {
            query.setLong(1, version);
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    long id = rows.getLong(1);
                    int size = rows.getInt(3);
                    var bytes = rows.getBytes(4);
                    boolean sound = DeletedRows.isSound(bytes, size);
                    if (!sound) {
                        damaged.add(id);
                    }
                    entries.add(
                            new SnapshotManifest.Entry(
                                    id,
                                    rows.getString(2),
                                    size,
                                    sound ? DeletedRows.bitsOf(bytes, size) : null));
                }
            }
        }
        return new Kept(
                new SnapshotManifest(version, takenAt.toInstant(), nextOrdinal, metadata, entries),
                damaged);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
