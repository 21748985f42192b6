package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static io.muster.service.remediation.Rig.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.service.MusterServer;
import io.muster.service.config.ServerOptions;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random interleavings of create, cancel, pause, resume, delete and a server that stops and starts, over REST, against a model of what each may answer. A task moves
/// by itself meanwhile: an answer must fit what was seen just before it or just after.
class TaskModelTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final int MACHINES = 5;
    private static final List<String> NAMES = List.of("one", "two", "three");
    private static final Set<String> TERMINAL =
            Set.of("Succeeded", "Complete", "Failed", "Canceled");

    private static final long SEED = 7;
    private @TempDir Path data;
    private final SplittableRandom chance = new SplittableRandom(SEED);

    /// What may be seen of a task after what was seen before, when nobody creates or deletes it.
    private static final Map<String, Set<String>> NEXT =
            Map.of(
                    "Accepted",
                            Set.of(
                                    "Accepted",
                                    "Evaluating",
                                    "Cancelling",
                                    "Succeeded",
                                    "Complete",
                                    "Failed",
                                    "Canceled"),
                    "Evaluating",
                            Set.of(
                                    "Accepted",
                                    "Evaluating",
                                    "Cancelling",
                                    "Succeeded",
                                    "Complete",
                                    "Failed",
                                    "Canceled"),
                    "Cancelling", Set.of("Cancelling", "Evaluating", "Canceled"),
                    "Succeeded", Set.of("Succeeded"),
                    "Complete", Set.of("Complete"),
                    "Failed", Set.of("Failed"),
                    "Canceled", Set.of("Canceled"),
                    "", Set.of(""));

    private MusterServer start(Rig rig) throws Exception {
        var settings =
                AzureSettings.of(rig.armUrl(), new AzureCredential.StaticToken("test"))
                        .withTrustStore(rig.tls.authorityPem());
        return MusterServer.start(
                ServerOptions.onFreePorts(data),
                CLOCK,
                Map.of(
                        "muster.azure.endpoint", rig.armUrl().toString(),
                        "muster.azure.token", "test",
                        "muster.azure.trust-store", rig.tls.authorityPem().toString(),
                        "muster.remediation.first-pause", "PT0.02S",
                        "muster.remediation.lease", "PT1S",
                        "muster.remediation.look-every", "200ms"),
                new FleetSources(List.of(new AzureSource("azure", settings, CLOCK))));
    }

    private static String url(MusterServer server, String name, String action) {
        return server.httpUrl()
                + SUBSCRIPTION
                + "/providers/Microsoft.PolicyInsights/remediations/"
                + name
                + action
                + VERSION;
    }

    /// The state that REST shows; empty when there is none of that name.
    private static String state(Rig rig, MusterServer server, String name) throws Exception {
        var answer = rig.call("GET", url(server, name, ""), Dynamic.NULL);
        return answer.status() == 404
                ? ""
                : answer.body().path("properties", "provisioningState").textOr("?");
    }

    private static Dynamic body(int application) {
        var ids = new StringBuilder();
        for (int i = 1; i <= MACHINES; i++) {
            ids.append(i == 1 ? "" : ",").append('\'').append(Rig.machine(i)).append('\'');
        }
        return Rig.json(
                "{'properties':{'application':{'kind':'require','applicationId':'"
                        + Rig.GALLERY
                        + "/applications/app"
                        + application
                        + "','version':'latest'},'parallelDeployments':2,'filters':{'resourceIds':["
                        + ids
                        + "]}}}");
    }

    /// What an action may answer when the task is in that state.
    private static Set<Integer> allowed(String action, String state) {
        boolean none = state.isEmpty();
        boolean over = TERMINAL.contains(state);
        // A task that is over is shown as Evaluating until the fleet's states tell what it did.
        boolean unclear = state.equals("Evaluating");
        return switch (action) {
            case "create" ->
                    none
                            ? Set.of(201)
                            : over ? Set.of(200) : unclear ? Set.of(200, 400) : Set.of(400);
            case "delete" ->
                    none
                            ? Set.of(204)
                            : over ? Set.of(200) : unclear ? Set.of(200, 400) : Set.of(400);
            case "cancel", "pause", "resume" ->
                    none
                            ? Set.of(404)
                            : over ? Set.of(400) : unclear ? Set.of(200, 400) : Set.of(200);
            default -> throw new IllegalStateException(action);
        };
    }

    @Test
    void everyInterleavingAnswersAsTheModelSaysAndEndsWell() throws Exception {
        int steps = Boolean.getBoolean("muster.exhaustive") ? 3_000 : 45;
        int application = 0;
        Map<String, String> seen = new HashMap<>();
        NAMES.forEach(name -> seen.put(name, ""));
        try (var rig = new Rig(data, Duration.ofMillis(15))) {
            for (int i = 1; i <= MACHINES; i++) {
                rig.machine(i, "");
            }
            for (int i = 1; i <= 20; i++) {
                rig.application("app" + i, "1.0.0");
            }
            rig.settle();
            var server = start(rig);
            try {
                assertThat(server.bean(FleetRounds.class).run().isComplete()).isTrue();
                for (int step = 0; step < steps; step++) {
                    int draw = chance.nextInt(100);
                    if (draw < 4) {
                        server.close();
                        server = start(rig);
                        continue;
                    }
                    String action =
                            draw < 40
                                    ? "create"
                                    : draw < 52
                                            ? "delete"
                                            : draw < 68 ? "cancel" : draw < 82 ? "pause" : "resume";
                    String name = NAMES.get(chance.nextInt(NAMES.size()));
                    if (action.equals("create")) {
                        application = application % 20 + 1;
                    }
                    act(
                            rig,
                            server,
                            action,
                            name,
                            application,
                            seen,
                            "step " + step + ", seed " + SEED);
                }
                endsWell(rig, server);
            } finally {
                server.close();
            }
        }
    }

    private static void act(
            Rig rig,
            MusterServer server,
            String action,
            String name,
            int application,
            Map<String, String> seen,
            String when)
            throws Exception {
        String before = state(rig, server, name);
        assertThat(before)
                .as("%s: %s was seen as '%s' before", when, name, seen.get(name))
                .isIn(NEXT.get(Objects.requireNonNull(seen.get(name))));
        var answer =
                switch (action) {
                    case "create" -> rig.call("PUT", url(server, name, ""), body(application));
                    case "delete" -> rig.call("DELETE", url(server, name, ""), Dynamic.NULL);
                    default -> rig.call("POST", url(server, name, "/" + action), Dynamic.NULL);
                };
        String after = state(rig, server, name);
        boolean replaced = action.equals("create") && answer.status() < 300;
        boolean fits =
                // It may have gone on by itself before the request arrived.
                Objects.requireNonNull(NEXT.get(before)).stream()
                                .anyMatch(state -> allowed(action, state).contains(answer.status()))
                        || !replaced && allowed(action, after).contains(answer.status());
        assertThat(fits)
                .as(
                        "%s: %s of %s answered %d in state '%s', '%s' after: %s",
                        when, action, name, answer.status(), before, after, answer.body())
                .isTrue();
        if (answer.status() >= 400) {
            assertThat(answer.body().path("error", "code").textOr("")).isNotEmpty();
        }
        seen.put(name, after);
    }

    /// Every task comes to its end, its figures add up, and no machine has an application twice.
    private static void endsWell(Rig rig, MusterServer server) throws Exception {
        var until = Instant.now().plus(Duration.ofMinutes(5));
        for (var name : NAMES) {
            String state = state(rig, server, name);
            while (!state.isEmpty() && !TERMINAL.contains(state)) {
                assertThat(Instant.now()).as("%s is %s", name, state).isBefore(until);
                rig.call("POST", url(server, name, "/resume"), Dynamic.NULL);
                LockSupport.parkNanos(50_000_000);
                state = state(rig, server, name);
            }
            if (state.isEmpty()) {
                continue;
            }
            var task = rig.call("GET", url(server, name, ""), Dynamic.NULL).body();
            var items =
                    rig.call("POST", url(server, name, "/listDeployments"), Dynamic.NULL)
                            .body()
                            .get("value")
                            .items();
            var counts = task.path("properties", "deploymentStatus");
            long good =
                    items.stream()
                            .filter(i -> i.get("status").textOr("").equals("Succeeded"))
                            .count();
            long bad =
                    items.stream().filter(i -> i.get("status").textOr("").equals("Failed")).count();
            assertThat(items)
                    .as(name)
                    .allMatch(i ->
                            Set.of("Succeeded", "Failed", "Canceled")
                                    .contains(i.get("status").textOr("")));
            assertThat(counts.get("successfulDeployments").longOr(-1)).as(name).isEqualTo(good);
            assertThat(counts.get("failedDeployments").longOr(-1)).as(name).isEqualTo(bad);
        }
        for (int i = 1; i <= MACHINES; i++) {
            var references =
                    rig
                            .names(rig.profile(i).get("galleryApplications"), "packageReferenceId")
                            .stream()
                            .map(reference -> reference.toLowerCase(Locale.ROOT))
                            .toList();
            assertThat(references).as(Rig.machine(i)).doesNotHaveDuplicates();
        }
    }
}
