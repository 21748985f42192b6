package io.muster.service.store;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.incremental.Cause;
import io.muster.policy.incremental.VerdictChange;
import io.muster.policy.incremental.VerdictHistory;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps what re-evaluations changed, for as long as it is wanted.
public final class VerdictHistoryStore {
    private static final String NO_RECORD = "";

    private final Transactions transactions;

    public VerdictHistoryStore(Transactions transactions) {
        this.transactions = transactions;
    }

    /// Adds a step, within the transaction that keeps its verdicts.
    static void append(Connection connection, long version, Instant at, List<VerdictChange> changes)
            throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        long step;
        try (var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select coalesce(max(step), 0) + 1 from verdict_change")) {
            rows.next();
            step = rows.getLong(1);
        }
        try (var insert =
                connection.prepareStatement(
                        "insert into verdict_change (step, position, changed_at, snapshot_version, assignment_id, reference_id, cause, from_state, to_state, resources) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (int i = 0; i < changes.size(); i++) {
                var change = changes.get(i);
                insert.setLong(1, step);
                insert.setInt(2, i);
                insert.setObject(3, time(at));
                insert.setLong(4, version);
                insert.setString(5, change.key().assignmentId());
                insert.setString(6, change.key().referenceId());
                insert.setString(7, change.cause().wireName());
                insert.setString(8, name(change.from()));
                insert.setString(9, name(change.to()));
                insert.setBytes(10, BitmapBytes.write(change.resources()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /// Adds the time of a scan, within the transaction that keeps its verdicts.
    ///
    /// @param first whether there was none before
    static void scanned(Connection connection, Instant at, boolean first) throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into scan_past (scanned_at, is_first) select cast(? as timestamp with time zone), cast(? as boolean) where not exists (select 1 from scan_past where scanned_at = ?)")) {
            insert.setObject(1, time(at));
            insert.setBoolean(2, first);
            insert.setObject(3, time(at));
            insert.executeUpdate();
        }
    }

    /// When the last scan until a time was: [Instant#EPOCH] when there was none yet, empty when that is not known any more.
    public Optional<Instant> scanned(Instant until) throws IOException {
        return transactions.run(connection -> {
            try (var select =
                    connection.prepareStatement(
                            "select max(case when scanned_at <= ? then scanned_at end), max(case when is_first then 1 else 0 end) from scan_past")) {
                select.setObject(1, time(until));
                try (var rows = select.executeQuery()) {
                    rows.next();
                    var last = rows.getObject(1, OffsetDateTime.class);
                    if (last != null) {
                        return Optional.of(last.toInstant());
                    }
                    return rows.getInt(2) == 1 ? Optional.of(Instant.EPOCH) : Optional.empty();
                }
            }
        });
    }

    /// Forgets the steps before a time, and the scans but the last of them, within a transaction.
    static void forgetBefore(Connection connection, Instant oldest) throws SQLException {
        for (String delete :
                List.of(
                        "delete from verdict_change where changed_at < ?",
                        "delete from scan_past where scanned_at < (select max(scanned_at) from scan_past where scanned_at <= ?)")) {
            try (var statement = connection.prepareStatement(delete)) {
                statement.setObject(1, time(oldest));
                statement.executeUpdate();
            }
        }
    }

    /// When the earliest step that is kept was; empty when none is.
    public Optional<Instant> begins() throws IOException {
        return transactions.run(connection -> {
            try (var statement = connection.createStatement();
                    var rows =
                            statement.executeQuery("select min(changed_at) from verdict_change")) {
                rows.next();
                return Optional.ofNullable(rows.getObject(1, OffsetDateTime.class))
                        .map(OffsetDateTime::toInstant);
            }
        });
    }

    private static final String STEPS =
            "select step, changed_at, snapshot_version, assignment_id, reference_id, cause, from_state, to_state, resources from verdict_change where changed_at >= ? and changed_at <= ? %s order by step desc, position";

    /// The steps of an interval, both ends included, newest first.
    public List<VerdictHistory.Step> between(Instant from, Instant to) throws IOException {
        return steps(STEPS.formatted(""), from, to);
    }

    /// The same for the records under one definition in force alone.
    public List<VerdictHistory.Step> between(PolicyKey key, Instant from, Instant to)
            throws IOException {
        return steps(
                STEPS.formatted("and lower(assignment_id) = ? and lower(reference_id) = ?"),
                from,
                to,
                key.assignmentId().toLowerCase(Locale.ROOT),
                key.referenceId().toLowerCase(Locale.ROOT));
    }

    private List<VerdictHistory.Step> steps(String sql, Instant from, Instant to, String... key)
            throws IOException {
        return transactions.run(connection -> {
            try (var select = connection.prepareStatement(sql)) {
                select.setObject(1, time(from));
                select.setObject(2, time(to));
                for (int i = 0; i < key.length; i++) {
                    select.setString(3 + i, key[i]);
                }
                try (var rows = select.executeQuery()) {
                    return steps(rows);
                }
            }
        });
    }

    private static List<VerdictHistory.Step> steps(ResultSet rows)
            throws SQLException, IOException {
        List<VerdictHistory.Step> steps = new ArrayList<>();
        List<VerdictChange> changes = new ArrayList<>();
        long step = -1;
        long version = 0;
        Instant at = Instant.EPOCH;
        while (rows.next()) {
            if (rows.getLong(1) != step && !changes.isEmpty()) {
                steps.add(new VerdictHistory.Step(at, version, changes));
                changes.clear();
            }
            step = rows.getLong(1);
            at = rows.getObject(2, OffsetDateTime.class).toInstant();
            version = rows.getLong(3);
            changes.add(change(rows));
        }
        if (!changes.isEmpty()) {
            steps.add(new VerdictHistory.Step(at, version, changes));
        }
        return steps;
    }

    private static VerdictChange change(ResultSet rows) throws SQLException, IOException {
        String cause = rows.getString(6);
        return new VerdictChange(
                new PolicyKey(rows.getString(4), rows.getString(5)),
                Cause.parse(cause)
                        .orElseThrow(() ->
                                new IOException(
                                        "a kept change of verdicts has the unknown cause "
                                                + cause)),
                state(rows.getString(7)),
                state(rows.getString(8)),
                BitmapBytes.read(rows.getBytes(9)));
    }

    private static @Nullable ComplianceState state(String name) throws IOException {
        if (name.equals(NO_RECORD)) {
            return null;
        }
        return ComplianceState.parse(name)
                .orElseThrow(() ->
                        new IOException("a kept change of verdicts has the unknown state " + name));
    }

    private static String name(@Nullable ComplianceState state) {
        return state == null ? NO_RECORD : state.wireName();
    }

    private static OffsetDateTime time(Instant at) {
        return OffsetDateTime.ofInstant(at, ZoneOffset.UTC);
    }
}
