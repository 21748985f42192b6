package io.muster.benchmarks.remediation;

import com.zaxxer.hikari.HikariDataSource;
import io.muster.remediation.ledger.InMemoryLedger;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.service.config.ServerOptions;
import io.muster.service.store.JdbcRemediationLedger;
import io.muster.service.store.KeptFleet;
import io.muster.service.store.Transactions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;

/// `RemediationSpeed [MACHINES] [PLANNED]`: throughput with the ledger in memory, in H2 (a file, as a server opens it) and in PostgreSQL, each twice: into an empty
/// database, and once more. Then the planning of a campaign. Fails when a second round is below 80 % of its peer, or planning above 5 s.
public final class RemediationSpeed {
    private static final double LEAST_SHARE = 0.8;

    private RemediationSpeed() {}

    public static void main(String[] args) throws Exception {
        int machines = args.length > 0 ? Integer.parseInt(args[0]) : 3_000;
        int planned = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        boolean met = isFastEnough("memory", new InMemoryLedger(InstantSource.system()), machines);
        met &= h2(machines);
        met &= postgreSql(machines);
        met &= Planning.isFastEnough(planned);
        if (!met) {
            throw new IllegalStateException("a goal was missed");
        }
    }

    private static boolean isFastEnough(String name, RemediationLedger ledger, int machines)
            throws Exception {
        var throughput = new Throughput(name, ledger, machines, 2);
        throughput.share("first");
        return throughput.share("again") >= LEAST_SHARE;
    }

    private static boolean h2(int machines) throws Exception {
        var folder = Files.createTempDirectory("muster-ledger");
        try {
            var url = ServerOptions.h2Url(folder);
            return isFastEnough("H2", ServerOptions.onFreePorts(folder), url, "sa", machines);
        } finally {
            delete(folder);
        }
    }

    /// It commits without waiting for the disk: a disk is not what is measured.
    private static boolean postgreSql(int machines) throws Exception {
        var folder = Files.createTempDirectory("muster-ledger");
        try (var postgres = EmbeddedPostgres.builder().start()) {
            var url = postgres.getJdbcUrl("postgres", "postgres");
            var options =
                    new ServerOptions(
                            folder,
                            "127.0.0.1",
                            0,
                            Optional.of(0),
                            Optional.empty(),
                            Optional.of(new ServerOptions.Database(url, "postgres", "")));
            return isFastEnough("PostgreSQL", options, url, "postgres", machines);
        } finally {
            delete(folder);
        }
    }

    private static boolean isFastEnough(
            String name, ServerOptions options, String url, String user, int machines)
            throws Exception {
        KeptFleet.forWriting(options).close();
        try (var pool = new HikariDataSource()) {
            pool.setJdbcUrl(url);
            pool.setUsername(user);
            pool.setPassword("");
            return isFastEnough(name, new JdbcRemediationLedger(new Transactions(pool)), machines);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder())
                    .forEach(each -> {
                        try {
                            Files.delete(each);
                        } catch (IOException fault) {
                            throw new UncheckedIOException(fault);
                        }
                    });
        }
    }
}
