package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.ApplicationState.Condition;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.MachineAssessment;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Random histories of profiles, publications, exclusions, changes of regions, failing commands, reboots, a machine turned off and on and steps of the clock: after each, the guest's registry in the instance
/// view, what Azure refused and what our domain makes of it are what a small model of its own says.
///
/// The machine is in another region than the galleries, so that what is published at home need not be there.
class GuestModelTest {
    private static final int STEPS = 12;
    private static final String FAILURE = "boom";
    private static final String SKIPPED = "skipped, lower order operation failed";
    private static final String AWAY = "eastus";
    private static final List<String> APPLICATIONS = List.of("alpha", "beta", "gamma", "delta");

    private record Wanted(String application, String version, int order) {
        boolean isLatest() {
            return version.equals("latest");
        }

        int major() {
            return isLatest() ? NO_NUMBER : Integer.parseInt(version.replace(".0.0", ""));
        }
    }

    /// Stands for the version `latest` of which there is none.
    private static final int NO_NUMBER = -1;

    private static String text(int major) {
        return major == NO_NUMBER ? "latest" : major + ".0.0";
    }

    private static int major(String text) {
        return text.equals("latest") ? NO_NUMBER : Integer.parseInt(text.replace(".0.0", ""));
    }

    /// A published version: whether `latest` may mean it, and whether it is where the machine is.
    private static final class Published {
        boolean excluded;
        boolean away;
        boolean excludedAway;

        /// Being created: provisioned, and replicated, with the next step that settles. A version that is written again stays what it was.
        boolean pending = true;

        /// On its way to where the machine is.
        boolean arriving;

        boolean isThere() {
            return away && !arriving && !pending;
        }
    }

    private record Entry(int version, String result) {
        boolean isSuccess() {
            return result.endsWith(" SUCCESS");
        }

        boolean isRebooted() {
            return result.startsWith("Reboot detected");
        }
    }

    /// The rules of vm-applications.md sections 3, 4 and 6, written a second time.
    private static final class Model {
        final Map<String, NavigableMap<Integer, Published>> galleries = new TreeMap<>();
        final Map<String, Entry> registry = new TreeMap<>();
        List<Wanted> profile = List.of();
        boolean on = true;

        /// Whether a goal state came while the machine was off.
        boolean missed;

        NavigableMap<Integer, Published> versions(String application) {
            return galleries.computeIfAbsent(application, _ -> new TreeMap<>());
        }

        Optional<Integer> latest(String application) {
            return versions(application).descendingMap().entrySet().stream()
                    .filter(v -> {
                        var is = v.getValue();
                        return is.isThere() && !is.excluded && !is.excludedAway;
                    })
                    .map(Map.Entry::getKey)
                    .findFirst();
        }

        /// The version that an entry means; empty when it cannot be had.
        Optional<Integer> target(Wanted wanted) {
            if (wanted.isLatest()) {
                return latest(wanted.application());
            }
            int major = wanted.major();
            return Optional.ofNullable(versions(wanted.application()).get(major))
                    .filter(Published::isThere)
                    .map(_ -> major);
        }

        void settle() {
            for (var all : galleries.values()) {
                for (var version : all.values()) {
                    version.pending = false;
                    version.arriving = false;
                }
            }
        }

        void apply(Map<String, GuestFaults.Outcome> outcomes, Map<String, Integer> reboots) {
            registry.keySet()
                    .removeIf(
                            name -> profile.stream().noneMatch(w -> w.application().equals(name)));
            var orders = new TreeSet<Integer>();
            profile.forEach(w -> orders.add(w.order() == 0 ? Integer.MAX_VALUE : w.order()));
            boolean failed = false;
            for (int order : orders) {
                boolean last = order == Integer.MAX_VALUE;
                boolean failedHere = false;
                for (var wanted : profile) {
                    if ((last ? 0 : order) != wanted.order()) {
                        continue;
                    }
                    // What was there when it was asked for may be gone when the machine comes on.
                    var known = target(wanted);
                    int target = known.orElseGet(wanted::major);
                    var current = registry.get(wanted.application());
                    if (current != null && current.version() == target) {
                        continue;
                    }
                    var next =
                            failed && !last
                                    ? new Entry(target, SKIPPED)
                                    : run(
                                            wanted.application(),
                                            current,
                                            target,
                                            known.isPresent(),
                                            outcomes,
                                            reboots);
                    registry.put(wanted.application(), next);
                    failedHere |= next.result().contains(" FAILED ");
                }
                failed |= failedHere;
            }
        }

