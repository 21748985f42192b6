package io.muster.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a user gets wrong on the command line: one message that names it, code 2, no stack trace.
class MistakesTest {
    @TempDir private Path folder = Path.of("");

    private record Run(int code, String err) {}

    private static Run muster(String... args) {
        var err = new ByteArrayOutputStream();
        int code =
                Muster.run(
                        new Streams(
                                new ByteArrayInputStream(new byte[0]),
                                new PrintStream(
                                        new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        InstantSource.system(),
                        args);
        return new Run(code, err.toString(StandardCharsets.UTF_8));
    }

    private static void assertSaid(Run run, String message) {
        assertThat(run.err())
                .contains(message)
                .doesNotContain("internal fault")
                .doesNotContain("\tat ");
        assertThat(run.code()).isEqualTo(ExitCode.BAD_INPUT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "serve --port 99999|--port takes a port from 0 to 65535, not 99999",
                "serve --https-port -1|--https-port takes a port from 0 to 65535, not -1",
                "serve --every PT0S|--every takes a time of a second or more",
                "serve --host 192.0.2.1|--host: '192.0.2.1' is no address of this machine",
                "serve --host 0.0.0.0|is not the loopback address",
                "serve --host no-such-host.invalid|--host: there is no address",
                "demo --arm-port 70000|--arm-port takes a port from 0 to 65535, not 70000",
                "demo --every PT0S|--every takes a time of a second or more",
                "demo --machines 1|--machines takes 10 to 1000000",
                "simulate|Missing required subcommand",
                "simulate serve --port 70000|--port takes a port from 0 to 65535, not 70000",
                "simulate serve --machines 1|--machines takes 10 to 1000000",
                "simulate serve --max-forks -1|take positive numbers",
                "simulate serve --state none.ndjson|the file does not exist",
                "simulate status --arm nonsense|'nonsense' is no URL of a simulated Azure",
                "simulate status --data none|no simulated Azure runs on none",
                "simulate import --arm http://127.0.0.1:1 none.ndjson|the file does not exist",
                "query --server nonsense print|'nonsense' is no URL of a server",
                "query --input none.json --param n=1 print|--param n: the query has no such name",
                "query --input none.json print|the file does not exist",
                "query estate.json print|'estate.json' is one word too many",
                "query --format yaml print|expected one of [table, json, jsonl, csv, markdown]",
                "query --format yaml print|help: muster query --help",
                "scan --fail-on all|expected one of [noncompliant, error, none]",
                "conformance all x.jsonl|expected one of [kql, functions, policy, definitions]",
                "qurey print|Did you mean: muster query",
                "remediate create x --server http://127.0.0.1:1 --scope s|create needs --file with the body, or --policy-assignment",
                "remediate create x --server http://127.0.0.1:1 --scope s --campaign --policy-assignment a|create needs --file with the body"
            })
    void aWrongOptionIsNamed(String line, String message) {
        assertSaid(muster(line.split(" ", -1)), message);
    }

    /// The options of a command would push what is wrong off the screen.
    @Test
    void aWrongOptionIsTwoLines() {
        assertThat(muster("query", "--format", "yaml", "print").err().lines()).hasSize(2);
    }

    @Test
    void aStoreWithoutPoliciesIsNotFoundCompliant() throws Exception {
        String data = folder.resolve("data").toString();
        assertThat(muster("collect", "--data", data, "--input", estate().toString()).code())
                .isEqualTo(ExitCode.FINE);
        assertSaid(muster("scan", "--data", data), "no policy is in force in what is kept in");
    }

    @Test
    void aTokenFileThatHoldsNoTokenIsNamed() throws Exception {
        var file = folder.resolve("token");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertSaid(
                muster("serve", "--data", folder.toString(), "--token-file", file.toString()),
                "holds no token: it is not UTF-8 text");
        Files.writeString(file, "two words of more than sixteen characters");
        assertSaid(
                muster("serve", "--data", folder.toString(), "--token-file", file.toString()),
                "holds no token");
    }

    @Test
    void aPolicyThatIsNoTextIsNamed() throws Exception {
        var policies = Files.createDirectory(folder.resolve("policies"));
        var bad = policies.resolve("policy.json");
        Files.write(bad, new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'});
        var input = folder.resolve("estate.json");
        Files.writeString(input, "[]");
        var run = muster("scan", "--policies", policies.toString(), "--input", input.toString());
        assertSaid(run, "the file is not UTF-8 text");
        assertThat(run.err()).contains(bad.toString());
    }

    @Test
    void casesThatAreNoFileOrDamagedAreNamed() throws Exception {
        assertSaid(muster("conformance", "kql", folder.toString()), "is a folder");
        var damaged = folder.resolve("cases.jsonl.gz");
        Files.write(damaged, new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3});
        assertSaid(muster("conformance", "kql", damaged.toString()), damaged.toString());
    }

    @Test
    void aDatabaseOutOfReachIsNamed() throws Exception {
        assertSaid(
                muster(
                        "serve",
                        "--data",
                        folder.toString(),
                        "--port",
                        "0",
                        "--https-port",
                        "0",
                        "--database",
                        "jdbc:postgresql://127.0.0.1:" + closedPort() + "/x?connectTimeout=2"),
                "the database cannot be used");
    }

    @Test
    void aStoreThatIsNoDatabaseIsSaidToBeDamaged() throws Exception {
        var database = Files.createDirectory(folder.resolve("db")).resolve("muster.mv.db");
        for (int size : new int[] {20, 30_000}) {
            Files.write(database, new byte[size]);
            assertSaid(
                    muster("query", "--data", folder.toString(), "print 1"),
                    "the file is damaged or is no database");
        }
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertSaid(
                    muster(
                            "serve",
                            "--data",
                            folder.toString(),
                            "--port",
                            Integer.toString(taken.getLocalPort()),
                            "--https-port",
                            "0"),
                    "the server cannot listen there: ");
        }
    }

    /// Whatever goes wrong inside is one line, too, and its trace is kept.
    @Test
    void anErrorOfTheMachineIsOneLineWithACorrelationId() throws Exception {
        var err = new ByteArrayOutputStream();
        var broken =
                new OutputStream() {
                    @Override
                    public void write(int octet) {
                        throw new StackOverflowError("on purpose");
                    }
                };
        int code =
                Muster.run(
                        new Streams(
                                new ByteArrayInputStream("[]".getBytes(StandardCharsets.UTF_8)),
                                new PrintStream(broken, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        InstantSource.system(),
                        "query",
                        "--input",
                        estate().toString(),
                        "print 1");
        String said = err.toString(StandardCharsets.UTF_8);
        assertThat(code).isEqualTo(ExitCode.OWN_FAULT);
        assertThat(said.lines()).hasSize(1);
        assertThat(said).contains("StackOverflowError, correlation id ").doesNotContain("\tat ");
        var details = Path.of(said.substring(said.lastIndexOf(' ') + 1).strip());
        assertThat(Files.readString(details)).contains("on purpose").contains("\tat ");
        Files.delete(details);
    }

    private Path estate() throws IOException {
        return Files.writeString(folder.resolve("estate.json"), "[]");
    }

    /// A port where nothing listens: it was given by the system a moment ago and given back.
    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aServerThatDoesNotSpeakHttpIsNamed() throws Exception {
        Thread answering;
        try (var listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            answering = Thread.ofVirtual().start(() -> answerNonsense(listening));
            assertSaid(
                    muster(
                            "query",
                            "--server",
                            "http://127.0.0.1:" + listening.getLocalPort(),
                            "resources | count"),
                    "does not speak HTTP as expected");
        }
        answering.join();
    }

    private static void answerNonsense(ServerSocket listening) {
        while (!listening.isClosed()) {
            try (var caller = listening.accept()) {
                caller.getOutputStream().write(new byte[] {21, 3, 3, 0});
            } catch (IOException closed) {
                return;
            }
        }
    }
}
