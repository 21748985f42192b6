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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A server in a process of its own, which may be killed and leave what it has not written down.
///
/// @param log what it said
record ServerProcess(Process process, String url, Path log) {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /// How a server is started.
    ///
    /// @param java options of the virtual machine besides those of every test
    /// @param more options of `serve` besides those that every test needs
    /// @param log what it says is added there
    record Start(
            List<String> java,
            String classPath,
            Path data,
            int port,
            List<String> more,
            Map<String, String> environment,
            Path log) {}

    /// Starts one on a data folder, over the rig's Azure, that looks for left work twice a second; waits until it answers.
    static ServerProcess start(Rig rig, Path data) throws IOException, InterruptedException {
        var server =
                launch(
                        rig,
                        new Start(
                                List.of(),
                                System.getProperty("java.class.path"),
                                data,
                                freePort(),
                                List.of(),
                                Map.of(
                                        "MUSTER_AZURE_TOKEN", "test",
                                        "MUSTER_REMEDIATION_LEASE", "PT1S",
                                        "MUSTER_REMEDIATION_FIRST_PAUSE", "PT0.02S",
                                        "MUSTER_REMEDIATION_LOOK_EVERY", "200ms"),
                                data.resolveSibling(data.getFileName() + ".log")));
        server.awaitAnswer(rig);
        return server;
    }

    /// Starts one over the rig's Azure, and waits for nothing.
    static ServerProcess launch(Rig rig, Start start) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(start.java());
        command.addAll(
                List.of(
                        "-cp",
                        start.classPath(),
                        "io.muster.service.cli.Muster",
                        "serve",
                        "--data",
                        start.data().toString(),
                        "--port",
                        Integer.toString(start.port()),
                        "--https-port",
                        "0",
                        "--azure",
                        rig.armUrl().toString(),
                        "--azure-ca",
                        rig.tls.authorityPem().toString()));
        command.addAll(start.more());
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(start.environment());
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(start.log().toFile()));
        return new ServerProcess(builder.start(), "http://127.0.0.1:" + start.port(), start.log());
    }

    static int freePort() throws IOException {
        try (var probe = new ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    void awaitAnswer(Rig rig) throws IOException, InterruptedException {
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
