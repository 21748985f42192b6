package io.muster.service.cli;

import io.muster.core.value.Dynamic;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the launcher has the virtual machine watch before a build's first server starts, so that it keeps a cache of it and servers start fast:
/// `ServerRehearsal SAMPLES FOLDER` keeps the sample fleet in an empty folder, runs the demo there on a small estate, asks it what clients ask, and ends it. Unseen.
public final class ServerRehearsal {
    private static final Pattern LISTENS = Pattern.compile("Muster listens on (\\S+)");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private ServerRehearsal() {}

    public static void main(String[] args) throws Exception {
        var samples = Path.of(args[0]);
        String data = args[1];
        String fleet = samples.resolve("fleet.ndjson").toString();
        run(OutputStream.nullOutputStream(), "collect", "--data", data, "--input", fleet);
        var said = new ByteArrayOutputStream();
        var demo =
                Thread.ofPlatform()
                        .start(() -> {
                            run(
                                    said,
                                    "demo",
                                    "--data",
                                    data,
                                    "--machines",
                                    "40",
                                    "--port",
                                    "0",
                                    "--https-port",
                                    "0",
                                    "--arm-port",
                                    "0");
                        });
        ask(address(said, demo), Files.readString(samples.resolve("training.kql")));
        // Ends the demo as a signal does.
        System.exit(ExitCode.FINE);
    }

    private static void run(OutputStream said, String... words) {
        var streams =
                new Streams(
                        InputStream.nullInputStream(),
                        new PrintStream(said, true, StandardCharsets.UTF_8),
                        new PrintStream(
                                OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        Muster.run(streams, InstantSource.system(), words);
    }

    /// Where the demo listens, once all is there.
    private static String address(ByteArrayOutputStream said, Thread demo)
            throws InterruptedException {
        var end = Instant.now().plus(PATIENCE);
        while (demo.isAlive() && Instant.now().isBefore(end)) {
            var listens = LISTENS.matcher(said.toString(StandardCharsets.UTF_8));
            if (listens.find()) {
                return listens.group(1);
            }
            Thread.sleep(20);
        }
        throw new IllegalStateException(
                "the demo did not start: " + said.toString(StandardCharsets.UTF_8));
    }

    private static void ask(String url, String query) throws Exception {
        try (var client = new ServerClient(url, Optional.empty(), PATIENCE)) {
            client.get("/api/status");
            client.get("/api/schema");
            client.get("/api/compliance/trend");
            for (String kql :
                    List.of(
                            query,
                            "policyresources | summarize count() by type",
                            "vmapplications | take 10")) {
                client.post(
                        "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01",
                        Dynamic.bag().put("query", kql).build());
            }
        }
    }
}