        private static Entry run(
                String name,
                @Nullable Entry current,
                int target,
                boolean there,
                Map<String, GuestFaults.Outcome> outcomes,
                Map<String, Integer> reboots) {
            // Even major versions have an update command.
            String operation =
                    current == null ? "Install" : target % 2 == 0 ? "Update" : "RemoveForUpdate";
            if (!there) {
                // Before what was there is removed for it.
                return new Entry(
                        target,
                        (current == null ? "Install" : "Update")
                                + " FAILED The application "
                                + name
                                + ", version "
                                + text(target)
                                + " has been removed from the repository and cannot be installed."
                                + " Please install a newer version of the application.");
            }
            // The remove half is never run again: a reboot cuts it off, and the install follows.
            if (operation.equals("RemoveForUpdate")
                    && (reboots.containsKey(name + " RemoveForUpdate")
                            || !outcomes.containsKey(name + " RemoveForUpdate"))) {
                operation = "Install";
            }
            int rebooted = reboots.getOrDefault(name + " " + operation, 0);
            boolean removal = operation.equals("RemoveForUpdate");
            if (!removal && rebooted > 0 && !isRerun(target)) {
                return new Entry(
                        target,
                        "Reboot detected during '"
                                + operation
                                + "' operation. No further action taken.");
            }
            if (!removal && rebooted >= 3) {
                return new Entry(
                        target,
                        operation
                                + " FAILED The "
                                + operation
                                + " operation on application "
                                + name
                                + " has resulted in 3 reboots. Cannot complete command.");
            }
            boolean fails = outcomes.containsKey(name + " " + operation);
            return new Entry(target, operation + (fails ? " FAILED " + FAILURE : " SUCCESS"));
        }

        /// Two of three major versions ask to be run again after a reboot.
        static boolean isRerun(int major) {
            return major % 3 != 2;
        }

        List<String> leftOver() {
            return registry.keySet().stream()
                    .filter(name -> profile.stream().noneMatch(w -> w.application().equals(name)))
                    .toList();
        }

        /// A goal state is there: applied at once, or when the machine comes on.
        void goal(Map<String, GuestFaults.Outcome> outcomes, Map<String, Integer> reboots) {
            if (on) {
                apply(outcomes, reboots);
            } else {
                missed = true;
            }
        }

        void start(Map<String, GuestFaults.Outcome> outcomes, Map<String, Integer> reboots) {
            on = true;
            if (missed) {
                missed = false;
                apply(outcomes, reboots);
            }
        }

        Condition condition(Wanted wanted) {
            var entry = registry.get(wanted.application());
            if (entry == null) {
                return Condition.PENDING;
            }
            if (!entry.isSuccess()) {
                return entry.result().equals(SKIPPED)
                        ? Condition.SKIPPED
                        : entry.isRebooted() ? Condition.STOPPED_BY_REBOOT : Condition.FAILED;
            }
            // A named version is asked for whether it can be had or not.
            int target =
                    target(wanted).orElse(wanted.isLatest() ? entry.version() : wanted.major());
            return entry.version() == target
                    ? Condition.RUNNING
                    : entry.version() < target ? Condition.BEHIND : Condition.AHEAD;
        }

        /// Whether asking again for what is wanted does nothing.
        boolean isStuck(Wanted wanted) {
            var entry = registry.get(wanted.application());
            return entry != null
                    && !entry.isSuccess()
                    && target(wanted).filter(t -> t == entry.version()).isPresent();
        }

        boolean isBehind(Wanted wanted) {
            var entry = registry.get(wanted.application());
            var target = target(wanted);
            boolean older =
                    entry != null
                            && entry.isSuccess()
                            && target.filter(t -> entry.version() < t).isPresent();
            return older
                    || latest(wanted.application())
                            .filter(newest -> !wanted.isLatest() && wanted.major() < newest)
                            .isPresent();
        }
    }

    @Test
    void instanceViewAgreesWithTheModelAfterEveryStep() {
        int seeds =
                Boolean.getBoolean("muster.exhaustive")
                        ? 1000
                        : Integer.getInteger("muster.model", 10);
        int refused = 0;
        for (int seed = 1; seed <= seeds; seed++) {
            refused += new History(seed, seen).run();
        }
        assertThat(refused).as("profiles that were refused").isPositive();
        assertThat(seen)
                .contains(
                        "success",
                        "failed",
                        "skipped",
                        "cut off by a reboot",
                        "three reboots",
                        "caught up",
                        "nothing to catch up with");
    }

