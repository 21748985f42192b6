package io.muster.benchmarks.store;

import static io.muster.benchmarks.store.Figures.heap;
import static io.muster.benchmarks.store.Figures.say;
import static io.muster.benchmarks.store.Figures.size;
import static io.muster.benchmarks.store.Figures.tell;
import static io.muster.benchmarks.store.Figures.timed;
import static io.muster.benchmarks.store.Figures.used;

import io.muster.benchmarks.policy.AuditedFleet;
import io.muster.fixtures.policy.MachineRules;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.FleetState;
import io.muster.policy.incremental.Reevaluation;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.service.config.ServerOptions;
import io.muster.service.store.KeptFleet;
import io.muster.service.store.VerdictStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// A full pass of many rules over a fleet of the generator with its verdicts kept in an H2 store in a folder; then single machines changed, kept and gone back over.
/// Prints how long each took, and stops when a sample of 1 % has other verdicts row by row. `MACHINES FOLDER [RULES]`.
public final class VerdictSpeed {
    private VerdictSpeed() {}

    public static void main(String[] args) throws Exception {
        int machines = Integer.parseInt(args[0]);
        var folder = Path.of(args[1]);
        int rules = args.length > 2 ? Integer.parseInt(args[2]) : 1_000;
        var audited = AuditedFleet.of(machines);
        var fleet = audited.machines();
        say("machines", fleet.count());
        say("heap with them, MB", heap() >> 20);
        try (var kept = KeptFleet.forWriting(ServerOptions.onFreePorts(folder))) {
            var store = kept.verdicts();
            var engine =
                    timed("compile", () -> AuditedFleet.engine(MachineRules.conditions(rules, 7)));
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
                var next =
                        state.snapshot()
                                .with(
                                        List.of(audited.changed(i)),
                                        Set.of(),
                                        AuditedFleet.NOW.plusSeconds(i));
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
                                        history.between(
                                                Instant.EPOCH, AuditedFleet.NOW.plusSeconds(60))) {
                                    past =
                                            VerdictHistory.before(
                                                    past, step.changes(), step.version());
                                }
                                return past;
                            });
            equal(read, first);
            timed("sample row by row", () -> compare(engine, read, audited));
        }
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

    private static boolean compare(PolicyEngine engine, Verdicts columns, AuditedFleet fleet) {
        var some = fleet.sampled();
        var rows = engine.scanRowByRow(some);
        for (var machine : fleet.sample()) {
            String id = machine.get("id").textOr("");
            int here = some.ordinal(id).orElseThrow();
            int there = fleet.machines().ordinal(id).orElseThrow();
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
        say(
                "verdicts of the sample that are equal",
                (long) fleet.sample().size() * rows.keys().size());
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
}
