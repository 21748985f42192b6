package io.muster.service.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// What the launcher has the virtual machine watch after a build, so that it keeps a cache of it and the offline verbs start fast: `Rehearsal SAMPLES`
/// runs them on the sample data, unseen.
public final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] args) throws Exception {
        var samples = Path.of(args[0]);
        String fleet = samples.resolve("fleet.ndjson").toString();
        String query = Files.readString(samples.resolve("training.kql"));
        var unseen =
                new Streams(
                        InputStream.nullInputStream(),
                        new PrintStream(
                                OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                        new PrintStream(
                                OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        var verbs =
                List.of(
                        List.of("query", "--input", fleet, query),
                        List.of("query", "--input", fleet, "--format", "csv", "resources | count"),
                        List.of("query", "--input", fleet, "resources | where tpye == 1"),
                        List.of(
                                "scan",
                                "--policies",
                                samples.resolve("policies").toString(),
                                "--input",
                                fleet));
        for (var verb : verbs) {
            Muster.run(unseen, InstantSource.system(), verb.toArray(String[]::new));
        }
    }
}
