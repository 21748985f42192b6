package io.muster.service.store;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.CollectionProgress;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Pages of a collection under way, as rows. Each process writes under a run of its own, so that two that read the same scope do not mix;
/// who goes on behind another's pages takes them over.
public final class JdbcCollectionProgress implements CollectionProgress {
    private static final String OF_READING = " where source = ? and scope = ? and table_name = ?";

    private final Transactions transactions;
    private final String run = UUID.randomUUID().toString();

    /// How many pages of each reading this process has written or taken over. Counted here and not there: when another process takes over or drops what is there, what
    /// follows must not look like a beginning.
    private final Map<Reading, Integer> pages = new ConcurrentHashMap<>();

    public JdbcCollectionProgress(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public Optional<Kept> find(Reading reading) throws IOException {
        pages.remove(reading);
        return transactions.run(connection -> {
            var latest = latestRun(connection, reading);
            if (latest.isEmpty()) {
                return Optional.<Kept>empty();
            }
            // First: what this process wrote behind a beginning that another one has may be among
            // them.
            try (var others =
                    connection.prepareStatement(
                            "delete from collection_page" + OF_READING + " and run <> ?")) {
                set(others, 1, reading);
                others.setString(4, latest.get());
                others.executeUpdate();
            }
            try (var adopt =
                    connection.prepareStatement(
                            "update collection_page set run = ?" + OF_READING + " and run = ?")) {
                adopt.setString(1, run);
                set(adopt, 2, reading);
                adopt.setString(5, latest.get());
                adopt.executeUpdate();
            }
            return Optional.of(pages(connection, reading));
        });
    }

    /// Of the runs that have a beginning.
    private static Optional<String> latestRun(Connection connection, Reading reading)
            throws SQLException {
        try (var query =
                connection.prepareStatement(
                        "select run from collection_page"
                                + OF_READING
                                + " and run in (select run from collection_page"
                                + OF_READING
                                + " and position = 1) order by read_at desc")) {
            query.setMaxRows(1);
            set(query, 1, reading);
            set(query, 4, reading);
            try (var rows = query.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        }
    }

    private Kept pages(Connection connection, Reading reading) throws SQLException, IOException {
        var read = new ArrayList<Dynamic>();
        Instant begun = Instant.MAX;
        boolean whole = false;
        int count = 0;
        try (var query =
                connection.prepareStatement(
                        "select read_at, is_last, content from collection_page"
                                + OF_READING
                                + " and run = ? order by position")) {
            set(query, 1, reading);
            query.setString(4, run);
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    var at = rows.getObject(1, OffsetDateTime.class).toInstant();
                    begun = at.isBefore(begun) ? at : begun;
                    whole = rows.getBoolean(2);
                    count++;
                    read.addAll(unpacked(rows.getBytes(3)));
                }
            }
        }
        pages.put(reading, count);
        return new Kept(begun, read, whole);
    }

    @Override
    public void add(Reading reading, Instant at, List<Dynamic> rows, boolean last)
            throws IOException {
        byte[] content = packed(rows);
        int position = pages.merge(reading, 1, Integer::sum);
        transactions.<Boolean, IOException>run(connection -> {
            try (var insert =
                    connection.prepareStatement(
                            "insert into collection_page (source, scope, table_name, run, position, read_at, is_last, content)"
                                    + " values (?, ?, ?, ?, ?, ?, ?, ?)")) {
                set(insert, 1, reading);
                insert.setString(4, run);
                insert.setInt(5, position);
                insert.setObject(6, at.atOffset(ZoneOffset.UTC));
                insert.setBoolean(7, last);
                insert.setBytes(8, content);
                insert.executeUpdate();
                return true;
            }
        });
    }

    @Override
    public void forget(Reading reading) throws IOException {
        pages.remove(reading);
        transactions.<Boolean, IOException>run(connection -> {
            try (var delete =
                    connection.prepareStatement("delete from collection_page" + OF_READING)) {
                set(delete, 1, reading);
                delete.executeUpdate();
                return true;
            }
        });
    }

    @Override
    public void clear() throws IOException {
        pages.clear();
        transactions.<Boolean, IOException>run(connection -> {
            try (var statement = connection.createStatement()) {
                statement.executeUpdate("delete from collection_page");
                return true;
            }
        });
    }

    private static void set(PreparedStatement statement, int from, Reading reading)
            throws SQLException {
        statement.setString(from, reading.source());
        statement.setString(from + 1, reading.scope());
        statement.setString(from + 2, reading.table());
    }

    private static byte[] packed(List<Dynamic> rows) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            for (var row : rows) {
                out.write(Json.write(row).getBytes(StandardCharsets.UTF_8));
                out.write('\n');
            }
        }
        return bytes.toByteArray();
    }

    private static List<Dynamic> unpacked(byte[] content) throws IOException {
        var rows = new ArrayList<Dynamic>();
        try (var in = new GZIPInputStream(new ByteArrayInputStream(content))) {
            String lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String line : lines.split("\n")) {
                if (!line.isEmpty()) {
                    rows.add(Json.parse(line));
                }
            }
        } catch (JsonException damaged) {
            throw new IOException("a kept page is damaged: " + damaged.getMessage(), damaged);
        }
        return rows;
    }
}
