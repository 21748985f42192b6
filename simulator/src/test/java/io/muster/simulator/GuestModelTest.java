package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.guest.GuestFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Random histories of profiles, publications, exclusions and failing commands: after each step the instance view says what a small model of its own says.
class GuestModelTest {
    private static final int STEPS = 12;
    private static final String FAILURE = "boom";
    private static final List<String> APPLICATIONS = List.of("alpha", "beta", "gamma", "delta");

    /// The rules of vm-applications.md sections 3, 4 and 6, written a second time.
    private static final class Model {
        final Map<String, String> versions = new TreeMap<>();
        final Map<String, String> results = new TreeMap<>();
        final Map<String, TreeSet<Integer>> published = new TreeMap<>();
        final Map<String, TreeSet<Integer>> excluded = new TreeMap<>();

        NavigableSet<Integer> published(String application) {
            return published.computeIfAbsent(application, _ -> new TreeSet<>());
        }

        String latest(String application) {
            var open = new TreeSet<>(published(application));
            open.removeAll(excluded.getOrDefault(application, new TreeSet<>()));
            return open.last() + ".0.0";
        }

        void apply(List<Wanted> profile, Map<String, GuestFaults.Outcome> outcomes) {
            for (String name : List.copyOf(versions.keySet())) {
                if (profile.stream().noneMatch(w -> w.application().equals(name))) {
                    versions.remove(name);
                    results.remove(name);
                }
            }
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
                    if (failed && !last) {
                        skip(wanted);
                    } else {
                        failedHere |= !run(wanted, outcomes);
                    }
                }
                failed |= failedHere;
            }
        }

        private String target(Wanted wanted) {
            return wanted.version().equals("latest")
                    ? latest(wanted.application())
                    : wanted.version();
        }

        private void skip(Wanted wanted) {
            if (!target(wanted).equals(versions.get(wanted.application()))) {
                versions.put(wanted.application(), target(wanted));
                results.put(wanted.application(), "skipped, lower order operation failed");
            }
        }

        private boolean run(Wanted wanted, Map<String, GuestFaults.Outcome> outcomes) {
            String name = wanted.application();
            String target = target(wanted);
            String current = versions.get(name);
            if (target.equals(current)) {
                return true;
            }
            versions.put(name, target);
            // Even major versions have an update command.
            boolean update = Integer.parseInt(target.substring(0, target.indexOf('.'))) % 2 == 0;
            String operation = current == null ? "Install" : update ? "Update" : "RemoveForUpdate";
            if (operation.equals("RemoveForUpdate")
                    && !outcomes.containsKey(name + " RemoveForUpdate")) {
                operation = "Install";
            }
            boolean fails = outcomes.containsKey(name + " " + operation);
            results.put(name, operation + (fails ? " FAILED " + FAILURE : " SUCCESS"));
            return !fails;
        }
    }

    private record Wanted(String application, String version, int order) {}

    @Test
    void instanceViewAgreesWithTheModelAfterEveryStep() {
        int seeds = Boolean.getBoolean("muster.exhaustive") ? 1000 : 50;
        for (int seed = 1; seed <= seeds; seed++) {
            history(seed);
        }
    }

    private static void history(int seed) {
        var random = new SplittableRandom(seed);
        var bench = new Bench();
        var model = new Model();
        bench.group();
        bench.gallery();
        for (String application : APPLICATIONS) {
            bench.application(application, "Linux");
            publish(bench, model, application, 1);
        }
        bench.machine("vm1", "Linux");
        List<Wanted> profile = List.of();
        for (int step = 1; step <= STEPS; step++) {
            bench.outcomes.clear();
            for (String application : APPLICATIONS) {
                for (String operation : List.of("Install", "Update", "RemoveForUpdate", "Remove")) {
                    if (random.nextInt(5) == 0) {
                        bench.outcomes.put(
                                application + " " + operation,
                                new GuestFaults.Outcome.Failure(FAILURE));
                    }
                }
            }
            String application = APPLICATIONS.get(random.nextInt(APPLICATIONS.size()));
            switch (random.nextInt(4)) {
                case 0 ->
                        publish(bench, model, application, model.published(application).last() + 1);
                case 1 -> exclude(bench, model, application, random);
                default -> profile = profile(model, random);
            }
            // Whatever happened, the goal state is built anew.
            Bench.must(
                    bench.profile(
                            "vm1",
                            profile.stream()
                                    .map(w ->
                                            Bench.entry(
                                                    w.application(), w.version(), w.order(), false))
                                    .toArray(Dynamic[]::new)));
            bench.settle();
            model.apply(profile, bench.outcomes);
            assertThat(bench.results("vm1"))
                    .as("seed %d step %d profile %s", seed, step, profile)
                    .isEqualTo(model.results);
        }
    }

    private static void publish(Bench bench, Model model, String application, int major) {
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.versionId(application, major + ".0.0"),
                        Bench.versionBody(major % 2 == 0 ? "u" : "", "")));
        bench.settle();
        model.published(application).add(major);
    }

    /// The first version is never excluded, so that `latest` always means one.
    private static void exclude(
            Bench bench, Model model, String application, SplittableRandom random) {
        var all = new ArrayList<>(model.published(application));
        int major = all.get(random.nextInt(all.size()));
        if (major == 1) {
            return;
        }
        var excluded = model.excluded.computeIfAbsent(application, _ -> new TreeSet<>());
        boolean now = !excluded.remove(major) && excluded.add(major);
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.versionId(application, major + ".0.0"),
                        Bench.parse(
                                "{\"properties\":{\"publishingProfile\":{\"excludeFromLatest\":"
                                        + now
                                        + "}}}")));
        bench.settle();
    }

    private static List<Wanted> profile(Model model, SplittableRandom random) {
        var out = new ArrayList<Wanted>();
        for (String application : APPLICATIONS) {
            if (random.nextInt(3) == 0) {
                continue;
            }
            var all = new ArrayList<>(model.published(application));
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
