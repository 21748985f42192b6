package io.muster.policy.incremental;

import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.ModifyConflicts;
import io.muster.policy.evaluate.PolicyJudge;
import io.muster.policy.evaluate.RecordedStates;
import io.muster.policy.evaluate.SnapshotSurroundings;
import io.muster.policy.evaluate.Verdicts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// A finished scan brought up to what is there now: only verdicts that something touched are decided again. The verdicts equal those of a full scan.
///
/// @param state the verdicts that hold now
/// @param changes every verdict that turned, by definition in force and then cause
/// @param judged verdicts decided one by one
/// @param scanned definitions in force that were judged over the whole snapshot
public record Reevaluation(
        FleetState state, List<VerdictChange> changes, long judged, int scanned) {
    /// Above so many resources the columns of the whole snapshot are quicker than their documents one by one.
    private static final int MANY = 2_000;

    public Reevaluation {
        changes = List.copyOf(changes);
    }

    /// @param snapshot a later one of the lineage of the earlier's, or the same
    public static Reevaluation of(FleetState earlier, PolicyEngine engine, Snapshot snapshot) {
        return new Run(earlier, engine, snapshot).run();
    }

    /// A full scan, where nothing is known of an earlier one but its verdicts, as after a restart. What turned has the cause [Cause#SCAN].
    public static Reevaluation scanned(Verdicts earlier, PolicyEngine engine, Snapshot snapshot) {
        var state = FleetState.scanned(engine, snapshot);
        var changes = new Changes();
        var keys = new TreeSet<>(earlier.keys());
        keys.addAll(state.verdicts().keys());
        for (var key : keys) {
            changes.compare(key, earlier, state.verdicts(), _ -> Cause.SCAN);
        }
        return new Reevaluation(state, changes.all(), 0, engine.policies().size());
    }

    private static final class Run {
        private final FleetState earlier;
        private final PolicyEngine engine;
        private final Snapshot snapshot;
        private final Instant now;

        /// Whether the earlier verdicts are of exactly the definitions that are in force.
        private final boolean samePolicies;

        private final PolicyJudge judge;
        private final Map<Integer, Optional<PolicyJudge.Subject>> subjects = new HashMap<>();

        /// Each definition's own, without conflicts between them, where something may have turned.
        private final Map<PolicyKey, RecordedStates> states = new HashMap<>();

        private final Changes changes = new Changes();
        private long judged;

        Run(FleetState earlier, PolicyEngine engine, Snapshot snapshot) {
            this.earlier = earlier;
            this.engine = engine;
            this.snapshot = snapshot;
            this.now = engine.now();
            this.samePolicies =
                    earlier.engine().hasSamePolicies(engine)
                            && earlier.verdicts().keys().size() == engine.policies().size();
            this.judge = engine.judge(new SnapshotSurroundings(snapshot), now);
        }

        Reevaluation run() {
            var search = new DirtySearch(earlier, engine, snapshot, now);
            var whole = new HashMap<PolicyKey, Dirty>();
            var contested = new HashMap<PolicyKey, Dirty>();
            var toScan = new ArrayList<AssignedPolicy>();
            var policies = engine.policies();
            for (int i = 0; i < policies.size(); i++) {
                var policy = policies.get(i);
                var dirty = search.of(policy, engine.reads().get(i));
                var before = earlier.verdicts().of(policy.key());
                boolean isContested = isContested(policy.key(), before);
                if (isContested) {
                    contested.put(policy.key(), dirty);
                }
                if (dirty.isAll() || dirty.union().getCardinality() > MANY) {
                    whole.put(policy.key(), dirty);
                    toScan.add(policy);
                } else {
                    judge(policy, ModifyConflicts.unmarked(before), dirty, isContested);
                }
            }
            if (!toScan.isEmpty()) {
                states.putAll(engine.scan(snapshot, toScan, now));
            }
            contested.keySet().forEach(key -> states.computeIfAbsent(key, this::had));
            var verdicts = verdicts();
            whole.forEach((key, dirty) -> {
                if (!contested.containsKey(key)) {
                    changes.compare(key, earlier.verdicts(), verdicts, dirty::causeOf);
                }
            });
            contested.forEach((key, dirty) ->
                    changes.compare(
                            key,
                            earlier.verdicts(),
                            verdicts,
                            ordinal -> cause(key, dirty, ordinal, contested)));
            if (!samePolicies) {
                for (var key : earlier.verdicts().keys()) {
                    if (engine.policy(key).isEmpty()) {
                        changes.compare(key, earlier.verdicts(), verdicts, _ -> Cause.POLICY);
                    }
                }
            }
            return new Reevaluation(
                    new FleetState(engine, snapshot, verdicts, now),
                    changes.all(),
                    judged,
                    toScan.size());
        }

        /// The earlier verdicts with what turned; where definitions came or went, only what is in force.
        private Verdicts verdicts() {
            var marked = engine.conflicts().mark(states, snapshot::resource);
            boolean sameKeys =
                    samePolicies
                            || (earlier.verdicts().keys().size() == engine.policies().size()
                                    && earlier.verdicts().keys().stream()
                                            .allMatch(key -> engine.policy(key).isPresent()));
            if (sameKeys) {
                return earlier.verdicts().with(snapshot.version(), marked);
            }
            var all = new HashMap<>(marked);
            for (var policy : engine.policies()) {
                all.computeIfAbsent(policy.key(), this::had);
            }
            return Verdicts.of(snapshot.version(), all);
        }

        private RecordedStates had(PolicyKey key) {
            return ModifyConflicts.unmarked(earlier.verdicts().of(key));
        }

        /// Whether the verdicts depend on those of another definition in force, now or before.
        private boolean isContested(PolicyKey key, RecordedStates before) {
            return !engine.conflicts().of(key).isEmpty()
                    || !before.isEmpty(ComplianceState.CONFLICT);
        }

        /// Its own cause, else that of one it conflicts with; a conflict that ended otherwise ended with the other definition.
        private Cause cause(
                PolicyKey key, Dirty dirty, int ordinal, Map<PolicyKey, Dirty> contested) {
            if (dirty.contains(ordinal)) {
                return dirty.causeOf(ordinal);
            }
            for (var other : engine.conflicts().of(key)) {
                var theirs = contested.get(other);
                if (theirs != null && theirs.contains(ordinal)) {
                    return theirs.causeOf(ordinal);
                }
            }
            return Cause.POLICY;
        }

        private void judge(
                AssignedPolicy policy, RecordedStates had, Dirty dirty, boolean contested) {
            var key = policy.key();
            var turned = new TreeMap<Integer, Optional<ComplianceState>>();
            dirty.union()
                    .forEach((int ordinal) -> {
                        var before = had.at(ordinal);
                        var has = state(policy, ordinal);
                        judged++;
                        if (!before.equals(has)) {
                            turned.put(ordinal, has);
                            if (!contested) {
                                changes.add(
                                        key,
                                        dirty.causeOf(ordinal),
                                        before.orElse(null),
                                        has.orElse(null),
                                        ordinal);
                            }
                        }
                    });
            if (!turned.isEmpty()) {
                states.put(key, had.with(turned));
            }
        }

        private Optional<ComplianceState> state(AssignedPolicy policy, int ordinal) {
            return subjects.computeIfAbsent(
                            ordinal, at -> snapshot.resource(at).flatMap(judge::subject))
                    .flatMap(subject -> judge.state(policy, subject));
        }
    }

    /// Gathers single turns into bitmaps.
    private static final class Changes {
        private record Turn(
                PolicyKey key,
                Cause cause,
                @Nullable ComplianceState from,
                @Nullable ComplianceState to) {}

        private final Map<Turn, RoaringBitmap> bitmaps = new HashMap<>();

        void add(
                PolicyKey key,
                Cause cause,
                @Nullable ComplianceState from,
                @Nullable ComplianceState to,
                int ordinal) {
            bitmaps.computeIfAbsent(new Turn(key, cause, from, to), _ -> new RoaringBitmap())
                    .add(ordinal);
        }

        /// Adds what differs under one definition in force.
        void compare(PolicyKey key, Verdicts before, Verdicts after, IntFunction<Cause> causeOf) {
            for (var from : ComplianceState.values()) {
                RoaringBitmap.andNot(before.of(key, from), after.of(key, from))
                        .forEach((int ordinal) ->
                                add(
                                        key,
                                        causeOf.apply(ordinal),
                                        from,
                                        after.state(key, ordinal).orElse(null),
                                        ordinal));
            }
            var had = new RoaringBitmap();
            for (var from : ComplianceState.values()) {
                had.or(before.of(key, from));
            }
            for (var to : ComplianceState.values()) {
                RoaringBitmap.andNot(after.of(key, to), had)
                        .forEach((int ordinal) ->
                                add(key, causeOf.apply(ordinal), null, to, ordinal));
            }
        }

        List<VerdictChange> all() {
            var all = new ArrayList<VerdictChange>();
            bitmaps.forEach((turn, resources) ->
                    all.add(
                            new VerdictChange(
                                    turn.key(), turn.cause(), turn.from(), turn.to(), resources)));
            all.sort(
                    Comparator.comparing(VerdictChange::key)
                            .thenComparing(VerdictChange::cause)
                            .thenComparing(change -> String.valueOf(change.from()))
                            .thenComparing(change -> String.valueOf(change.to())));
            return all;
        }
    }
}
