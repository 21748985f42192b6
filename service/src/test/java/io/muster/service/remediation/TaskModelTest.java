package io.muster.service.remediation;

import static io.muster.service.remediation.Rig.SUBSCRIPTION;
import static io.muster.service.remediation.Rig.VERSION;
import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmRequest;
import io.muster.simulator.arm.ArmResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random interleavings of create, cancel, pause, resume, delete and kill -9 of the server, over REST, against a model of what each may answer. A task moves by itself
/// meanwhile: an answer must fit what was seen just before it or just after. A kill comes between two requests, or at a request to Azure, before or after Azure took it.
class TaskModelTest {
    private static final int MACHINES = 5;
    private static final List<String> NAMES = List.of("one", "two", "three");
    private static final Set<String> TERMINAL =
            Set.of("Succeeded", "Complete", "Failed", "Canceled");

    private static final long SEED = 7;
    private static final int APPLICATIONS = 20;
    private final Path folder;
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

    private final Map<String, String> seen = new HashMap<>();
    private final Rig rig;
    private final AtomicInteger requests = new AtomicInteger();

    /// The request to Azure at which the server is killed.
    private final AtomicInteger killAt = new AtomicInteger(Integer.MAX_VALUE);

    private volatile ServerProcess server;

    TaskModelTest(@TempDir Path folder) throws Exception {
        this.folder = folder;
        this.rig = new Rig(folder, Duration.ofMillis(15));
        for (int i = 1; i <= MACHINES; i++) {
            rig.machine(i, "");
        }
        for (int i = 1; i <= APPLICATIONS; i++) {
            rig.application("app" + i, "1.0.0");
        }
        rig.settle();
        this.server = ServerProcess.start(rig, folder.resolve("data"));
    }

    @AfterEach
    void stop() throws Exception {
        server.kill();
        rig.close();
    }

    /// Kills the server before Azure has looked at the request whose turn it is, or after it was carried out.
    private Optional<ArmResponse> meddle(ArmRequest request) {
        int number = requests.incrementAndGet();
        if (number != killAt.get()) {
            return Optional.empty();
        }
        if (number % 2 == 0) {
            rig.through(request);
        }
        server.process().destroyForcibly();
        return Optional.of(ArmResponse.of(502, Dynamic.EMPTY_BAG));
    }

    /// The same store, another process.
    private void restart() throws Exception {
        server.kill();
        server = ServerProcess.start(rig, folder.resolve("data"));
    }

    /// A request that the server may be killed over: empty when it was.
    private Optional<Rig.Answer> call(String method, String name, String action, Dynamic body)
            throws Exception {
        try {
            return Optional.of(rig.call(method, url(name, action), body));
        } catch (IOException killed) {
            assertThat(server.process().waitFor(1, TimeUnit.MINUTES)).as(name).isTrue();
            killAt.set(Integer.MAX_VALUE);
            restart();
            return Optional.empty();
        }
    }

    private String url(String name, String action) {
        return server.url()
                + SUBSCRIPTION
                + "/providers/Microsoft.PolicyInsights/remediations/"
                + name
                + action
                + VERSION;
    }

    /// What REST shows of a task, by whichever server lives; null when there is none of that name.
    private Dynamic task(String name) throws Exception {
        var answer = call("GET", name, "", Dynamic.NULL);
        while (answer.isEmpty()) {
            answer = call("GET", name, "", Dynamic.NULL);
        }
        return answer.get().status() == 404 ? Dynamic.NULL : answer.get().body();
    }

