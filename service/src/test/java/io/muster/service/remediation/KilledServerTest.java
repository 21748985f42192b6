package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.VERSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real servers in processes of their own, killed (`kill -9`) at random moments of campaigns, over a faulty Azure, and started again or replaced by another one. The
/// simulated Azure's own log tells what was accepted. `muster.kills` says how many kills, on both databases together: one unless it is said, exhaustively 200. From ten
/// on, servers start with a cache of their own, and `muster.kills.log` names a file that tells how far the kills are.
class KilledServerTest {
    private static final int MANY = 10;

    /// Campaigns that add an application each before they are forgotten.
    private static final int MOST_CAMPAIGNS = 20;

    private static final int MACHINES = kills() < MANY ? 8 : 16;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private @TempDir Path folder;
    private final SplittableRandom chance = new SplittableRandom(20261121);
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger killAt = new AtomicInteger(Integer.MAX_VALUE);
    private final AtomicInteger launched = new AtomicInteger();

    /// Whose kill is decided, until another server stands in its place.
    private volatile @Nullable Process doomed;

    private QuickStart quick = QuickStart.none();

    /// Running servers by the token they show to Azure.
    private final Map<String, Process> byToken = new ConcurrentHashMap<>();

    private static int kills() {
        return Integer.getInteger(
                "muster.kills", Boolean.getBoolean("muster.exhaustive") ? 200 : 1);
    }

    private static int demanded(int kills) {
        assumeTrue(kills > 0, "-Dmuster.kills=2 kills a server of each database; .ci/run kills 5");
        return kills;
    }

    private ServerProcess launch(Rig rig, Path data, int port, List<String> more)
            throws IOException {
        String token = "server-" + launched.incrementAndGet();
        var server =
                ServerProcess.launch(
                        rig,
                        new ServerProcess.Start(
                                quick.options(),
                                quick.classPath(),
                                data,
                                port,
                                more,
                                Map.of(
                                        "MUSTER_AZURE_TOKEN", token,
                                        "MUSTER_REMEDIATION_LEASE", "PT2S",
                                        "MUSTER_REMEDIATION_FIRST_PAUSE", "PT0.1S",
                                        "MUSTER_REMEDIATION_LOOK_EVERY", "500ms"),
                                folder.resolve("server.log")));
        byToken.put("Bearer " + token, server.process());
        return server;
    }

