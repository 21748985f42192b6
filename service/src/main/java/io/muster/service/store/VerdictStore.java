package io.muster.service.store;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.roaringbitmap.RoaringBitmap;

/// Keeps the verdicts of the latest scan: a serialised bitmap for each (assignment, reference id, state). One transaction replaces them all.
public final class VerdictStore {
    private final Transactions transactions;

    public VerdictStore(Transactions transactions) {
        this.transactions = transactions;
    }

    /// What the latest scan found and when.
    public record Kept(Verdicts verdicts, Instant scannedAt) {}

    /// @param definitionOf the id of the definition that a key is about
    public void replace(
            Verdicts verdicts, Instant scannedAt, Function<PolicyKey, String> definitionOf)
            throws IOException {
        transactions.run(connection -> {
            try (var statement = connection.createStatement()) {
                statement.executeUpdate("delete from verdict");
                statement.executeUpdate("delete from scan_state");
            }
            insertScan(connection, verdicts.snapshotVersion(), scannedAt);
            insertVerdicts(connection, verdicts, definitionOf);
            return true;
        });
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
            Connection connection, Verdicts verdicts, Function<PolicyKey, String> definitionOf)
            throws SQLException {
        try (var insert =
                connection.prepareStatement(
                        "insert into verdict (assignment_id, reference_id, state, definition_id, resources) values (?, ?, ?, ?, ?)")) {
            for (var key : verdicts.keys()) {
                for (var state : ComplianceState.values()) {
                    var resources = verdicts.of(key, state);
                    insert.setString(1, key.assignmentId());
                    insert.setString(2, key.referenceId());
                    insert.setString(3, state.wireName());
                    insert.setString(4, definitionOf.apply(key));
                    insert.setBytes(5, bytes(resources));
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
    }

    private static byte[] bytes(RoaringBitmap bitmap) {
        var compact = bitmap.clone();
        compact.runOptimize();
        var buffer = ByteBuffer.allocate(compact.serializedSizeInBytes());
        compact.serialize(buffer);
        return buffer.array();
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
                var bitmap = new RoaringBitmap();
                bitmap.deserialize(ByteBuffer.wrap(rows.getBytes(4)));
                states.computeIfAbsent(key, _ -> new EnumMap<>(ComplianceState.class))
                        .put(state, bitmap);
            }
        }
        return states;
    }
}