    /// What the histories came to, so that none of it goes missing.
    private final Set<String> seen = new TreeSet<>();

    private static String kind(Entry entry) {
        if (entry.isSuccess()) {
            return "success";
        }
        if (entry.isRebooted()) {
            return "cut off by a reboot";
        }
        return entry.result().equals(SKIPPED)
                ? "skipped"
                : entry.result().contains("3 reboots") ? "three reboots" : "failed";
    }

    private static final class History {
        private final int seed;
        private final Set<String> seen;
        private final SplittableRandom random;
        private final Bench bench = new Bench();
        private final Model model = new Model();

        History(int seed, Set<String> seen) {
            this.seed = seed;
            this.seen = seen;
            this.random = new SplittableRandom(seed);
            bench.group();
            bench.gallery();
            for (String application : APPLICATIONS) {
                bench.application(application, "Linux");
                publish(application, 1, true);
            }
            Bench.must(
                    bench.send(
                            "PUT",
                            Bench.machineId("vm1"),
                            Bench.parse(
                                    "{\"location\":\"eastus\",\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}")));
            settle();
        }

        /// @return how many profiles Azure refused
        int run() {
            int refused = 0;
            for (int step = 1; step <= STEPS; step++) {
                faults();
                for (int i = random.nextInt(3); i > 0; i--) {
                    gallery();
                    // Some writes are still under way when the profile comes.
                    if (random.nextInt(3) != 0) {
                        settle();
                    }
                }
                if (random.nextInt(4) == 0) {
                    bench.clock.step(Duration.ofSeconds(random.nextInt(100, 1000)));
                    model.settle();
                }
                power("seed %d step %d".formatted(seed, step));
                var profile = random.nextInt(3) == 0 ? model.profile : profile();
                var answer =
                        bench.profile(
                                "vm1",
                                profile.stream()
                                        .map(w ->
                                                Bench.entry(
                                                        w.application(),
                                                        w.version(),
                                                        w.order(),
                                                        false))
                                        .toArray(Dynamic[]::new));
                String at = "seed %d step %d profile %s".formatted(seed, step, profile);
                if (profile.stream().anyMatch(w -> model.target(w).isEmpty())) {
                    refused++;
                    assertThat(answer.status()).as(at).isEqualTo(404);
                    assertThat(Bench.code(answer)).as(at).isEqualTo("GalleryImageNotFound");
                    bench.send("GET", "/subscriptions", Dynamic.NULL);
                } else {
                    assertThat(answer.status()).as(at + answer.text()).isLessThan(300);
                    model.profile = profile;
                    settle();
                    model.goal(bench.outcomes, bench.reboots);
                    model.registry.values().forEach(e -> seen.add(kind(e)));
                }
                check(at);
            }
            return refused;
        }

        private void check(String at) {
            assertThat(registry()).as(at).isEqualTo(model.registry);
            var resources = new ArrayList<Dynamic>();
            bench.azure.export(resources::add);
            var machine =
                    resources.stream()
                            .filter(r ->
                                    r.get("id").textOr("").equalsIgnoreCase(Bench.machineId("vm1")))
                            .map(Machine::read)
                            .flatMap(Optional::stream)
                            .findFirst()
                            .orElseThrow();
            var galleries =
                    resources.stream()
                            .filter(r ->
                                    r.get("type")
                                            .textOr("")
                                            .startsWith("Microsoft.Compute/galleries"))
                            .toList();
            var assessment =
                    MachineAssessment.of(
                            machine,
                            new LatestResolver(
                                    GalleryCatalog.of(galleries),
                                    ResolutionSettings.DEFAULT,
                                    bench.clock.instant()));
            assertThat(assessment.applications().stream().filter(ApplicationState::isWanted))
                    .as(at)
                    .hasSameSizeAs(model.profile);
            // What a machine that is off still has.
            assertThat(
                            assessment.applications().stream()
                                    .filter(a -> !a.isWanted())
                                    .map(ApplicationState::name))
                    .as(at + " left over")
                    .containsExactlyInAnyOrderElementsOf(model.leftOver());
            for (var wanted : model.profile) {
                var state = assessment.application(wanted.application()).orElseThrow();
                String of = at + " " + wanted;
                assertThat(state.condition()).as(of).isEqualTo(model.condition(wanted));
                assertThat(state.wanted().map(v -> v.name()))
                        .as(of)
                        .isEqualTo(model.target(wanted).map(major -> major + ".0.0"));
                assertThat(state.needsRemoveThenAdd()).as(of).isEqualTo(model.isStuck(wanted));
                assertThat(state.isBehind()).as(of).isEqualTo(model.isBehind(wanted));
            }
        }