    private static String state(Dynamic task) {
        return task.isNull() ? "" : task.path("properties", "provisioningState").textOr("?");
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
            case "create" -> none ? Set.of(201) : over ? Set.of(200) : Set.of(400);
            case "delete" -> none ? Set.of(204) : over ? Set.of(200) : Set.of(400);
            case "cancel", "pause", "resume" ->
                    none
                            ? Set.of(404)
                            : over ? Set.of(400) : unclear ? Set.of(200, 400) : Set.of(200);
            default -> throw new IllegalStateException(action);
        };
    }

    @Test
    void everyInterleavingAnswersAsTheModelSaysAndEndsWell() throws Exception {
        boolean exhaustive = Boolean.getBoolean("muster.exhaustive");
        int steps = exhaustive ? 1_500 : 45;
        NAMES.forEach(name -> seen.put(name, ""));
        assertThat(rig.call("POST", server.url() + "/api/round", Dynamic.EMPTY_BAG).status())
                .isEqualTo(200);
        rig.meddling = this::meddle;
        int application = 0;
        for (int step = 0; step < steps; step++) {
            // In every build one kill between two requests, and one while a task is at work.
            int crash = exhaustive ? chance.nextInt(100) : step == 15 ? 0 : step == 30 ? 2 : 99;
            if (crash < 2) {
                restart();
            } else if (crash < 5) {
                killAt.set(requests.get() + 1 + chance.nextInt(2 * MACHINES));
            }
            int draw = chance.nextInt(100);
            String action =
                    draw < 38
                            ? "create"
                            : draw < 50
                                    ? "delete"
                                    : draw < 67 ? "cancel" : draw < 82 ? "pause" : "resume";
            if (action.equals("create")) {
                application = application % APPLICATIONS + 1;
            }
            act(
                    action,
                    NAMES.get(chance.nextInt(NAMES.size())),
                    application,
                    "step " + step + ", seed " + SEED);
        }
        killAt.set(Integer.MAX_VALUE);
        endsWell();
    }

    private void act(String action, String name, int application, String when) throws Exception {
        var shown = task(name);
        String before = state(shown);
        assertThat(before)
                .as("%s: %s was seen as '%s' before", when, name, seen.get(name))
                .isIn(NEXT.get(Objects.requireNonNull(seen.get(name))));
        var answer =
                switch (action) {
                    case "create" -> call("PUT", name, "", body(application));
                    case "delete" -> call("DELETE", name, "", Dynamic.NULL);
                    default -> call("POST", name, "/" + action, Dynamic.NULL);
                };
        var now = task(name);
        String after = state(now);
        if (answer.isEmpty()) {
            // Killed over it: it was done whole or not at all.
            assertThat(after)
                    .as("%s: killed over %s of %s in state '%s'", when, action, name, before)
                    .isIn(whenKilled(action, before));
        } else {
            fits(action, name, before, after, answer.get(), when);
            if (action.equals("pause") && answer.get().status() == 200 && isActive(after)) {
                assertThat(now.path("properties", "paused").boolOr(false)).as(when).isTrue();
            }
        }
        seen.put(name, after);
    }

    private static boolean isActive(String state) {
        return state.equals("Accepted");
    }

    /// What may be seen after a request whose answer never came.
    private static Set<String> whenKilled(String action, String before) {
        Set<String> states = new HashSet<>(Objects.requireNonNull(NEXT.get(before)));
        switch (action) {
            case "create" -> {
                if (before.isEmpty() || TERMINAL.contains(before) || before.equals("Evaluating")) {
                    states.addAll(Objects.requireNonNull(NEXT.get("Accepted")));
                }
            }
            case "delete" -> {
                if (!Set.of("Accepted", "Cancelling").contains(before)
                        || states.stream().anyMatch(TERMINAL::contains)) {
                    states.add("");
                }
            }
            default -> {}
        }
        return states;
    }

    private static void fits(
            String action,
            String name,
            String before,
            String after,
            Rig.Answer answer,
            String when) {
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
    }

    /// Every task comes to its end, its figures add up, what succeeded is there, and no machine has an application twice.
    private void endsWell() throws Exception {
        var until = Instant.now().plus(Duration.ofMinutes(5));
        for (var name : NAMES) {
            var task = task(name);
            while (!task.isNull() && !TERMINAL.contains(state(task))) {
                assertThat(Instant.now()).as("%s", task).isBefore(until);
                call("POST", name, "/resume", Dynamic.NULL);
                LockSupport.parkNanos(50_000_000);
                task = task(name);
            }
            if (task.isNull()) {
                continue;
            }
            var items =
                    call("POST", name, "/listDeployments", Dynamic.NULL)
                            .orElseThrow()
                            .body()
                            .get("value")
                            .items();
            var counts = task.path("properties", "deploymentStatus");
            assertThat(items)
                    .as(name)
                    .allMatch(i ->
                            Set.of("Succeeded", "Failed", "Canceled")
                                    .contains(i.get("status").textOr("")));
            assertThat(counts.get("successfulDeployments").longOr(-1))
                    .as(name)
                    .isEqualTo(count(items, "Succeeded"));
            assertThat(counts.get("failedDeployments").longOr(-1))
                    .as(name)
                    .isEqualTo(count(items, "Failed"));
            String application =
                    task.path("properties", "application", "applicationId").textOr("?");
            for (var item : items) {
                if (item.get("status").textOr("").equals("Succeeded")) {
                    assertThat(references(item.get("remediatedResourceId").textOr("")))
                            .as("%s: %s", name, item)
                            .anyMatch(reference ->
                                    reference.startsWith(application.toLowerCase(Locale.ROOT)));
                }
            }
        }
        for (int i = 1; i <= MACHINES; i++) {
            var references = references(Rig.machine(i));
            assertThat(references).as(Rig.machine(i)).doesNotHaveDuplicates();
            // Each entry was added by one write: none was sent again with effect.
            assertThat(rig.accepted().getOrDefault(Rig.machine(i).toLowerCase(Locale.ROOT), 0))
                    .as(Rig.machine(i))
                    .isEqualTo(references.size());
        }
    }

    private static long count(List<Dynamic> items, String status) {
        return items.stream().filter(i -> i.get("status").textOr("").equals(status)).count();
    }

    private List<String> references(String machine) {
        return rig
                .names(
                        rig.resource(machine)
                                .path("properties", "applicationProfile", "galleryApplications"),
                        "packageReferenceId")
                .stream()
                .map(reference -> reference.toLowerCase(Locale.ROOT))
                .toList();
    }
}
