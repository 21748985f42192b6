package io.muster.service.cli;

import io.muster.service.config.ServerOptions;
import io.muster.service.store.KeptFleet;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options that say which store: an H2 file in the data folder, or a PostgreSQL database.
final class StoreOptions {
    @Mixin private DataOptions data = new DataOptions();

    @ArgGroup(exclusive = false)
    private @Nullable Postgres postgres;

    static final class Postgres {
        @Option(
                names = "--database",
                paramLabel = "URL",
                required = true,
                description =
                        "jdbc:postgresql://... instead of the H2 file; the password is read from MUSTER_DATABASE_PASSWORD")
        private String url = "";

        @Option(names = "--database-user", paramLabel = "NAME", description = "Its user")
        private String user = "muster";
    }

    Path folder() {
        return data.folder();
    }

    /// What is said when neither a server can be asked nor what one kept.
    BadInput unasked(KeptFleet.UnavailableException why) {
        return new BadInput(
                "no server runs on %s, and %s: give files with --input, or a server with --server"
                        .formatted(folder(), why.getMessage()),
                why);
    }

    /// What a server on that store would have; it listens nowhere.
    ServerOptions options() throws BadInput {
        return new ServerOptions(
                data.folder(), "127.0.0.1", 0, Optional.empty(), Optional.empty(), database());
    }

    Optional<ServerOptions.Database> database() throws BadInput {
        var chosen = postgres;
        if (chosen == null) {
            return Optional.empty();
        }
        if (!chosen.url.startsWith("jdbc:postgresql:")) {
            throw new BadInput("'" + chosen.url + "' is no URL of a PostgreSQL database");
        }
        return Optional.of(
                new ServerOptions.Database(
                        chosen.url,
                        chosen.user,
                        Optional.ofNullable(System.getenv("MUSTER_DATABASE_PASSWORD")).orElse("")));
    }
}
