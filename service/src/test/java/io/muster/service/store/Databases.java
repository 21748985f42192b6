package io.muster.service.store;

import io.muster.inventory.table.ResourceGraphTables;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.h2.jdbcx.JdbcDataSource;

/// Fresh databases of both kinds, migrated, so that each store test runs on both.
final class Databases implements AutoCloseable {
    private final EmbeddedPostgres postgres;

    Databases() {
        try {
            postgres = EmbeddedPostgres.builder().start();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private static final String H2 =
            "jdbc:h2:mem:store;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1";

    /// A database and the name to show for it.
    ///
    /// @param access the same database as Micronaut is told of it
    record Named(String name, DataSource source, Map<String, Object> access) {
        JdbcSnapshotStore snapshots() {
            return new JdbcSnapshotStore(new Transactions(source), ResourceGraphTables.STANDARD);
        }

        String bytes() {
            return name.equals("H2") ? "binary large object" : "bytea";
        }

        @Override
        public String toString() {
            return name;
        }
    }

    Stream<Named> both() {
        var h2 = new JdbcDataSource();
        h2.setURL(H2);
        h2.setUser("sa");
        h2.setPassword("");
        return Stream.of(
                new Named(
                        "H2",
                        migrated(h2, "binary large object"),
                        access(H2, "org.h2.Driver", "h2", "sa")),
                new Named(
                        "PostgreSQL",
                        migrated(postgres.getPostgresDatabase(), "bytea"),
                        access(
                                postgres.getJdbcUrl("postgres", "postgres"),
                                "org.postgresql.Driver",
                                "postgresql",
                                "postgres")));
    }

    private static Map<String, Object> access(String url, String driver, String kind, String user) {
        return Map.of(
                "datasources.default.url", url,
                "datasources.default.driver-class-name", driver,
                "datasources.default.db-type", kind,
                "datasources.default.username", user,
                "datasources.default.password", "",
                "flyway.enabled", false);
    }

    private static DataSource migrated(DataSource source, String bytes) {
        migration(source, bytes).load().clean();
        migration(source, bytes).load().migrate();
        return source;
    }

    private static FluentConfiguration migration(DataSource source, String bytes) {
        return Flyway.configure()
                .dataSource(source)
                .placeholders(Map.of("bytes", bytes))
                .cleanDisabled(false);
    }

    /// Empties a database and brings it to an earlier version; [#migrate] goes on from there.
    static void downTo(Named database, String version) {
        migration(database.source(), database.bytes()).load().clean();
        migration(database.source(), database.bytes()).target(version).load().migrate();
    }

    static void migrate(Named database) {
        migration(database.source(), database.bytes()).load().migrate();
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
