package io.muster.policy.incremental;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.RecordedStates;
import io.muster.policy.evaluate.Verdicts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// Goes back in time by the changes of verdicts.
public final class VerdictHistory {
    private VerdictHistory() {}

    /// What one re-evaluation changed.
    ///
    /// @param version of the snapshot after it
    public record Step(Instant at, long version, List<VerdictChange> changes) {
        public Step {
            changes = List.copyOf(changes);
        }
    }

    /// Since when, and why, a resource has the state it has.
    public record Since(Instant at, Cause cause) {}

    /// The verdicts before some changes that led to these. Costs what was changed: definitions whose verdicts stayed are shared.
    ///
    /// @param changes later ones first, where they are of several steps
    /// @param version of the snapshot that they were about
    public static Verdicts before(Verdicts after, List<VerdictChange> changes, long version) {
        Map<PolicyKey, Undone> undone = new HashMap<>();
        for (var change : changes) {
            undone.computeIfAbsent(change.key(), key -> new Undone(after.of(key))).undo(change);
        }
        Map<PolicyKey, RecordedStates> states = HashMap.newHashMap(undone.size());
        undone.forEach((key, each) -> states.put(key, each.states()));
        return after.with(version, states);
    }

    /// The states under one definition on their way back.
    private static final class Undone {
        private final RoaringBitmap records;
        private final Map<ComplianceState, RoaringBitmap> others =
                new EnumMap<>(ComplianceState.class);

        Undone(RecordedStates after) {
            this.records = after.records().clone();
            after.others().forEach((state, resources) -> others.put(state, resources.clone()));
        }

        void undo(VerdictChange change) {
            var resources = change.resources();
            if (change.to() != null && others.get(change.to()) != null) {
                others.get(change.to()).andNot(resources);
            }
            if (change.from() == null) {
                records.andNot(resources);
                return;
            }
            records.or(resources);
            if (change.from() != ComplianceState.COMPLIANT) {
                others.computeIfAbsent(change.from(), _ -> new RoaringBitmap()).or(resources);
            }
        }

        RecordedStates states() {
            return RecordedStates.of(records, others);
        }
    }

    /// When the record of a resource last turned; empty when no step tells.
    ///
    /// @param steps newest first
    public static Optional<Since> since(Iterable<Step> steps, PolicyKey key, int ordinal) {
        for (var step : steps) {
            for (var change : step.changes()) {
                if (change.key().equals(key) && change.resources().contains(ordinal)) {
                    return Optional.of(new Since(step.at(), change.cause()));
                }
            }
        }
        return Optional.empty();
    }

    /// The last turn of every record, for asking about many. Immutable.
    public static final class LastTurns {
        private record Turn(Since since, @Nullable ComplianceState to, RoaringBitmap resources) {}

        private final Map<PolicyKey, List<Turn>> newestFirst = new HashMap<>();

        /// @param steps newest first
        public LastTurns(Iterable<Step> steps) {
            for (var step : steps) {
                for (var change : step.changes()) {
                    newestFirst
                            .computeIfAbsent(change.key(), _ -> new ArrayList<>())
                            .add(
                                    new Turn(
                                            new Since(step.at(), change.cause()),
                                            change.to(),
                                            change.resources()));
                }
            }
        }

        /// When the record of a resource last turned; empty when no step tells.
        public Optional<Since> of(PolicyKey key, int ordinal) {
            return last(key, ordinal).map(Turn::since);
        }

        /// The same for a record whose state is known: empty, too, when it last turned to another, so that this one was never recorded.
        public Optional<Since> of(PolicyKey key, int ordinal, ComplianceState state) {
            return last(key, ordinal).filter(turn -> turn.to() == state).map(Turn::since);
        }

        private Optional<Turn> last(PolicyKey key, int ordinal) {
            return newestFirst.getOrDefault(key, List.of()).stream()
                    .filter(turn -> turn.resources().contains(ordinal))
                    .findFirst();
        }
    }
}
