package io.muster.service.store;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.RecordedStates;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.Cause;
import io.muster.policy.incremental.VerdictChange;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Keeps the verdicts of the latest scan: for each (assignment, reference id) the resources that have a record, and a serialised bitmap for each state but Compliant. One
/// transaction writes those that changed.
public final class VerdictStore {
    /// The state of the row that names a definition's records.
    private static final String ALL_RECORDS = "";

    /// What the database may round times to.
    private static final Duration PRECISION = Duration.ofNanos(1_000);

    private final Transactions transactions;

    /// The scan that was kept last through this; null for none.
    private volatile @Nullable Instant own;

    public VerdictStore(Transactions transactions) {
        this.transactions = transactions;
    }

    /// What the latest scan found and when.
    public record Kept(Verdicts verdicts, Instant scannedAt) {}

    /// Keeps the verdicts of a scan and what it changed.
    ///
    /// @param changes since the verdicts kept before; empty when there were none
    /// @param definitionOf the id of the definition that a key is about
    /// @param oldest changes before that time are forgotten, unless the fleet of then is kept still
    public void keep(
            Verdicts verdicts,
            Instant scannedAt,
            List<VerdictChange> changes,
            Function<PolicyKey, String> definitionOf,
            Instant oldest)
            throws IOException {
        transactions.run(connection -> {
            var before = lastScan(connection);
            boolean first = before.isEmpty();
            // Another process may have kept a scan of the same fleet meanwhile, and told of the
            // same turns.
            var turned =
                    first || isOwn(before.get())
                            ? changes
                            : notKeptYet(changes, states(connection));
            writeScan(connection, first, verdicts.snapshotVersion(), scannedAt);
            VerdictHistoryStore.scanned(connection, scannedAt, first);
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
            VerdictHistoryStore.append(connection, verdicts.snapshotVersion(), scannedAt, turned);
            // As far back as the fleet is known, so are the policies and what they said of it.
            var reached =
                    HistoryRows.begins(connection)
                            .filter(begins -> begins.isBefore(oldest))
                            .orElse(oldest);
            VerdictHistoryStore.forgetBefore(connection, reached);
            PolicyObjectHistory.forgetBefore(connection, reached);
            return true;
        });
        own = scannedAt;
    }

    /// When the scan kept last was; whoever keeps another one waits for this transaction's end.
    private static Optional<Instant> lastScan(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("select scanned_at from scan_state for update")) {
            return rows.next()
                    ? Optional.of(rows.getObject(1, OffsetDateTime.class).toInstant())
                    : Optional.empty();
        }
    }

    private boolean isOwn(Instant kept) {
        var known = own;
        return known != null && Duration.between(known, kept).abs().compareTo(PRECISION) <= 0;
    }

    /// Without the resources that are kept in the state that they turned to.
    private static List<VerdictChange> notKeptYet(
            List<VerdictChange> changes, Map<PolicyKey, RecordedStates> kept) {
        List<VerdictChange> turned = new ArrayList<>();
        for (var change : changes) {
            var states = kept.getOrDefault(change.key(), RecordedStates.NONE);
            var to = change.to();
            var resources =
                    to == null
                            ? RoaringBitmap.and(change.resources(), states.records())
                            : RoaringBitmap.andNot(change.resources(), states.of(to));
            if (!resources.isEmpty()) {
                turned.add(
                        new VerdictChange(
                                change.key(), change.cause(), change.from(), to, resources));
            }
        }
        return turned;
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

    /// Keys ignore case, rows do not: they go by the spelling they were kept in.
    private static void delete(Connection connection, Set<PolicyKey> keys) throws SQLException {
        try (var select =
                        connection.prepareStatement(
                                "select distinct assignment_id, reference_id from verdict");
                var rows = select.executeQuery();
                var delete =
                        connection.prepareStatement(
                                "delete from verdict where assignment_id = ? and reference_id = ?")) {
            while (rows.next()) {
                var kept = new PolicyKey(rows.getString(1), rows.getString(2));
                if (keys.contains(kept)) {
                    delete.setString(1, kept.assignmentId());
                    delete.setString(2, kept.referenceId());
                    delete.addBatch();
                }
            }
            delete.executeBatch();
        }
    }

    private static void writeScan(
            Connection connection, boolean first, long version, Instant scannedAt)
            throws SQLException {
        try (var write =
                connection.prepareStatement(
                        first
                                ? "insert into scan_state (snapshot_version, scanned_at) values (?, ?)"
                                : "update scan_state set snapshot_version = ?, scanned_at = ?")) {
            write.setLong(1, version);
            write.setObject(2, OffsetDateTime.ofInstant(scannedAt, ZoneOffset.UTC));
            write.executeUpdate();
        }
    }

    private static void insertVerdicts(
            Connection connection,
            Verdicts verdicts,
            Set<PolicyKey> keys,
            Function<PolicyKey, String> definitionOf)
            throws SQLException {
        var records = new RecordsRows(connection);
        try (var insert =
                connection.prepareStatement(
                        "insert into verdict (assignment_id, reference_id, state, definition_id, resources, records_hash) values (?, ?, ?, ?, ?, ?)")) {
            for (var key : keys) {
                if (!verdicts.keys().contains(key)) {
                    continue;
                }
                var states = verdicts.of(key);
                insert.setString(1, key.assignmentId());
                insert.setString(2, key.referenceId());
                insert.setString(4, definitionOf.apply(key));
                insert.setString(3, ALL_RECORDS);
                insert.setBytes(5, new byte[0]);
                insert.setString(6, records.put(states.records()));
                insert.addBatch();
                for (var other : states.others().entrySet()) {
                    insert.setString(3, other.getKey().wireName());
                    insert.setBytes(5, BitmapBytes.write(other.getValue()));
                    insert.setString(6, null);
                    insert.addBatch();
                }
                // One at a time: the bitmaps of a large fleet are not to be held twice.
                insert.executeBatch();
            }
        }
        records.removeUnused();
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
            return Optional.of(new Kept(Verdicts.of(version, states(connection)), scannedAt));
        });
    }

    private static Map<PolicyKey, RecordedStates> states(Connection connection)
            throws SQLException, IOException {
        var sets = RecordsRows.all(connection);
        Map<PolicyKey, RoaringBitmap> records = new HashMap<>();
        Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> others = new HashMap<>();
        try (var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "select assignment_id, reference_id, state, resources, records_hash from verdict")) {
            while (rows.next()) {
                var key = new PolicyKey(rows.getString(1), rows.getString(2));
                String name = rows.getString(3);
                var states = others.computeIfAbsent(key, _ -> new EnumMap<>(ComplianceState.class));
                if (name.equals(ALL_RECORDS)) {
                    var set = sets.get(rows.getString(5));
                    if (set == null) {
                        throw new IOException("the resources of a kept verdict are missing");
                    }
                    records.put(key, set);
                } else {
                    states.put(state(name), BitmapBytes.read(rows.getBytes(4)));
                }
            }
        }
        Map<PolicyKey, RecordedStates> all = new HashMap<>();
        others.forEach((key, states) -> {
            var set = records.get(key);
            all.put(key, set == null ? RecordedStates.of(states) : RecordedStates.of(set, states));
        });
        return all;
    }

    private static ComplianceState state(String name) throws IOException {
        return ComplianceState.parse(name)
                .orElseThrow(() -> new IOException("a kept verdict has the unknown state " + name));
    }
}
