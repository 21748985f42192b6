package io.muster.service.remediation;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A server in a process of its own, which may be killed and leave what it has not written down.
///
/// @param log what it said
record ServerProcess(Process process, String url, Path log) {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /// Starts one on a data folder, over the rig's Azure, that looks for left work twice a second; waits until it answers.
    static ServerProcess start(Rig rig, Path data) throws IOException, InterruptedException {
        int port = freePort();
        var log = data.resolveSibling(data.getFileName() + ".log");
        var builder =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.muster.service.cli.Muster",
                                "serve",
                                "--data",
                                data.toString(),
                                "--port",
                                Integer.toString(port),
                                "--https-port",
                                "0",
                                "--azure",
                                rig.armUrl().toString(),
                                "--azure-ca",
                                rig.tls.authorityPem().toString()));
        builder.environment().put("MUSTER_AZURE_TOKEN", "test");
        builder.environment().put("MUSTER_REMEDIATION_LEASE", "PT1S");
        builder.environment().put("MUSTER_REMEDIATION_FIRST_PAUSE", "PT0.02S");
        builder.environment().put("MUSTER_REMEDIATION_LOOK_EVERY", "200ms");
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        var server = new ServerProcess(builder.start(), "http://127.0.0.1:" + port, log);
        server.awaitAnswer(rig);
        return server;
    }

    private static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    private void awaitAnswer(Rig rig) throws IOException, InterruptedException {
        var until = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                if (rig.call("GET", url + "/api/status", Dynamic.NULL).status() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                assertThat(Instant.now()).as("the server's log: %s", said()).isBefore(until);
            }
            assertThat(process.isAlive()).as("the server's log: %s", said()).isTrue();
            LockSupport.parkNanos(50_000_000);
        }
    }

    private String said() throws IOException {
        String text = Files.readString(log, StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 6_000));
    }

    /// Kills it at once (`SIGKILL`), and waits until it is dead.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("dead").isTrue();
    }
}
