package io.muster.service.store;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger.Line;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A task's log as its writer knows it: a line names its task and its resource by short numbers, which are narrow in an index and in a page. Immutable.
///
/// @param number of the task, never given again
/// @param last sequence that was given
/// @param resources numbers of those that were written of, from 1
record LedgerLog(long number, long last, Map<ResourceId, Integer> resources) {
    private static final int BATCH = 5_000;
    private static final String ENTRIES =
            "select e.sequence, e.resource, r.resource_id, e.at, e.kind, e.body from remediation_log l"
                    + " join remediation_line e on e.task = l.number join remediation_resource r on"
                    + " r.task = e.task and r.number = e.resource where l.task_id = ? ";

    /// Takes the next numbers and adds lines by one statement, so that PostgreSQL is asked once.
    private static final String APPEND =
            "with taken as (update remediation_log set last_sequence = ? where task_id = ? and number ="
                    + " ? and lease_owner = ? and last_sequence = ? returning number) insert into"
                    + " remediation_line (task, sequence, resource, at, kind, body) select t.number,"
                    + " v.sequence, v.resource, ?, v.kind, v.body from taken t cross join"
                    + " unnest(?::bigint[], ?::integer[], ?::text[], ?::text[]) as v (sequence,"
                    + " resource, kind, body)";

    /// Adds lines of resources that have numbers already, on PostgreSQL; the statement is its own transaction.
    ///
    /// @return the log as it is now; null when it is to be done step by step: another one holds the lease, the last number is another one, a resource is new, or the
    ///     database is another one. Nothing has changed then
    @Nullable LedgerLog appendAtOnce(
            Connection connection, ResourceId task, String owner, Instant at, List<Line> lines)
            throws SQLException {
        if (!areNumbered(lines)
                || !connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")) {
            return null;
        }
        int size = lines.size();
        var sequences = new Long[size];
        var numbers = new Integer[size];
        var kinds = new String[size];
        var bodies = new String[size];
        for (int i = 0; i < size; i++) {
            var line = lines.get(i);
            sequences[i] = last + i + 1;
            numbers[i] = numberOf(resources, line);
            kinds[i] = line.event().kind();
            bodies[i] = Json.write(line.event().toDynamic());
        }
        try (var statement = connection.prepareStatement(APPEND)) {
            statement.setLong(1, last + size);
            statement.setString(2, task.key());
            statement.setLong(3, number);
            statement.setString(4, owner);
            statement.setLong(5, last);
            statement.setObject(6, OffsetDateTime.ofInstant(at, ZoneOffset.UTC));
            statement.setArray(7, connection.createArrayOf("bigint", sequences));
            statement.setArray(8, connection.createArrayOf("integer", numbers));
            statement.setArray(9, connection.createArrayOf("text", kinds));
            statement.setArray(10, connection.createArrayOf("text", bodies));
            return statement.executeUpdate() == size && size > 0
                    ? new LedgerLog(number, last + size, resources)
                    : null;
        }
    }

    private boolean areNumbered(List<Line> lines) {
        return lines.stream().allMatch(line -> resources.containsKey(line.resource()));
    }

    private static int numberOf(Map<ResourceId, Integer> numbers, Line line) {
        return Objects.requireNonNull(numbers.get(line.resource()));
    }

    /// Takes the next numbers of the log, and locks its row.
    ///
    /// @return false when another one holds the lease, the last number is another one, or the task is gone; nothing has changed then
    boolean number(Connection connection, ResourceId task, String owner, int lines)
            throws SQLException {
        try (var update =
                connection.prepareStatement(
                        "update remediation_log set last_sequence = ? where task_id = ? and number = ?"
                                + " and lease_owner = ? and last_sequence = ?")) {
            update.setLong(1, last + lines);
            update.setString(2, task.key());
            update.setLong(3, number);
            update.setString(4, owner);
            update.setLong(5, last);
            return update.executeUpdate() == 1;
        }
    }

