package io.muster.service.store;

import io.muster.inventory.source.CollectionProgress;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.service.config.ServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/// The database of a server that does not run, for a command that needs what is in it. One process at a time has an H2 file.
public final class KeptFleet implements AutoCloseable {
    private static final int H2_LOCKED = 90020;
    private static final int H2_ABSENT = 90146;

    /// Keeps an H2 file open from the first transaction to the last.
    private final Connection anchor;

    private final Transactions transactions;
    private final boolean writes;

    private KeptFleet(Connection anchor, Transactions transactions, boolean writes) {
        this.anchor = anchor;
        this.transactions = transactions;
        this.writes = writes;
    }

    /// Another process has the database, there is none, or it does not answer.
    public static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean nothingKept;

        UnavailableException(String message, boolean nothingKept, Throwable cause) {
            super(message, cause);
            this.nothingKept = nothingKept;
        }

        /// There is no database at all.
        public boolean isNothingKept() {
            return nothingKept;
        }
    }

    private record Access(String url, String user, String password) {
        Connection open() throws SQLException {
            return DriverManager.getConnection(url, user, password);
        }
    }

    /// Opens it to read; writes nothing, not even a migration.
    public static KeptFleet forReading(ServerOptions options) throws UnavailableException {
        return open(access(options, ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r"), options, false);
    }

    /// Opens it to write, made or migrated as needed.
    public static KeptFleet forWriting(ServerOptions options)
            throws IOException, UnavailableException {
        Files.createDirectories(options.data());
        var access = access(options, "");
        var fleet = open(access, options, true);
        try {
            Flyway.configure()
                    .dataSource(access.url(), access.user(), access.password())
                    .placeholders(
                            Map.of(
                                    "bytes",
                                    options.database().isPresent()
                                            ? "bytea"
                                            : "binary large object"))
                    .load()
                    .migrate();
            return fleet;
        } catch (FlywayException unusable) {
            fleet.close();
            throw new IOException(
                    "the database cannot be brought up to date: " + unusable.getMessage(),
                    unusable);
        }
    }

    private static Access access(ServerOptions options, String h2) {
        return options.database()
                .map(p -> new Access(p.url(), p.user(), p.password()))
                .orElseGet(() -> new Access(ServerOptions.h2Url(options.data()) + h2, "sa", ""));
    }

    private static KeptFleet open(Access access, ServerOptions options, boolean writes)
            throws UnavailableException {
        try {
            return new KeptFleet(access.open(), new Transactions(access::open), writes);
        } catch (SQLException fault) {
            if (fault.getErrorCode() == H2_LOCKED) {
                throw new UnavailableException(
                        "the store in %s is locked: another process has it open"
                                .formatted(options.data()),
                        false,
                        fault);
            }
            if (fault.getErrorCode() == H2_ABSENT) {
                throw new UnavailableException(
                        "nothing is kept in %s".formatted(options.data()), true, fault);
            }
            throw new UnavailableException(
                    "the database cannot be opened: " + DatabaseRefusal.told(fault), false, fault);
        }
    }

    public JdbcSnapshotStore snapshots() {
        return writes
                ? new JdbcSnapshotStore(transactions, ResourceGraphTables.STANDARD)
                : JdbcSnapshotStore.forReading(transactions, ResourceGraphTables.STANDARD);
    }

    public CollectionProgress collectionProgress() {
        return new JdbcCollectionProgress(transactions);
    }

    public VerdictStore verdicts() {
        return new VerdictStore(transactions);
    }

    public VerdictHistoryStore verdictHistory() {
        return new VerdictHistoryStore(transactions);
    }

    public RemediationLedger remediations() {
        return new JdbcRemediationLedger(transactions);
    }

    public PolicyObjectHistory policyObjectHistory() {
        return new PolicyObjectHistory(transactions);
    }

    public KeptPolicyObjects policyObjects() {
        return kind -> {
            try {
                return objects(kind);
            } catch (IOException unreadable) {
                throw new UncheckedIOException("the kept policies cannot be read", unreadable);
            }
        };
    }

    private List<PolicyObject> objects(String kind) throws IOException {
        return transactions.<List<PolicyObject>, IOException>run(connection -> {
            var objects = new ArrayList<PolicyObject>();
            try (var query =
                    connection.prepareStatement(
                            "select id, body, changed_at from policy_object where kind = ? order by id")) {
                query.setString(1, kind);
                try (var rows = query.executeQuery()) {
                    while (rows.next()) {
                        objects.add(
                                new PolicyObject(
                                        rows.getString(1),
                                        kind,
                                        rows.getString(2),
                                        rows.getObject(3, OffsetDateTime.class)));
                    }
                }
            }
            return objects;
        });
    }

    @Override
    public void close() throws IOException {
        try {
            anchor.close();
        } catch (SQLException fault) {
            throw new IOException("the database cannot be closed: " + fault.getMessage(), fault);
        }
    }
}
