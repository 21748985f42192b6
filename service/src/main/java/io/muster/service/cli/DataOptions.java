package io.muster.service.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that say where things are kept.
final class DataOptions {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of everything kept (default: MUSTER_DATA, else .muster)")
    private @Nullable Path data;

    Path folder() {
        var chosen = data;
        return chosen != null
                ? chosen
                : Path.of(Optional.ofNullable(System.getenv("MUSTER_DATA")).orElse(".muster"));
    }
}
