package io.muster.benchmarks.policy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.policy.MachineRules;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.FleetState;
import io.muster.policy.incremental.Reevaluation;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.roaringbitmap.RoaringBitmap;

/// `PolicySpeed [MACHINES] [RULES] [CHANGES]`: P7 a scan of rules that share fields, P8 a rule never seen, P9 one changed machine under all rules; one thread. The peer walks the
/// same rules over parsed JSON of a sample, before and after ours; its counts must equal the scan's on that sample, by both engines. With CHANGES P9 alone is run, so many changes of single machines, in rounds of 200.
public final class PolicySpeed {
    private static final int ROUNDS = 5;
    private static final int CHANGES = 200;
    private static final int JSON_LOGIC_DECISIONS = 1_000_000;

    private PolicySpeed() {}

    public static void main(String[] args) throws Exception {
        int machines = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
        int count = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
        var conditions = MachineRules.conditions(count, 7);
        var start = System.nanoTime();
        var engine = AuditedFleet.engine(conditions);
        System.out.printf(Locale.ROOT, "compiled %d rules in %.2f s%n", count, seconds(start));
        var audited = AuditedFleet.of(machines);
        var fleet = audited.machines();
        var sample = audited.sample();
        int all = fleet.count();
        System.out.printf(Locale.ROOT, "%d machines, a sample of %d%n", all, sample.size());

        if (args.length > 2) {
            for (int i = 0; i < Integer.parseInt(args[2]); i += CHANGES) {
                changed(engine, audited);
            }
            return;
        }
        double before = peer(conditions, sample);
        double logicBefore = jsonLogic(conditions, sample);
        start = System.nanoTime();
        var verdicts = engine.scan(fleet);
        System.out.printf(Locale.ROOT, "first pass, nothing known: %.2f s%n", seconds(start));
        double best = Double.MAX_VALUE;
        double processor = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            start = System.nanoTime();
            long used = used();
            verdicts = engine.scan(fleet);
            best = Math.min(best, seconds(start));
            processor = Math.min(processor, (used() - used) / 1e9);
        }
        double after = peer(conditions, sample);
        double logicAfter = jsonLogic(conditions, sample);
        double rate = (double) all * count / best;
        System.out.printf(
                Locale.ROOT,
                "P7: %.3f s (%.3f of processor), %.3g resource-rules/s; the plain interpreter %.3g and %.3g: %.0f times%n",
                best,
                processor,
                rate,
                before,
                after,
                rate / Math.max(before, after));
        System.out.printf(
                Locale.ROOT,
                "JsonLogic %.3g and %.3g resource-rules/s: %.0f times%n",
                logicBefore,
                logicAfter,
                rate / Math.max(logicBefore, logicAfter));
        System.out.printf(Locale.ROOT, "verdicts held: %.1f MB%n", size(verdicts) / 1e6);
        equal(engine, conditions, audited);