    private String log() throws IOException {
        var file = folder.resolve("server.log");
        if (!Files.exists(file)) {
            return "";
        }
        String text = Files.readString(file, StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 6_000));
    }

    /// Kills at the request whose turn it is, and meddles: throttles, fails, loses answers.
    private Optional<ArmResponse> meddle(Rig rig, ArmRequest request) {
        if (requests.incrementAndGet() == killAt.get()) {
            var process = byToken.get(request.header("Authorization").orElse(""));
            if (process == null) {
                // A server that was killed before had sent it: the turn is the next one's.
                killAt.incrementAndGet();
            } else {
                return kill(rig, request, process);
            }
        }
        if (request.path().toLowerCase(Locale.ROOT).contains("resourcegraph")) {
            return Optional.empty();
        }
        if (coin(30)) {
            return Optional.of(failure(429, "TooManyRequests").with("Retry-After", "0"));
        }
        if (coin(30)) {
            return Optional.of(failure(503, "ServiceUnavailable"));
        }
        if (coin(30)) {
            // It is carried out and its answer is lost.
            rig.through(request);
            return Optional.of(failure(502, "BadGateway"));
        }
        return Optional.empty();
    }

    /// Before the request is carried out, after it, or so soon after its answer that the answer may be read, kept and acted upon.
    private Optional<ArmResponse> kill(Rig rig, ArmRequest request, Process process) {
        doomed = process;
        switch (draw(3)) {
            case 1 -> process.destroyForcibly();
            case 2 -> {
                rig.through(request);
                process.destroyForcibly();
            }
            default -> {
                long after = draw(40_000_000);
                Thread.ofVirtual()
                        .start(() -> {
                            LockSupport.parkNanos(after);
                            process.destroyForcibly();
                        });
                return Optional.empty();
            }
        }
        return Optional.of(failure(502, "BadGateway"));
    }

    private synchronized boolean coin(int perThousand) {
        return chance.nextInt(1000) < perThousand;
    }

    private synchronized int draw(int bound) {
        return 1 + chance.nextInt(bound);
    }

    private static ArmResponse failure(int status, String code) {
        return ArmResponse.of(
                status,
                Dynamic.bag()
                        .put(
                                "error",
                                Dynamic.bag()
                                        .put("code", code)
                                        .put("message", "on purpose")
                                        .build())
                        .build());
    }

    @Test
    void nothingIsLostNorRepeatedWhenAServerIsKilledOnH2() throws Exception {
        int kills = demanded((kills() + 1) / 2);
        var data = folder.resolve("h2");
        survive(
                kills,
                rig -> {
                    int port = ServerProcess.freePort();
                    return () -> launch(rig, data, port, List.of());
                },
                false);
    }

    @Test
    void anotherServerTakesOverFromAKilledOneOnPostgreSql() throws Exception {
        int kills = demanded(kills() / 2);
        try (var postgres = EmbeddedPostgres.builder().start()) {
            var more =
                    List.of(
                            "--database",
                            "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres",
                            "--database-user",
                            "postgres");
            var number = new AtomicInteger();
            survive(
                    kills,
                    rig ->
                            () ->
                                    launch(
                                            rig,
                                            folder.resolve("node" + number.incrementAndGet()),
                                            ServerProcess.freePort(),
                                            more),
                    true);
        }
    }

    /// Starts one more server.
    private interface Launcher {
        ServerProcess launch() throws IOException;
    }

    private interface Launchers {
        Launcher of(Rig rig) throws IOException;
    }

    private void survive(int kills, Launchers launchers, boolean together) throws Exception {
        try (var rig = new Rig(folder, Duration.ofMillis(60))) {
            rig.application("other", "1.0.0");
            for (int i = 1; i <= MACHINES; i++) {
                rig.machine(
                        i,
                        i % 2 == 0
                                ? ""
                                : "{'packageReferenceId':'"
                                        + Rig.reference("other", "1.0.0")
                                        + "','order':3}");
            }
            rig.settle();
            if (kills >= MANY) {
                quick = train(rig);
            }
            var launcher = launchers.of(rig);
            List<ServerProcess> running = new ArrayList<>();
            try {
                running.add(launcher.launch());
                running.getFirst().awaitAnswer(rig);
                if (together) {
                    running.add(launcher.launch());
                    running.getLast().awaitAnswer(rig);
                }
                int left = kills;
                for (int campaign = 1; left > 0; campaign++) {
                    if (campaign % MOST_CAMPAIGNS == 0) {
                        forget(rig);
                    }
                    left = campaign(rig, launcher, running, campaign, left);
                }
            } finally {
                for (var server : running) {
                    server.process().destroyForcibly().waitFor(1, TimeUnit.MINUTES);
                }
            }
        }
    }

    /// Takes the applications of earlier campaigns away: a machine has 25 at most.
    private static void forget(Rig rig) {
        for (int i = 1; i <= MACHINES; i++) {
            String kept =
                    i % 2 == 0
                            ? ""
                            : "{'packageReferenceId':'"
                                    + Rig.reference("other", "1.0.0")
                                    + "','order':3}";
            var answer =
                    rig.ask(
                            "PATCH",
                            Rig.machine(i),
                            Rig.json(
                                    "{'properties':{'applicationProfile':{'galleryApplications':["
                                            + kept
                                            + "]}}}"));
            assertThat(answer.status()).as(answer.text()).isLessThan(300);
        }
        rig.settle();
    }

    private QuickStart train(Rig rig) throws Exception {
        return QuickStart.trained(
                folder,
                start -> {
                    quick = start;
                    var server =
                            launch(
                                    rig,
                                    folder.resolve("training"),
                                    ServerProcess.freePort(),
                                    List.of());
                    server.awaitAnswer(rig);
                    return server.process();
                });
    }

    /// Tells whoever waits for it how far the kills are.
    private static void tell(String line) throws IOException {
        String file = System.getProperty("muster.kills.log", "");
        if (!file.isEmpty()) {
            Files.writeString(
                    Path.of(file),
                    Instant.now() + " " + line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    /// Runs one campaign and kills the server that works on it a few times; how many kills are left then.
    private int campaign(
            Rig rig, Launcher launcher, List<ServerProcess> running, int number, int kills)
            throws Exception {
        int left = kills;
        String application = "app" + number;
        rig.application(application, "1.0.0");
        Map<Integer, Dynamic> before = new TreeMap<>();
        for (int i = 1; i <= MACHINES; i++) {
            before.put(i, rig.resource(Rig.machine(i)));
        }
        var acceptedBefore = rig.accepted();
        rig.meddling = _ -> Optional.empty();
        for (var server : running) {
            var round = rig.call("POST", server.url() + "/api/round", Dynamic.EMPTY_BAG);
            assertThat(round.status()).as("%s; the log: %s", round.body(), log()).isEqualTo(200);
        }
        String path = Rig.campaignPath("c" + number) + VERSION;
        var body =
                Rig.campaign(
                        application,
                        "{'name':'a','select':{'count':3},'gate':{'soak':'PT1S','every':'PT1S'}},"
                                + "{'name':'b','select':{'percentage':40},'parallelDeployments':4},{'name':'c'}",
                        "");
        rig.meddling = request -> meddle(rig, request);
        requests.set(0);
        killAt.set(draw(2 * MACHINES));
        assertThat(rig.call("PUT", running.getFirst().url() + path, body).status()).isEqualTo(201);
        var until = Instant.now().plus(PATIENCE);
        String state = "";
        while (!state.equals("Succeeded")) {
            assertThat(Instant.now()).as("%s; the server's log: %s", state, log()).isBefore(until);
            if (replaced(rig, launcher, running)) {
                left--;
                until = Instant.now().plus(PATIENCE);
                tell(
                        "campaign "
                                + number
                                + ", left "
                                + left
                                + ", together "
                                + (running.size() > 1));
                killAt.set(left > 0 ? requests.get() + draw(MACHINES) : Integer.MAX_VALUE);
            }
            try {
                var answer = rig.call("GET", running.getFirst().url() + path, Dynamic.NULL);
                state = answer.body().path("properties", "provisioningState").textOr("");
                assertThat(state).as("%s", answer.body()).isNotIn("Failed", "Complete", "Canceled");
            } catch (IOException killed) {
                state = "";
            }
            LockSupport.parkNanos(20_000_000);
        }
        killAt.set(Integer.MAX_VALUE);
        rig.meddling = _ -> Optional.empty();
        var last = doomed;
        if (last != null) {
            // Its kill was still on its way when the campaign ended.
            last.onExit().get(1, TimeUnit.MINUTES);
        }
        if (replaced(rig, launcher, running)) {
            left--;
        }
        rig.settle();
        verify(rig, application, before, acceptedBefore);
        verifyLedger(rig, running.getFirst(), number);
        return left;
    }

    /// Starts a server in the place of one that was killed; one that is left goes on alone meanwhile, and may be the next to be killed.
    private boolean replaced(Rig rig, Launcher launcher, List<ServerProcess> running)
            throws Exception {
        var killed = running.stream().filter(s -> !s.process().isAlive()).findFirst();
        if (killed.isEmpty()) {
            return false;
        }
        doomed = null;
        running.remove(killed.get());
        byToken.values().remove(killed.get().process());
        running.add(launcher.launch());
        running.getLast().awaitAnswer(rig);
        return true;
    }

    private static void verify(
            Rig rig,
            String application,
            Map<Integer, Dynamic> before,
            Map<String, Integer> acceptedBefore) {
        var accepted = rig.accepted();
        for (int i = 1; i <= MACHINES; i++) {
            String key = Rig.machine(i).toLowerCase(Locale.ROOT);
            int times = accepted.getOrDefault(key, 0) - acceptedBefore.getOrDefault(key, 0);
            assertThat(times).as("writes accepted of machine " + i).isOne();
            var now = rig.resource(Rig.machine(i));
            var first = Objects.requireNonNull(before.get(i));
            var was = first.path("properties", "applicationProfile", "galleryApplications");
            List<Dynamic> expected = new ArrayList<>(was.items());
            expected.add(
                    Dynamic.bag()
                            .put("packageReferenceId", Rig.reference(application, "latest"))
                            .build());
            assertThat(now.path("properties", "applicationProfile", "galleryApplications").items())
                    .as("machine " + i)
                    .isEqualTo(expected);
            assertThat(now.get("tags")).isEqualTo(first.get("tags"));
            assertThat(now.path("properties", "storageProfile"))
                    .isEqualTo(first.path("properties", "storageProfile"));
        }
    }

    /// The ledger knows one successful change of each machine.
    private static void verifyLedger(Rig rig, ServerProcess server, int campaign) throws Exception {
        var answer =
                rig.call(
                        "POST",
                        server.url() + "/providers/Microsoft.ResourceGraph/resources" + VERSION,
                        Dynamic.bag()
                                .put(
                                        "query",
                                        "changes | where campaignId endswith '/c"
                                                + campaign
                                                + "' and outcome in ('SUCCEEDED', 'UNKNOWN') |"
                                                + " summarize n = count() by resourceId")
                                .build());
        var rows = new ArrayList<>(answer.body().get("data").items());
        rows.sort(Comparator.comparing(row -> row.get("resourceId").textOr("")));
        assertThat(rows).as(Json.write(answer.body())).hasSize(MACHINES);
        assertThat(rows).allSatisfy(row -> assertThat(row.get("n").longOr(0)).isOne());
    }
}
