package io.muster.service.cli;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import io.muster.inventory.source.json.JsonInput;
import io.muster.inventory.source.json.JsonSource;
import io.muster.inventory.source.json.JsonSourceOptions;
import io.muster.inventory.table.ResourceGraphTables;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Options that name files of resources.
final class InputOptions {
    @Option(
            names = "--input",
            paramLabel = "FILE",
            description =
                    "Files or folders of resources: NDJSON, JSON arrays, Resource Graph answers, ARM lists; plain or gzip; - for the standard input")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--keep-going",
            description = "Name what cannot be read and go on with the rest")
    private boolean keepGoing;

    private boolean faulty;

    /// Whether something was passed over that should have been read.
    boolean hadFaults() {
        return faulty;
    }

    boolean isGiven() {
        return !files.isEmpty();
    }

    /// Further files: what a shell made of a pattern behind `--input`.
    void add(List<String> more) throws BadInput {
        if (!more.isEmpty() && files.isEmpty()) {
            throw new BadInput(
                    "'%s' is one word too many: a query is quoted, and files of resources stand behind --input"
                            .formatted(more.getFirst()));
        }
        more.forEach(file -> files.add(Path.of(file)));
    }

    boolean isKeepGoing() {
        return keepGoing;
    }

    List<Path> files() {
        return files;
    }

    /// The resources of the files. What was passed over is named on the error stream.
    ///
    /// @throws SourceException when a file cannot be read, and going on was not asked for
    Snapshot read(Streams streams, InstantSource clock)
            throws SourceException, InterruptedException {
        var options = JsonSourceOptions.DEFAULT.withKeepGoing(keepGoing);
        var source =
                files.equals(List.of(Path.of("-")))
                        ? new JsonSource(
                                "input",
                                List.of(new JsonInput("<stdin>", streams::in)),
                                options,
                                clock)
                        : JsonSource.ofPaths("input", files, options, clock);
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        var report = source.read(new SnapshotSink(builder));
        faulty = report.hasErrors();
        name(report.faults(), streams.err());
        return builder.build(clock.instant(), Dynamic.EMPTY_BAG);
    }

    private static void name(List<SourceFault> faults, PrintStream err) {
        for (var fault : faults) {
            err.println((fault.isError() ? "error: " : "note: ") + fault.describe());
        }
    }
}