        unseen(fleet);
        changed(engine, audited);
    }

    /// Ours meets a rule for the first time each time; the floor is run as often, before and after.
    private static void unseen(Snapshot fleet) throws Exception {
        var floor = new HandWritten(fleet);
        double before = handWritten(floor);
        double best = Double.MAX_VALUE;
        double processor = Double.MAX_VALUE;
        int found = 0;
        for (int round = 0; round < 4 * ROUNDS; round++) {
            var rule = MachineRules.Unseen.of(round);
            var engine = AuditedFleet.engine(List.of(rule.condition()));
            long start = System.nanoTime();
            long used = used();
            var verdicts = engine.scan(fleet);
            best = Math.min(best, seconds(start));
            processor = Math.min(processor, (used() - used) / 1e9);
            found =
                    verdicts.count(
                            engine.policies().getFirst().key(), ComplianceState.NON_COMPLIANT);
            if (found != floor.count(rule)) {
                throw new IllegalStateException(
                        "%d, by hand %d".formatted(found, floor.count(rule)));
            }
        }
        double after = handWritten(floor);
        System.out.printf(
                Locale.ROOT,
                "P8: a rule never seen, %d match: %.1f ms (%.1f of processor); by hand %.1f and %.1f: %.0f %%%n",
                found,
                best * 1e3,
                processor * 1e3,
                before * 1e3,
                after * 1e3,
                100 * Math.min(before, after) / best);
    }

    private static double handWritten(HandWritten floor) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 4 * ROUNDS; round++) {
            long start = System.nanoTime();
            floor.count(MachineRules.Unseen.of(round));
            best = Math.min(best, seconds(start));
        }
        return best;
    }

    /// What this thread has used of a processor, in nanoseconds: on a loaded machine steadier than the clock.
    private static long used() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void changed(PolicyEngine engine, AuditedFleet fleet) {
        var state = FleetState.scanned(engine, fleet.machines());
        List<Double> times = new ArrayList<>();
        List<Double> processor = new ArrayList<>();
        for (int i = 0; i < CHANGES; i++) {
            var next = state.snapshot().with(List.of(fleet.changed(i)), Set.of(), AuditedFleet.NOW);
            long start = System.nanoTime();
            long used = used();
            var again = Reevaluation.of(state, engine, next);
            times.add(seconds(start) * 1e3);
            processor.add((used() - used) / 1e6);
            state = again.state();
        }
        times.sort(null);
        processor.sort(null);
        System.out.printf(
                Locale.ROOT,
                "P9: one changed machine under %d rules: median %.2f ms, best %.2f ms; of processor median %.2f ms%n",
                engine.policies().size(),
                times.get(times.size() / 2),
                times.getFirst(),
                processor.get(processor.size() / 2));
    }

    /// Resource-rules a second of the plain interpreter.
    private static double peer(List<String> conditions, List<Dynamic> sample) throws Exception {
        var rules = parsed(conditions);
        var documents = parsed(sample.stream().map(Json::write).toList());
        long held = 0;
        long start = System.nanoTime();
        for (var rule : rules) {
            for (var document : documents) {
                held += PlainInterpreter.test(rule, document) ? 1 : 0;
            }
        }
        double rate = (double) rules.size() * documents.size() / seconds(start);
        if (held < 0) {
            throw new IllegalStateException("nothing is counted below zero");
        }
        return rate;
    }

    /// Resource-rules a second of JsonLogic over the whole sample, each rule met once before; of many rules so few, evenly, that it ends within minutes. What differs from the
    /// plain interpreter stops the run.
    private static double jsonLogic(List<String> conditions, List<Dynamic> sample)
            throws Exception {
        int step =
                (int) Math.max(1, (long) conditions.size() * sample.size() / JSON_LOGIC_DECISIONS);
        List<String> some = new ArrayList<>();
        for (int i = 0; i < conditions.size(); i += step) {
            some.add(conditions.get(i));
        }
        var rules = parsed(some);
        var documents = parsed(sample.stream().map(Json::write).toList());
        var mapper = new ObjectMapper();
        List<Map<String, Object>> maps = new ArrayList<>();
        for (var document : documents) {
            maps.add(mapper.convertValue(document, new TypeReference<Map<String, Object>>() {}));
        }
        var peer = new JsonLogicPeer(rules);
        for (int rule = 0; rule < peer.size(); rule++) {
            if (peer.test(rule, maps.getFirst())
                    != PlainInterpreter.test(rules.get(rule), documents.getFirst())) {
                throw new IllegalStateException("JsonLogic decides otherwise: " + rules.get(rule));
            }
        }
        long held = 0;
        long start = System.nanoTime();
        for (int rule = 0; rule < peer.size(); rule++) {
            for (var map : maps) {
                held += peer.test(rule, map) ? 1 : 0;
            }
        }
        double rate = (double) peer.size() * maps.size() / seconds(start);
        long plain = 0;
        for (var rule : rules) {
            for (var document : documents) {
                plain += PlainInterpreter.test(rule, document) ? 1 : 0;
            }
        }
        if (held != plain) {
            throw new IllegalStateException("JsonLogic %d, plain %d".formatted(held, plain));
        }
        System.out.printf(
                Locale.ROOT,
                "JsonLogic: %d rules over %d machines of the sample, %d hold, as by the plain interpreter%n",
                rules.size(),
                sample.size(),
                held);
        return rate;
    }

    private static List<JsonNode> parsed(List<String> texts) throws Exception {
        var mapper = new ObjectMapper();
        List<JsonNode> all = new ArrayList<>();
        for (var text : texts) {
            all.add(mapper.readTree(text));
        }
        return all;
    }

    /// The scan, the row-wise engine and the peer count the same.
    private static void equal(PolicyEngine engine, List<String> conditions, AuditedFleet fleet)
            throws Exception {
        var snapshot = fleet.sampled();
        var columns = engine.scan(snapshot);
        var rows = engine.scanRowByRow(snapshot);
        var rules = parsed(conditions);
        var documents = parsed(fleet.sample().stream().map(Json::write).toList());
        for (int i = 0; i < rules.size(); i++) {
            var key = engine.policies().get(i).key();
            int found = columns.count(key, ComplianceState.NON_COMPLIANT);
            var rule = rules.get(i);
            long plain = documents.stream().filter(d -> PlainInterpreter.test(rule, d)).count();
            if (found != rows.count(key, ComplianceState.NON_COMPLIANT) || found != plain) {
                throw new IllegalStateException(
                        "rule %d: columns %d, rows %d, plain %d"
                                .formatted(
                                        i,
                                        found,
                                        rows.count(key, ComplianceState.NON_COMPLIANT),
                                        plain));
            }
        }
        System.out.printf(
                Locale.ROOT, "columns, rows and the plain interpreter agree on the sample%n");
    }

    /// Bitmaps that definitions share count once.
    private static long size(Verdicts verdicts) {
        Set<RoaringBitmap> all = Collections.newSetFromMap(new IdentityHashMap<>());
        for (var key : verdicts.keys()) {
            all.add(verdicts.of(key).records());
            all.addAll(verdicts.of(key).others().values());
        }
        return all.stream().mapToLong(RoaringBitmap::getLongSizeInBytes).sum();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
