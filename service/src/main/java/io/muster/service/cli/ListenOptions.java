package io.muster.service.cli;

import io.muster.service.config.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of a server: where it listens, for whom, and its database.
final class ListenOptions {
    @Mixin private StoreOptions store = new StoreOptions();

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address to listen on (default: ${DEFAULT-VALUE})",
            defaultValue = "127.0.0.1")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "HTTP port, 0 for a free one (default: ${DEFAULT-VALUE})",
            defaultValue = "" + ServerOptions.HTTP_PORT)
    private int port = ServerOptions.HTTP_PORT;

    @Option(
            names = "--https-port",
            paramLabel = "PORT",
            description = "HTTPS port, 0 for a free one (default: ${DEFAULT-VALUE})",
            defaultValue = "" + ServerOptions.HTTPS_PORT)
    private int httpsPort = ServerOptions.HTTPS_PORT;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the bearer token that callers must send")
    private @Nullable Path tokenFile;

    ServerOptions options() throws BadInput, IOException {
        try {
            return new ServerOptions(
                    store.folder(), host, port, Optional.of(httpsPort), token(), store.database());
        } catch (IllegalArgumentException invalid) {
            throw new BadInput(String.valueOf(invalid.getMessage()), invalid);
        }
    }

    private Optional<String> token() throws IOException {
        return tokenFile == null
                ? Optional.empty()
                : Optional.of(Files.readString(tokenFile).strip());
    }
}