        /// What the instance view says that the guest's registry has.
        private Map<String, Entry> registry() {
            var out = new TreeMap<String, Entry>();
            ExtensionMessage.parse(
                            bench.extension("vm1").get("statuses").get(0).get("message").textOr(""))
                    .registry()
                    .orElse(List.of())
                    .forEach(guest ->
                            out.put(
                                    guest.name(),
                                    new Entry(major(guest.version()), guest.result().text())));
            return out;
        }

        /// Turns the machine off now and then, and on again; a restart changes nothing.
        private void power(String at) {
            if (!model.on) {
                if (random.nextInt(2) == 0) {
                    turn("start");
                    seen.add(model.missed ? "caught up" : "nothing to catch up with");
                    model.start(bench.outcomes, bench.reboots);
                    check(at + " started");
                }
            } else if (random.nextInt(5) == 0) {
                model.on = false;
                turn(random.nextBoolean() ? "powerOff" : "deallocate");
                check(at + " turned off");
            } else if (random.nextInt(8) == 0) {
                turn("restart");
                check(at + " restarted");
            }
        }

        private void turn(String action) {
            Bench.must(bench.send("POST", Bench.machineId("vm1") + "/" + action, Dynamic.NULL));
            settle();
        }

        private void settle() {
            bench.settle();
            model.settle();
        }

        private void faults() {
            bench.outcomes.clear();
            bench.reboots.clear();
            for (String application : APPLICATIONS) {
                for (String operation : List.of("Install", "Update", "RemoveForUpdate", "Remove")) {
                    if (random.nextInt(5) == 0) {
                        bench.outcomes.put(
                                application + " " + operation,
                                new GuestFaults.Outcome.Failure(FAILURE));
                    }
                    if (random.nextInt(5) == 0) {
                        bench.reboots.put(application + " " + operation, random.nextInt(1, 5));
                    }
                }
            }
        }

        /// Publishes a version, or writes one, be it written already: where it is, and whether `latest` may mean it.
        private void gallery() {
            String application = APPLICATIONS.get(random.nextInt(APPLICATIONS.size()));
            var versions = model.versions(application);
            var majors = List.copyOf(versions.keySet());
            int major = majors.get(random.nextInt(majors.size()));
            var version = Objects.requireNonNull(versions.get(major));
            if (random.nextInt(3) == 0) {
                publish(application, versions.lastKey() + 1, random.nextInt(4) != 0);
                return;
            }
            switch (random.nextInt(3)) {
                case 0 -> version.excluded = !version.excluded;
                case 1 -> version.excludedAway = !version.excludedAway;
                default -> {
                    version.away = !version.away;
                    version.arriving = version.away;
                }
            }
            Bench.must(
                    bench.send(
                            "PATCH",
                            Bench.versionId(application, major + ".0.0"),
                            Bench.parse(
                                    "{\"properties\":{\"publishingProfile\":{\"excludeFromLatest\":"
                                            + version.excluded
                                            + regions(version)
                                            + "}}}")));
        }

        private void publish(String application, int major, boolean away) {
            var version = new Published();
            version.away = away;
            model.versions(application).put(major, version);
            Bench.must(
                    bench.send(
                            "PUT",
                            Bench.versionId(application, major + ".0.0"),
                            Bench.versionBody(
                                    major % 2 == 0 ? "u" : "",
                                    regions(version)
                                            + (Model.isRerun(major)
                                                    ? ",\"settings\":{\"scriptBehaviorAfterReboot\":\"Rerun\"}"
                                                    : ""))));
        }

        /// The home region is always among them.
        private static String regions(Published version) {
            return ",\"targetRegions\":[{\"name\":\"westeurope\"}"
                    + (version.away
                            ? ",{\"name\":\""
                                    + AWAY
                                    + "\",\"excludeFromLatest\":"
                                    + version.excludedAway
                                    + "}"
                            : "")
                    + "]";
        }

        private List<Wanted> profile() {
            var out = new ArrayList<Wanted>();
            for (String application : APPLICATIONS) {
                if (random.nextInt(3) == 0) {
                    continue;
                }
                var all = List.copyOf(model.versions(application).keySet());
                out.add(
                        new Wanted(
                                application,
                                random.nextBoolean()
                                        ? "latest"
                                        : all.get(random.nextInt(all.size())) + ".0.0",
                                random.nextInt(4)));
            }
            return out;
        }
    }
}
