package io.muster.service.figures;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.estate.EstateGenerator;
import io.muster.fixtures.estate.EstateSize;
import io.muster.fixtures.policy.MachineRules;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.fault.Faults;
import io.muster.policy.incremental.FleetState;
import io.muster.policy.incremental.Reevaluation;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.service.config.ServerOptions;
import io.muster.service.store.KeptFleet;
import io.muster.service.store.VerdictStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;

/// A full pass of many rules over a fleet of the generator with its verdicts kept in an H2 store in a folder; then single machines changed, kept and gone back over.
/// Prints how long each took, and stops when a sample of 1 % has other verdicts row by row. `MACHINES FOLDER [RULES]`.
final class VerdictFigures {
    private static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    private static final String VM = "microsoft.compute/virtualmachines";
    private static final int SAMPLE_SHARE = 100;

    private VerdictFigures() {}

    public static void main(String[] args) throws Exception {
        int machines = Integer.parseInt(args[0]);
        var folder = Path.of(args[1]);
        int rules = args.length > 2 ? Integer.parseInt(args[2]) : 1_000;
        var sample = new ArrayList<Dynamic>();
        var fleet = fleet(machines, sample);
        say("machines", fleet.count());
        say("heap with them, MB", heap() >> 20);
        try (var kept = KeptFleet.forWriting(ServerOptions.onFreePorts(folder))) {
            var store = kept.verdicts();
            var engine = timed("compile", () -> engine(MachineRules.conditions(rules, 7)));
            long begun = System.nanoTime();
            long used = used();
            var state = timed("first pass", () -> FleetState.scanned(engine, fleet));
            keep(store, state, new Reevaluation(state, List.of(), 0, rules), "kept");
            tell("first pass with its verdicts kept", begun, used);
            say("store, MB", size(folder) >> 20);
            long without = heap();
            say("heap with verdicts and what the columns remember, MB", without >> 20);
            var read = timed("read again", () -> store.latest().orElseThrow().verdicts());
            equal(state.verdicts(), read);
            for (int i = 0; i < 6; i++) {
                var machine =
                        sample.get(i % sample.size())
                                .with("tags", Dynamic.bag().put("env", "v" + i % 20).build());
                var next = state.snapshot().with(List.of(machine), Set.of(), NOW.plusSeconds(i));
                var earlier = state;
                var again =
                        timed(
                                "one changed machine judged",
                                () -> Reevaluation.of(earlier, engine, next));
                keep(store, again.state(), again, "  and kept, turned " + again.changes().size());
                state = again.state();
            }
            equal(state.verdicts(), store.latest().orElseThrow().verdicts());
            say("store, MB", size(folder) >> 20);
            var history = kept.verdictHistory();
            var latest = state.verdicts();
            var first =
                    timed(
                            "back over the changes",
                            () -> {
                                var past = latest;
                                for (var step :
                                        history.between(Instant.EPOCH, NOW.plusSeconds(60))) {
                                    past =
                                            VerdictHistory.before(
                                                    past, step.changes(), step.version());
                                }
                                return past;
                            });
            equal(read, first);
            timed("sample row by row", () -> compare(engine, read, fleet, sample));
        }
    }

    private static Snapshot fleet(int machines, List<Dynamic> sample) throws Exception {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        int[] seen = {0};
        new EstateGenerator(EstateSize.ofMachines(machines), 1)
                .write(resource -> {
                    if (resource.get("type").textOr("").equalsIgnoreCase(VM)) {
                        builder.add(resource);
                        if (seen[0]++ % SAMPLE_SHARE == 0) {
                            sample.add(resource);
                        }
                    }
                });
        return builder.build(NOW, Dynamic.EMPTY_BAG);
    }

    private static void keep(VerdictStore store, FleetState state, Reevaluation again, String what)
            throws Exception {
        timed(
                what,
                () -> {
                    store.keep(
                            state.verdicts(),
                            state.snapshot().takenAt(),
                            again.changes(),
                            key ->
                                    state.engine()
                                            .policy(key)
                                            .map(policy -> policy.definition().id())
                                            .orElse(""),
                            Instant.EPOCH);
                    return true;
                });
    }

    private static boolean compare(
            PolicyEngine engine, Verdicts columns, Snapshot fleet, List<Dynamic> sample) {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        sample.forEach(builder::add);
        var some = builder.build(NOW, Dynamic.EMPTY_BAG);
        var rows = engine.scanRowByRow(some);
        for (var machine : sample) {
            String id = machine.get("id").textOr("");
            int here = some.ordinal(id).orElseThrow();
            int there = fleet.ordinal(id).orElseThrow();
            for (var key : rows.keys()) {
                if (!rows.state(key, here).equals(columns.state(key, there))) {
                    throw new IllegalStateException(
                            "%s under %s: row by row %s, by columns %s"
                                    .formatted(
                                            id,
                                            key,
                                            rows.state(key, here),
                                            columns.state(key, there)));
                }
            }
        }
        say("verdicts of the sample that are equal", (long) sample.size() * rows.keys().size());
        return true;
    }

    private static void equal(Verdicts one, Verdicts other) {
        if (!one.since(other).isEmpty()) {
            throw new IllegalStateException("the verdicts differ");
        }
        long records = 0;
        for (PolicyKey key : one.keys()) {
            for (var state : ComplianceState.values()) {
                records += one.count(key, state);
            }
        }
        say("records that are equal", records);
    }

    private static PolicyEngine engine(List<String> conditions) throws Exception {
        var fields = AliasCatalog.conventional();
        var catalog = PolicyCatalog.empty().changed();
        for (int i = 0; i < conditions.size(); i++) {
            String id = "/providers/Microsoft.Authorization/policyDefinitions/r%04d".formatted(i);
            catalog.add(
                    new PolicyDefinitionReader(fields)
                            .read(
                                    "r" + i,
                                    Json.parse(
                                            "{\"mode\":\"Indexed\",\"policyRule\":{\"if\":%s,\"then\":{\"effect\":\"audit\"}}}"
                                                    .formatted(conditions.get(i))))
                            .orThrow()
                            .withId(id, "r" + i));
            var assignment =
                    Json.parse(
                            "{\"id\":\"/providers/Microsoft.Authorization/policyAssignments/a%04d\",\"name\":\"a%04d\",\"properties\":{\"policyDefinitionId\":\"%s\"}}"
                                    .formatted(i, i, id));
            catalog.add(
                    PolicyObjectReader.assignment(assignment, Faults.in("a", assignment))
                            .orElseThrow());
        }
        return PolicyEngine.of(catalog.build(), fields, InstantSource.fixed(NOW));
    }

    private static <T> T timed(String what, Callable<T> work) throws Exception {
        long start = System.nanoTime();
        long used = used();
        T result = work.call();
        tell(what, start, used);
        return result;
    }

    /// On a loaded machine what the thread used of a processor says more than the clock.
    private static void tell(String what, long start, long used) {
        System.out.printf(
                Locale.ROOT,
                "%-50s %10.1f ms, of processor %10.1f ms%n",
                what,
                (System.nanoTime() - start) / 1e6,
                (used() - used) / 1e6);
    }

    private static void say(String what, long figure) {
        System.out.printf(Locale.ROOT, "%-50s %10d%n", what, figure);
    }

    private static long used() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long size(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
        }
    }

    private static long heap() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
