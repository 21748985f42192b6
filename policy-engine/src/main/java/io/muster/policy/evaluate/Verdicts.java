package io.muster.policy.evaluate;

import io.muster.policy.compile.PolicyKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;

/// The states of a scan: for each definition in force and state, the ordinals of the resources that have it. A resource in no bitmap of a definition has no
/// record there. Immutable; bitmaps handed out are not to be written.
public final class Verdicts {
    private final long snapshotVersion;

    /// In their order.
    private final Set<PolicyKey> keys;

    private final Map<PolicyKey, RecordedStates> states;

    public Verdicts(
            long snapshotVersion, Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states) {
        this(snapshotVersion, new TreeSet<>(states.keySet()), recorded(states));
    }

    private Verdicts(
            long snapshotVersion, Set<PolicyKey> keys, Map<PolicyKey, RecordedStates> states) {
        this.snapshotVersion = snapshotVersion;
        this.keys = Collections.unmodifiableSet(keys);
        this.states = states;
    }

    public static Verdicts of(long snapshotVersion, Map<PolicyKey, RecordedStates> states) {
        return new Verdicts(snapshotVersion, new TreeSet<>(states.keySet()), new HashMap<>(states));
    }

    private static Map<PolicyKey, RecordedStates> recorded(
            Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states) {
        Map<PolicyKey, RecordedStates> recorded = new HashMap<>();
        states.forEach((key, bitmaps) -> recorded.put(key, RecordedStates.of(bitmaps)));
        return recorded;
    }

    /// The same of a later snapshot, with other states under some definitions.
    public Verdicts with(long version, Map<PolicyKey, RecordedStates> changed) {
        if (changed.isEmpty()) {
            return new Verdicts(version, keys, states);
        }
        Map<PolicyKey, RecordedStates> all = new HashMap<>(states);
        all.putAll(changed);
        return all.size() == states.size()
                ? new Verdicts(version, keys, all)
                : new Verdicts(version, new TreeSet<>(all.keySet()), all);
    }

    /// The version of the snapshot that was judged.
    public long snapshotVersion() {
        return snapshotVersion;
    }

    public Set<PolicyKey> keys() {
        return keys;
    }

    /// The states under one definition in force.
    public RecordedStates of(PolicyKey key) {
        return states.getOrDefault(key, RecordedStates.NONE);
    }

    /// The ordinals of the resources in that state.
    public RoaringBitmap of(PolicyKey key, ComplianceState state) {
        return of(key).of(state);
    }

    public int count(PolicyKey key, ComplianceState state) {
        return of(key).count(state);
    }

    /// The state of a resource; empty when it has no record.
    public Optional<ComplianceState> state(PolicyKey key, int ordinal) {
        return of(key).at(ordinal);
    }

    /// One record of a scan.
    public record Entry(PolicyKey key, int ordinal, ComplianceState state) {}

    /// Every record, by key, then state, then ordinal.
    public void forEach(Consumer<Entry> action) {
        for (var key : keys) {
            for (var state : ComplianceState.values()) {
                of(key, state)
                        .forEach((int ordinal) -> action.accept(new Entry(key, ordinal, state)));
            }
        }
    }

    /// The distinct resources by their rolled-up state over some definitions in force: each counts once, under the state that wins.
    public Map<ComplianceState, RoaringBitmap> rollUp(Iterable<PolicyKey> keys) {
        var result = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        var decided = new RoaringBitmap();
        List<PolicyKey> all = new ArrayList<>();
        keys.forEach(all::add);
        for (var state : ComplianceState.values()) {
            var here = new RoaringBitmap();
            for (var key : all) {
                here.or(of(key, state));
            }
            here.andNot(decided);
            decided.or(here);
            if (!here.isEmpty()) {
                result.put(state, here);
            }
        }
        return result;
    }

    /// The rolled-up counts over some definitions in force.
    public Compliance compliance(Iterable<PolicyKey> keys) {
        var counts = new EnumMap<ComplianceState, Integer>(ComplianceState.class);
        rollUp(keys).forEach((state, bitmap) -> counts.put(state, bitmap.getCardinality()));
        return new Compliance(counts);
    }

    /// What differs from an earlier scan: records that are new or changed, and records that are gone.
    public List<Change> since(Verdicts earlier) {
        List<Change> changes = new ArrayList<>();
        var all = new TreeSet<>(keys);
        all.addAll(earlier.keys);
        for (var key : all) {
            for (var state : ComplianceState.values()) {
                var had = earlier.of(key, state);
                var has = of(key, state);
                var gained = RoaringBitmap.andNot(has, had);
                var lost = RoaringBitmap.andNot(had, has);
                if (!gained.isEmpty() || !lost.isEmpty()) {
                    changes.add(new Change(key, state, gained, lost));
                }
            }
        }
        return changes;
    }

    /// A state's gains and losses between two scans.
    public record Change(
            PolicyKey key, ComplianceState state, RoaringBitmap gained, RoaringBitmap lost) {}
}
