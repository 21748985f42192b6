package io.muster.policy.evaluate;

import io.muster.policy.compile.PolicyKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;

/// The states of a scan: for each definition in force and state, the ordinals of the resources that have it. A resource in no bitmap of a definition has no
/// record there. Immutable by convention: bitmaps handed out are not to be written.
public final class Verdicts {
    private final long snapshotVersion;
    private final Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states;

    public Verdicts(
            long snapshotVersion, Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states) {
        this.snapshotVersion = snapshotVersion;
        var copy = new TreeMap<PolicyKey, Map<ComplianceState, RoaringBitmap>>();
        states.forEach((key, bitmaps) -> copy.put(key, new EnumMap<>(withoutEmpty(bitmaps))));
        this.states = copy;
    }

    private static Map<ComplianceState, RoaringBitmap> withoutEmpty(
            Map<ComplianceState, RoaringBitmap> bitmaps) {
        var kept = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        bitmaps.forEach((state, bitmap) -> {
            if (!bitmap.isEmpty()) {
                kept.put(state, bitmap);
            }
        });
        return kept;
    }

    /// The version of the snapshot that was judged.
    public long snapshotVersion() {
        return snapshotVersion;
    }

    public Set<PolicyKey> keys() {
        return states.keySet();
    }

    /// The ordinals of the resources in that state.
    public RoaringBitmap of(PolicyKey key, ComplianceState state) {
        return states.getOrDefault(key, Map.of()).getOrDefault(state, new RoaringBitmap());
    }

    public int count(PolicyKey key, ComplianceState state) {
        return of(key, state).getCardinality();
    }

    /// The state of a resource; empty when it has no record.
    public Optional<ComplianceState> state(PolicyKey key, int ordinal) {
        for (var entry : states.getOrDefault(key, Map.of()).entrySet()) {
            if (entry.getValue().contains(ordinal)) {
                return Optional.of(entry.getKey());
            }
        }
        return Optional.empty();
    }

    /// One record of a scan.
    public record Entry(PolicyKey key, int ordinal, ComplianceState state) {}

    /// Every record, by key, then state, then ordinal.
    public void forEach(Consumer<Entry> action) {
        states.forEach((key, bitmaps) ->
                bitmaps.forEach((state, bitmap) ->
                        bitmap.forEach(
                                (int ordinal) -> action.accept(new Entry(key, ordinal, state)))));
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
        var keys = new TreeSet<>(states.keySet());
        keys.addAll(earlier.states.keySet());
        for (var key : keys) {
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
