package io.muster.service.store;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.pace.RateBudget;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The remediation ledger as rows. Each method is one transaction and returns when it is committed. Processes that share the database exclude
/// each other by the task's version and lease.
public final class JdbcRemediationLedger implements RemediationLedger {
    private static final Leases LEASES = new Leases("remediation_log", "task_id");

    private final Transactions transactions;

    /// What this process knows of the logs of the tasks whose lease it holds. A guess: the database decides whether it is still so.
    private final Map<String, LedgerLog> known = new ConcurrentHashMap<>();

    /// How tasks were found last, until this process changes them: a run looks after each of its resources, hundreds of times in a second, and what another process did
    /// it notices soon enough.
    private final Map<String, Look> looked = new ConcurrentHashMap<>();

    private record Look(long version, String correlationId, long at) {}

    private static final Duration FRESH = Duration.ofMillis(20);

    public JdbcRemediationLedger(Transactions transactions) {
        this.transactions = transactions;
    }

    private <T> T run(Transactions.Work<T, RuntimeException> work) {
        try {
            return transactions.run(work);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private <T> T look(Transactions.Work<T, RuntimeException> work) {
        try {
            return transactions.look(work);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    @Override
    public List<RemediationTask> tasks() {
        return run(JdbcRemediationLedger::tasks);
    }

    private static List<RemediationTask> tasks(Connection connection) throws SQLException {
        var out = new ArrayList<RemediationTask>();
        try (var select = connection.prepareStatement("select id, body from remediation_task");
                var rows = select.executeQuery()) {
            while (rows.next()) {
                out.add(task(rows));
            }
        }
        return List.copyOf(out);
    }

    private static RemediationTask task(ResultSet rows) throws SQLException {
        return TaskCodec.read(json(rows.getString("body"), "task " + rows.getString("id")));
    }

    private static Dynamic json(String text, String what) {
        try {
            return Json.parse(text);
        } catch (JsonException damaged) {
            throw new IllegalStateException("the kept " + what + " is no JSON", damaged);
        }
    }

    @Override
    public Optional<RemediationTask> task(ResourceId id) {
        return look(connection -> {
            try (var select =
                    connection.prepareStatement(
                            "select id, body from remediation_task where id = ?")) {
                select.setString(1, id.key());
                try (var rows = select.executeQuery()) {
                    return rows.next()
                            ? Optional.of(task(rows))
                            : Optional.<RemediationTask>empty();
                }
            }
        });
    }

    @Override
    public boolean isKept(RemediationTask task) {
        var seen = looked.get(task.id().key());
        long now = System.nanoTime();
        if (seen != null
                && seen.version() == task.version()
                && seen.correlationId().equals(task.correlationId())
                && now - seen.at() < FRESH.toNanos()) {
            return true;
        }
        boolean kept = isKeptStill(task);
        if (kept) {
            looked.put(task.id().key(), new Look(task.version(), task.correlationId(), now));
        }
        return kept;
    }

    private boolean isKeptStill(RemediationTask task) {
        return look(connection -> {
            try (var select =
                    connection.prepareStatement(
                            "select 1 from remediation_task where id = ? and version = ?"
                                    + " and (correlation_id is null or correlation_id = ?)")) {
                select.setString(1, task.id().key());
                select.setLong(2, task.version());
                select.setString(3, task.correlationId());
                try (var rows = select.executeQuery()) {
                    return rows.next();
                }
            }
        });
    }

    @Override
    public boolean create(RemediationTask task, Admission admission) throws RemediationException {
        Transactions.Work<Boolean, RemediationException> work =
                connection -> {
                    takeTurn(connection);
                    admission.allow(tasks(connection));
                    boolean isNew = delete(connection, task.id()) == 0;
                    try (var insert =
                            connection.prepareStatement(
                                    "insert into remediation_task (id, version, correlation_id,"
                                            + " body) values (?, ?, ?, ?)")) {
                        insert.setString(1, task.id().key());
                        insert.setLong(2, task.version());
                        insert.setString(3, task.correlationId());
                        insert.setString(4, Json.write(TaskCodec.write(task)));
                        insert.executeUpdate();
                    }
                    try (var insert =
                            connection.prepareStatement(
                                    "insert into remediation_log (task_id, last_sequence) values (?, 0)")) {
                        insert.setString(1, task.id().key());
                        insert.executeUpdate();
                    }
                    return isNew;
                };
        try {
            return transactions.run(work);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } finally {
            looked.remove(task.id().key());
        }
    }

    // One at a time, of all processes: whoever decides by what many rows say.
    private static void takeTurn(Connection connection) throws SQLException {
        try (var lock =
                        connection.prepareStatement(
                                "select id from remediation_admission where id = 1 for update");
                var row = lock.executeQuery()) {
            if (!row.next()) {
                throw new SQLException("the row that admits remediations is missing");
            }
        }
    }

    @Override
    public boolean update(RemediationTask task) {
        try {
            return run(connection -> update(connection, task));
        } finally {
            looked.remove(task.id().key());
        }
    }

    @Override
    public boolean update(RemediationTask task, String owner) {
        try {
            return run(connection -> {
                log(connection, task.id(), owner);
                return update(connection, task);
            });
        } finally {
            looked.remove(task.id().key());
        }
    }

    private static boolean update(Connection connection, RemediationTask task) throws SQLException {
        try (var update =
                connection.prepareStatement(
                        "update remediation_task set version = ?, body = ?, correlation_id = ?"
                                + " where id = ? and version = ?"
                                + " and (correlation_id is null or correlation_id = ?)")) {
            update.setLong(1, task.version());
            update.setString(2, Json.write(TaskCodec.write(task)));
            update.setString(3, task.correlationId());
            update.setString(4, task.id().key());
            update.setLong(5, task.version() - 1);
            update.setString(6, task.correlationId());
            return update.executeUpdate() == 1;
        }
    }

    @Override
    public boolean update(RemediationTask task, Admission admission) throws RemediationException {
        Transactions.Work<Boolean, RemediationException> work =
                connection -> {
                    takeTurn(connection);
                    admission.allow(tasks(connection));
                    return update(connection, task);
                };
        try {
            return transactions.run(work);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } finally {
            looked.remove(task.id().key());
        }
    }

    @Override
    public int forgetLines(RemediationTask task, int most) {
        return run(connection -> {
            var log = lock(connection, task.id());
            return log.isPresent() && isLocked(connection, task)
                    ? LedgerLog.forget(connection, log.get(), most)
                    : 0;
        });
    }

    /// Locks a task as it was read, so that nobody changes it until the transaction ends; false when it is not so any more.
    private static boolean isLocked(Connection connection, RemediationTask task)
            throws SQLException {
        try (var select =
                connection.prepareStatement(
                        "select id from remediation_task where id = ? and version = ?"
                                + " and (correlation_id is null or correlation_id = ?)"
                                + " for update")) {
            select.setString(1, task.id().key());
            select.setLong(2, task.version());
            select.setString(3, task.correlationId());
            try (var rows = select.executeQuery()) {
                return rows.next();
            }
        }
    }

    @Override
    public boolean delete(RemediationTask task) {
        try {
            return run(connection -> {
                lock(connection, task.id());
                return isLocked(connection, task) && delete(connection, task.id()) == 1;
            });
        } finally {
            looked.remove(task.id().key());
        }
    }

    /// Locks a task's log, of which nobody writes then.
    ///
    /// @return its number; none when there is no such task
    private static Optional<Long> lock(Connection connection, ResourceId task) throws SQLException {
        try (var lock =
                connection.prepareStatement(
                        "select number from remediation_log where task_id = ? for update")) {
            lock.setString(1, task.key());
            try (var rows = lock.executeQuery()) {
                return rows.next() ? Optional.of(rows.getLong("number")) : Optional.empty();
            }
        }
    }

    // INVARIANT (lock order): admission, a task's log, its lines, the task. Who adds lines holds
    // the
    // log; a delete that reached the log last, by its cascade, would hold them the other way round,
    // and the two could wait for each other for ever.
    private static int delete(Connection connection, ResourceId id) throws SQLException {
        var log = lock(connection, id);
        if (log.isPresent()) {
            LedgerLog.delete(connection, log.get());
        }
        try (var delete =
                connection.prepareStatement("delete from remediation_task where id = ?")) {
            delete.setString(1, id.key());
            return delete.executeUpdate();
        }
    }

    @Override
    public Instant begin(String subscription, RateBudget budget, Instant now) {
        // As exact as a database keeps it, so that a time that was read is the one that was
        // written.
        var at = now.truncatedTo(ChronoUnit.MILLIS);
        return run(connection -> {
            takeTurn(connection);
            try (var forget =
                    connection.prepareStatement(
                            "delete from remediation_begun where subscription = ? and at < ?")) {
                forget.setString(1, subscription);
                forget.setObject(2, utc(at.minus(RateBudget.LONGEST)));
                forget.executeUpdate();
            }
            var room = roomAt(connection, subscription, budget, at);
            if (room.isAfter(at)) {
                return room;
            }
            try (var again =
                    connection.prepareStatement(
                            "update remediation_begun set number = number + 1 where subscription ="
                                    + " ? and at = ?")) {
                again.setString(1, subscription);
                again.setObject(2, utc(at));
                if (again.executeUpdate() == 0) {
                    first(connection, subscription, at);
                }
            }
            return now;
        });
    }

    private static void first(Connection connection, String subscription, Instant at)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into remediation_begun (subscription, at, number) values (?, ?, 1)")) {
            insert.setString(1, subscription);
            insert.setObject(2, utc(at));
            insert.executeUpdate();
        }
    }

    private static Instant roomAt(
            Connection connection, String subscription, RateBudget budget, Instant now)
            throws SQLException {
        try (var select =
                connection.prepareStatement(
                        "select at, number from remediation_begun where subscription = ? and at > ?"
                                + " order by at desc")) {
            select.setString(1, subscription);
            select.setObject(2, utc(now.minus(budget.per())));
            try (var rows = select.executeQuery()) {
                int room = budget.changes();
                while (rows.next()) {
                    room -= rows.getInt("number");
                    if (room <= 0) {
                        return rows.getObject("at", OffsetDateTime.class)
                                .toInstant()
                                .plus(budget.per());
                    }
                }
                return now;
            }
        }
    }

    @Override
    public boolean lease(ResourceId id, String owner, Duration leaseFor) {
        return run(connection -> LEASES.take(connection, id.key(), owner, leaseFor));
    }

    @Override
    public boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        return run(connection -> LEASES.prolong(connection, id.key(), owner, leaseFor));
    }

    @Override
    public void release(ResourceId id, String owner) {
        known.remove(id.key());
        looked.remove(id.key());
        run(connection -> LEASES.release(connection, id.key(), owner));
    }

    private static OffsetDateTime utc(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }

    @Override
    public void append(ResourceId task, String owner, Instant at, List<Line> lines) {
        var guess = known.get(task.key());
        var atOnce =
                guess == null
                        ? Optional.<LedgerLog>empty()
                        : look(connection ->
                                Optional.ofNullable(
                                        guess.appendAtOnce(connection, task, owner, at, lines)));
        if (atOnce.isPresent()) {
            known.put(task.key(), atOnce.get());
            return;
        }
        var written =
                run(connection -> {
                    var log = guess;
                    if (log == null || !log.number(connection, task, owner, lines.size())) {
                        log = log(connection, task, owner);
                        if (!log.number(connection, task, owner, lines.size())) {
                            throw new LeaseLostException(task);
                        }
                    }
                    return log.append(connection, at, lines);
                });
        known.put(task.key(), written);
    }

    // The row is locked, so that writers of one task take turns, no sequence is given twice and
    // nobody takes the lease between the look at it and the commit.
    private static LedgerLog log(Connection connection, ResourceId task, String owner)
            throws SQLException {
        try (var lock =
                connection.prepareStatement(
                        "select number, lease_owner, last_sequence from remediation_log where"
                                + " task_id = ? for update")) {
            lock.setString(1, task.key());
            try (var rows = lock.executeQuery()) {
                if (!rows.next() || !owner.equals(rows.getString("lease_owner"))) {
                    throw new LeaseLostException(task);
                }
                return new LedgerLog(
                        rows.getLong("number"), rows.getLong("last_sequence"), Map.of());
            }
        }
    }

    @Override
    public List<LedgerEntry> entries(ResourceId task) {
        return look(connection -> LedgerLog.entries(connection, task));
    }

    @Override
    public List<LedgerEntry> entries(ResourceId task, ResourceId resource) {
        return look(connection -> LedgerLog.entries(connection, task, resource));
    }
}
