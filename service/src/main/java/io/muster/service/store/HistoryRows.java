package io.muster.service.store;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.SegmentCodec;
import io.muster.inventory.snapshot.SnapshotManifest;
import io.muster.inventory.table.TableLayout;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/// History entries as rows, on a connection of the caller's transaction.
final class HistoryRows {
    /// Entries are in the order of their positions, whatever their times: a clock that was set back makes later ones end earlier.
    private static final String FIRST_AFTER =
            "(select min(position) from history_entry where until_at > ?)";

    private HistoryRows() {}

    static void insert(Connection connection, HistoryEntry entry) throws SQLException, IOException {
        long position;
        try (var insert =
                connection.prepareStatement(
                        "insert into history_entry (version, from_at, until_at, cause, metadata, created) values (?, ?, ?, ?, ?, ?)",
                        new String[] {"position"})) {
            insert.setLong(1, entry.version());
            insert.setObject(2, entry.from().atOffset(ZoneOffset.UTC));
            insert.setObject(3, entry.until().atOffset(ZoneOffset.UTC));
            insert.setString(4, entry.cause().wireName());
            insert.setString(5, Json.write(entry.metadata()));
            insert.setBytes(6, lines(entry.created()));
            insert.executeUpdate();
            try (var keys = insert.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new SQLException("the database gave no key");
                }
                position = keys.getLong(1);
            }
        }
        try (var insert =
                connection.prepareStatement(
                        "insert into history_segment (segment_id, entry_position, place, resource_type, row_count, content) values (?, ?, ?, ?, ?, ?)")) {
            int place = 0;
            for (var segment : entry.previous()) {
                insert.setLong(1, segment.id());
                insert.setLong(2, position);
                insert.setInt(3, place++);
                insert.setString(4, segment.type());
                insert.setInt(5, segment.size());
                insert.setBytes(6, SegmentCodec.encode(segment));
                insert.executeUpdate();
            }
        }
    }

    static void forget(Connection connection, Instant until) throws SQLException {
        try (var delete =
                connection.prepareStatement("delete from history_entry where until_at < ?")) {
            delete.setObject(1, until.atOffset(ZoneOffset.UTC));
            delete.executeUpdate();
        }
    }

    static Optional<Instant> begins(Connection connection) throws SQLException {
        try (var query = connection.prepareStatement("select min(from_at) from history_entry");
                var rows = query.executeQuery()) {
            rows.next();
            return Optional.ofNullable(rows.getObject(1, OffsetDateTime.class))
                    .map(OffsetDateTime::toInstant);
        }
    }

    static Optional<Long> versionAt(Connection connection, Instant instant) throws SQLException {
        try (var query =
                connection.prepareStatement(
                        "select version from history_entry where position = " + FIRST_AFTER)) {
            query.setObject(1, instant.atOffset(ZoneOffset.UTC));
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getLong(1)) : Optional.empty();
            }
        }
    }

    static List<HistoryStore.Step> steps(Connection connection) throws SQLException {
        var steps = new ArrayList<HistoryStore.Step>();
        try (var query =
                        connection.prepareStatement(
                                "select version, from_at, until_at from history_entry order by position");
                var rows = query.executeQuery()) {
            while (rows.next()) {
                steps.add(
                        new HistoryStore.Step(
                                rows.getLong(1),
                                rows.getObject(2, OffsetDateTime.class).toInstant(),
                                rows.getObject(3, OffsetDateTime.class).toInstant()));
            }
        }
        return steps;
    }

    private record Row(
            long position,
            long version,
            Instant from,
            Instant until,
            String cause,
            String metadata,
            byte @Nullable [] created) {}

    static List<HistoryEntry> after(Connection connection, TableLayout layout, Instant instant)
            throws SQLException, IOException, DamagedSegmentException {
        var rows = new ArrayList<Row>();
        try (var query =
                connection.prepareStatement(
                        "select position, version, from_at, until_at, cause, metadata, created from history_entry where position >= "
                                + FIRST_AFTER
                                + " order by position")) {
            query.setObject(1, instant.atOffset(ZoneOffset.UTC));
            try (var found = query.executeQuery()) {
                while (found.next()) {
                    rows.add(
                            new Row(
                                    found.getLong(1),
                                    found.getLong(2),
                                    found.getObject(3, OffsetDateTime.class).toInstant(),
                                    found.getObject(4, OffsetDateTime.class).toInstant(),
                                    found.getString(5),
                                    found.getString(6),
                                    found.getBytes(7)));
                }
            }
        }
        var segments = segments(kept(connection, instant), layout);
        var entries = new ArrayList<HistoryEntry>(rows.size());
        for (var row : rows) {
            entries.add(entry(row, segments.getOrDefault(row.position(), List.of())));
        }
        return entries;
    }

    private static HistoryEntry entry(Row row, List<ResourceSegment> previous) throws IOException {
        try {
            return new HistoryEntry(
                    row.version(),
                    row.from(),
                    row.until(),
                    HistoryEntry.Cause.of(row.cause()),
                    Json.parse(row.metadata()),
                    lines(row.created()),
                    previous);
        } catch (JsonException | IllegalArgumentException damaged) {
            throw new IOException(
                    "the history's step of %s is damaged: %s"
                            .formatted(row.until(), damaged.getMessage()),
                    damaged);
        }
    }

    /// A segment as it is kept.
    ///
    /// @param position of its entry
    private record Kept(long position, SnapshotManifest.Entry entry, byte[] content) {}

    private static List<Kept> kept(Connection connection, Instant instant) throws SQLException {
        var kept = new ArrayList<Kept>();
        try (var query =
                connection.prepareStatement(
                        "select s.entry_position, s.segment_id, s.resource_type, s.row_count, s.content from history_segment s where s.entry_position >= "
                                + FIRST_AFTER
                                + " order by s.entry_position, s.place")) {
            query.setObject(1, instant.atOffset(ZoneOffset.UTC));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    kept.add(
                            new Kept(
                                    rows.getLong(1),
                                    new SnapshotManifest.Entry(
                                            rows.getLong(2),
                                            rows.getString(3),
                                            rows.getInt(4),
                                            null),
                                    rows.getBytes(5)));
                }
            }
        }
        return kept;
    }

    /// The segments by the position of their entry, unpacked by all cores: they do not depend on each other.
    private static Map<Long, List<ResourceSegment>> segments(List<Kept> kept, TableLayout layout)
            throws DamagedSegmentException {
        var unpacked = kept.parallelStream().map(segment -> Unpacked.of(segment, layout)).toList();
        var byPosition = new HashMap<Long, List<ResourceSegment>>();
        for (var one : unpacked) {
            switch (one) {
                case Unpacked.Whole(long position, var segment) ->
                        byPosition.computeIfAbsent(position, _ -> new ArrayList<>()).add(segment);
                case Unpacked.Damaged(var fault) -> throw fault;
            }
        }
        return byPosition;
    }

    /// What became of one kept segment.
    private sealed interface Unpacked {
        record Whole(long position, ResourceSegment segment) implements Unpacked {}

        record Damaged(DamagedSegmentException fault) implements Unpacked {}

        static Unpacked of(Kept kept, TableLayout layout) {
            try {
                return new Whole(
                        kept.position(), SegmentCodec.decode(kept.entry(), layout, kept.content()));
            } catch (DamagedSegmentException fault) {
                return new Damaged(fault);
            }
        }
    }

    private static byte @Nullable [] lines(List<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return null;
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(String.join("\n", ids).getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private static List<String> lines(byte @Nullable [] bytes) throws IOException {
        if (bytes == null) {
            return List.of();
        }
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
