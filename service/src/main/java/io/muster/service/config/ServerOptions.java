package io.muster.service.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How one server process is to run: what the command line says, over what the configuration file says.
///
/// @param data the folder of everything kept: database, certificates, the running server's address
/// @param host the address to listen on
/// @param httpPort 0 for a free one
/// @param httpsPort 0 for a free one; empty: no HTTPS
/// @param token required of callers; must be there when the address is not the loopback one
/// @param database JDBC URL of a PostgreSQL database; empty: an H2 file in the data folder
public record ServerOptions(
        Path data,
        String host,
        int httpPort,
        Optional<Integer> httpsPort,
        Optional<String> token,
        Optional<Database> database) {
    public static final int HTTP_PORT = 8686;
    public static final int HTTPS_PORT = 8687;

    /// A PostgreSQL database.
    public record Database(String url, String user, String password) {}

    public ServerOptions {
        if (!isLoopback(host) && token.isEmpty()) {
            throw new IllegalArgumentException(
                    "'%s' is not the loopback address: set a token that callers must send before listening there"
                            .formatted(host));
        }
        if (token.isPresent() && token.get().length() < 16) {
            throw new IllegalArgumentException("the token must have 16 characters or more");
        }
    }

    /// Free ports on the loopback address, everything below that folder.
    public static ServerOptions onFreePorts(Path data) {
        return new ServerOptions(
                data, "127.0.0.1", 0, Optional.of(0), Optional.empty(), Optional.empty());
    }

    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("::1") || host.equalsIgnoreCase("localhost");
    }

    /// The H2 file of a data folder. A commit is in the file when it returns, and outlives the process; a power cut may lose what the system had not yet written to the
    /// disk. Texts of up to 8,000 bytes stay in their row: one apart is several rows more. Names fold as PostgreSQL's do. A thread that is interrupted in the middle of a write, as
    /// when its work is stopped, closes no `async:` file; any other it closes for all that have it open.
    public static String h2Url(Path data) {
        return "jdbc:h2:async:"
                + data.toAbsolutePath().resolve("db").resolve("muster")
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;MAX_LENGTH_INPLACE_LOB=8000;DB_CLOSE_ON_EXIT=FALSE";
    }

    private Map<String, Object> databaseProperties() {
        var properties = new LinkedHashMap<String, Object>();
        if (database.isPresent()) {
            var postgres = database.get();
            properties.put("datasources.default.url", postgres.url());
            properties.put("datasources.default.username", postgres.user());
            properties.put("datasources.default.password", postgres.password());
            properties.put("datasources.default.db-type", "postgresql");
            properties.put("datasources.default.driver-class-name", "org.postgresql.Driver");
            properties.put("flyway.datasources.default.placeholders.bytes", "bytea");
        } else {
            properties.put("datasources.default.url", h2Url(data));
            properties.put("datasources.default.username", "sa");
            properties.put("datasources.default.password", "");
            properties.put("datasources.default.driver-class-name", "org.h2.Driver");
            properties.put("flyway.datasources.default.placeholders.bytes", "binary large object");
        }
        return properties;
    }

    /// As Micronaut's properties.
    public Map<String, Object> properties() {
        var properties = new LinkedHashMap<String, Object>();
        properties.put("micronaut.server.host", host);
        properties.put("muster.data", data.toAbsolutePath().toString());
        token.ifPresent(t -> properties.put("muster.server.token", t));
        properties.putAll(databaseProperties());
        return properties;
    }
}
