package io.muster.service.store;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.Cause;
import io.muster.policy.incremental.VerdictChange;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.roaringbitmap.RoaringBitmap;

/// Keeps the verdicts of the latest scan: a serialised bitmap for each (assignment, reference id, state). One transaction writes those that changed.
public final class VerdictStore {
    private final Transactions transactions;

    public VerdictStore(Transactions transactions) {
        this.transactions = transactions;
    }

    /// What the latest scan found and when.
    public record Kept(Verdicts verdicts, Instant scannedAt) {}

    /// Keeps the verdicts of a scan and what it changed.
    ///
    /// @param changes since the verdicts kept before; empty when there were none
    /// @param definitionOf the id of the definition that a key is about
    /// @param oldest changes before that time are forgotten
    public void keep(
            Verdicts verdicts,
            Instant scannedAt,
            List<VerdictChange> changes,
            Function<PolicyKey, String> definitionOf,
            Instant oldest)
            throws IOException {
        transactions.run(connection -> {
            boolean first;
            try (var statement = connection.createStatement()) {
                first = statement.executeUpdate("delete from scan_state") == 0;
            }
            insertScan(connection, verdicts.snapshotVersion(), scannedAt);
            var changed = changedKeys(changes);
            if (first || changes.stream().anyMatch(VerdictStore::mayRename)) {
                try (var statement = connection.createStatement()) {
                    statement.executeUpdate("delete from verdict");
                }
                changed = verdicts.keys();
            } else {
                delete(connection, changed);
            }
            insertVerdicts(connection, verdicts, changed, definitionOf);
            VerdictHistoryStore.append(connection, verdicts.snapshotVersion(), scannedAt, changes);
            VerdictHistoryStore.forgetBefore(connection, oldest);
            return true;
        });
    }

    private static Set<PolicyKey> changedKeys(List<VerdictChange> changes) {
        var keys = new TreeSet<PolicyKey>();
        changes.forEach(change -> keys.add(change.key()));
        return keys;
    }

    /// Keys ignore case, rows do not: where assignments may have changed all rows are written again.
    private static boolean mayRename(VerdictChange change) {
        return change.cause() == Cause.POLICY || change.cause() == Cause.SCAN;
    }

    private static void delete(Connection connection, Set<PolicyKey> keys) throws SQLException {
        try (var delete =
                connection.prepareStatement(
                        "delete from verdict where assignment_id = ? and reference_id = ?")) {
            for (var key : keys) {
                delete.setString(1, key.assignmentId());
                delete.setString(2, key.referenceId());
                delete.addBatch();
            }
            delete.executeBatch();
        }
    }

    private static void insertScan(Connection connection, long version, Instant scannedAt)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into scan_state (snapshot_version, scanned_at) values (?, ?)")) {
            insert.setLong(1, version);
            insert.setObject(2, OffsetDateTime.ofInstant(scannedAt, ZoneOffset.UTC));
            insert.executeUpdate();
        }
    }

    private static void insertVerdicts(
            Connection connection,
            Verdicts verdicts,
            Set<PolicyKey> keys,
            Function<PolicyKey, String> definitionOf)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into verdict (assignment_id, reference_id, state, definition_id, resources) values (?, ?, ?, ?, ?)")) {
            for (var key : keys) {
                for (var state : ComplianceState.values()) {
                    var resources = verdicts.of(key, state);
                    insert.setString(1, key.assignmentId());
                    insert.setString(2, key.referenceId());
                    insert.setString(3, state.wireName());
                    insert.setString(4, definitionOf.apply(key));
                    insert.setBytes(5, BitmapBytes.write(resources));
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    /// The verdicts kept last; empty when no scan was.
    public Optional<Kept> latest() throws IOException {
        return transactions.run(connection -> {
            long version;
            Instant scannedAt;
            try (var statement = connection.createStatement();
                    var rows =
                            statement.executeQuery(
                                    "select snapshot_version, scanned_at from scan_state")) {
                if (!rows.next()) {
                    return Optional.<Kept>empty();
                }
                version = rows.getLong(1);
                scannedAt = rows.getObject(2, OffsetDateTime.class).toInstant();
            }
            return Optional.of(new Kept(new Verdicts(version, states(connection)), scannedAt));
        });
    }

    private static Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states(Connection connection)
            throws SQLException, IOException {
        Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states = new HashMap<>();
        try (var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select assignment_id, reference_id, state, resources from verdict")) {
            while (rows.next()) {
                var key = new PolicyKey(rows.getString(1), rows.getString(2));
                String name = rows.getString(3);
                var state =
                        ComplianceState.parse(name)
                                .orElseThrow(() ->
                                        new IOException(
                                                "a kept verdict has the unknown state " + name));
                var bitmap = BitmapBytes.read(rows.getBytes(4));
                states.computeIfAbsent(key, _ -> new EnumMap<>(ComplianceState.class))
                        .put(state, bitmap);
            }
        }
        return states;
    }
}
