package io.muster.service.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--server`: which server a command asks; without it the one that runs on the data folder, if one does.
final class ServerOption {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "The server to ask (default: the one running on the data folder), with the token in MUSTER_TOKEN if it asks for one")
    private @Nullable String server;

    /// The server's address; empty when none is named and none runs on the folder.
    Optional<String> url(Path folder) throws IOException {
        return server != null
                ? Optional.of(server)
                : RunningServer.of(folder).map(RunningServer::url);
    }

    /// The server's address, for a command that does nothing without one.
    String required(Path folder) throws BadInput, IOException {
        return url(folder)
                .orElseThrow(() ->
                        new BadInput(
                                "no server runs on '"
                                        + folder
                                        + "': start one with 'muster serve' or 'muster demo', or name one with --server"));
    }
}
