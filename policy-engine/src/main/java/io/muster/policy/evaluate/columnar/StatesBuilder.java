package io.muster.policy.evaluate.columnar;

import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.RecordedStates;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.RoaringBitmap;

/// Gathers the states under one definition in force, segment by segment. Confined to one thread.
public final class StatesBuilder {
    private final Shared shared;

    /// Resources with a record, by segment: bitmaps that definitions share.
    private final List<RoaringBitmap> parts = new ArrayList<>();

    private final Map<ComplianceState, RoaringBitmap> states = new EnumMap<>(ComplianceState.class);

    /// What the definitions of one scan have in common: those about the same resources of every segment have one bitmap of records between them.
    public static final class Shared {
        private final IdentityHashMap<RoaringBitmap, Integer> numbers = new IdentityHashMap<>();
        private final Map<List<Integer>, RoaringBitmap> unions = new HashMap<>();

        private RoaringBitmap union(List<RoaringBitmap> parts) {
            var key = new ArrayList<Integer>();
            parts.forEach(part -> key.add(numbers.computeIfAbsent(part, _ -> numbers.size())));
            return unions.computeIfAbsent(
                    key,
                    _ -> {
                        var union = new RoaringBitmap();
                        parts.forEach(union::or);
                        return union;
                    });
        }
    }

    public StatesBuilder(Shared shared) {
        this.shared = shared;
    }

    /// Resources of a segment that have a record: Compliant unless said otherwise. Not to be written any more.
    void records(RoaringBitmap ordinals) {
        parts.add(ordinals);
    }

    /// Resources in a state. The bitmap is taken over.
    void add(ComplianceState state, RoaringBitmap ordinals) {
        states.merge(state, ordinals, StatesBuilder::union);
    }

    /// One resource in a state.
    public void put(ComplianceState state, int ordinal) {
        states.computeIfAbsent(state, _ -> new RoaringBitmap()).add(ordinal);
    }

    private static RoaringBitmap union(RoaringBitmap had, RoaringBitmap more) {
        had.or(more);
        return had;
    }

    public RecordedStates build() {
        var records = shared.union(parts);
        boolean all = true;
        for (var ordinals : states.values()) {
            all &= records.contains(ordinals);
        }
        if (!all) {
            records = records.clone();
            for (var ordinals : states.values()) {
                records.or(ordinals);
            }
        }
        return RecordedStates.of(records, states);
    }
}