    /// Adds lines under the numbers that were taken.
    ///
    /// @return the log as it is when the transaction counts
    LedgerLog append(Connection connection, Instant at, List<Line> lines) throws SQLException {
        var numbers = areNumbered(lines) ? resources : numbers(connection, lines);
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_line (task, sequence, resource, at, kind, body)"
                                + " values (?, ?, ?, ?, ?, ?)")) {
            var when = OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
            long sequence = last;
            int waiting = 0;
            for (var line : lines) {
                insert.setLong(1, number);
                insert.setLong(2, ++sequence);
                insert.setInt(3, numberOf(numbers, line));
                insert.setObject(4, when);
                insert.setString(5, line.event().kind());
                insert.setString(6, Json.write(line.event().toDynamic()));
                waiting = add(insert, waiting);
            }
            finish(insert, waiting);
        }
        return new LedgerLog(number, last + lines.size(), numbers);
    }

    private static int add(PreparedStatement insert, int waiting) throws SQLException {
        insert.addBatch();
        if (waiting + 1 < BATCH) {
            return waiting + 1;
        }
        insert.executeBatch();
        return 0;
    }

    private static void finish(PreparedStatement insert, int waiting) throws SQLException {
        if (waiting > 0) {
            insert.executeBatch();
        }
    }

    /// The numbers of all resources that were written of so far, or are about to be: those get the next ones. The log's row is locked, so that nobody else gives them.
    private Map<ResourceId, Integer> numbers(Connection connection, List<Line> lines)
            throws SQLException {
        Map<ResourceId, Integer> numbers = new HashMap<>();
        try (var select =
                connection.prepareStatement(
                        "select resource_id, number from remediation_resource where task = ?")) {
            select.setLong(1, number);
            try (var rows = select.executeQuery()) {
                while (rows.next()) {
                    numbers.put(
                            ResourceId.parse(rows.getString("resource_id")), rows.getInt("number"));
                }
            }
        }
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_resource (task, number, resource_key, resource_id)"
                                + " values (?, ?, ?, ?)")) {
            int waiting = 0;
            for (var line : lines) {
                var resource = line.resource();
                if (numbers.containsKey(resource)) {
                    continue;
                }
                int next = numbers.size() + 1;
                numbers.put(resource, next);
                insert.setLong(1, number);
                insert.setInt(2, next);
                insert.setString(3, resource.key());
                insert.setString(4, resource.text());
                waiting = add(insert, waiting);
            }
            finish(insert, waiting);
        }
        return numbers;
    }

    /// Forgets the oldest lines of a task of that number and, when there are none any more, resources that they were about.
    ///
    /// @return how many rows, that many at most; none when there are no more
    static int forget(Connection connection, long number, int most) throws SQLException {
        int lines = forget(connection, "remediation_line", "sequence", number, most);
        return lines > 0
                ? lines
                : forget(connection, "remediation_resource", "number", number, most);
    }

    /// Both keys are numbers without gaps.
    private static int forget(Connection connection, String table, String key, long task, int most)
            throws SQLException {
        try (var delete =
                connection.prepareStatement(
                        "delete from "
                                + table
                                + " where task = ? and "
                                + key
                                + " < ? + (select min("
                                + key
                                + ") from "
                                + table
                                + " where task = ?)")) {
            delete.setLong(1, task);
            delete.setLong(2, most);
            delete.setLong(3, task);
            return delete.executeUpdate();
        }
    }

    /// Forgets the lines of a task of that number.
    static void delete(Connection connection, long number) throws SQLException {
        for (var table : List.of("remediation_line", "remediation_resource")) {
            try (var delete =
                    connection.prepareStatement("delete from " + table + " where task = ?")) {
                delete.setLong(1, number);
                delete.executeUpdate();
            }
        }
    }

    static List<LedgerEntry> entries(Connection connection, ResourceId task) throws SQLException {
        try (var select = connection.prepareStatement(ENTRIES + "order by e.sequence")) {
            select.setString(1, task.key());
            return entries(select.executeQuery(), task);
        }
    }

    static List<LedgerEntry> entries(Connection connection, ResourceId task, ResourceId resource)
            throws SQLException {
        try (var select =
                connection.prepareStatement(
                        ENTRIES + "and r.resource_key = ? order by e.sequence")) {
            select.setString(1, task.key());
            select.setString(2, resource.key());
            return entries(select.executeQuery(), task);
        }
    }

    private static List<LedgerEntry> entries(ResultSet rows, ResourceId task) throws SQLException {
        var out = new ArrayList<LedgerEntry>();
        Map<Integer, ResourceId> resources = new HashMap<>();
        try (rows) {
            while (rows.next()) {
                int resource = rows.getInt("resource");
                var id = resources.get(resource);
                if (id == null) {
                    id = ResourceId.parse(rows.getString("resource_id"));
                    resources.put(resource, id);
                }
                out.add(
                        new LedgerEntry(
                                task,
                                rows.getLong("sequence"),
                                id,
                                rows.getObject("at", OffsetDateTime.class).toInstant(),
                                event(rows.getString("kind"), rows.getString("body"))));
            }
        }
        return List.copyOf(out);
    }

    private static LedgerEvent event(String kind, String body) {
        try {
            return LedgerEvent.fromDynamic(kind, Json.parse(body));
        } catch (JsonException damaged) {
            throw new IllegalStateException("the kept ledger entry is no JSON", damaged);
        }
    }
}
