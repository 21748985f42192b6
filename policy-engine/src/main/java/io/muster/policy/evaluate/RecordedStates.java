package io.muster.policy.evaluate;

import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The states that resources have under one definition in force, by ordinal. Immutable; bitmaps handed out are not to be written.
///
/// Kept as the resources that have a record at all, a set that definitions about the same resources share, and those among them that are not Compliant: half of
/// what a bitmap for each state would take. A few resources that turned since are kept beside it, so that one turn copies no bitmap of a fleet.
public final class RecordedStates {
    /// With more turns than this beside them the bitmaps are written anew.
    private static final int MAX_TURNED = 64;

    public static final RecordedStates NONE = of(Map.of());

    private final RoaringBitmap records;
    private final Map<ComplianceState, RoaringBitmap> others;

    /// States that count in place of those of the bitmaps; empty for no record any more.
    private final SortedMap<Integer, Optional<ComplianceState>> turned;

    /// The states that any of those have.
    private final Set<ComplianceState> turnedTo;

    private RecordedStates(
            RoaringBitmap records,
            Map<ComplianceState, RoaringBitmap> others,
            SortedMap<Integer, Optional<ComplianceState>> turned) {
        this.records = records;
        this.others = others;
        this.turned = turned;
        this.turnedTo = EnumSet.noneOf(ComplianceState.class);
        turned.values().forEach(state -> state.ifPresent(turnedTo::add));
    }

    /// One bitmap a state; no two have a resource in common.
    public static RecordedStates of(Map<ComplianceState, RoaringBitmap> states) {
        var records = new RoaringBitmap();
        states.values().forEach(records::or);
        return of(records, states);
    }

    /// @param records every resource that has a record; not written, and may be shared
    /// @param others the states of those that are not Compliant, within `records`; a bitmap of Compliant is passed over
    public static RecordedStates of(
            RoaringBitmap records, Map<ComplianceState, RoaringBitmap> others) {
        var kept = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        others.forEach((state, bitmap) -> {
            if (state != ComplianceState.COMPLIANT && !bitmap.isEmpty()) {
                kept.put(state, bitmap);
            }
        });
        return new RecordedStates(records, kept, Collections.emptySortedMap());
    }

    /// Every resource that has a record.
    public RoaringBitmap records() {
        return settled().records;
    }

    /// The resources whose state is not Compliant, by state; none is empty.
    public Map<ComplianceState, RoaringBitmap> others() {
        return Collections.unmodifiableMap(settled().others);
    }

    /// The resources in that state.
    public RoaringBitmap of(ComplianceState state) {
        var settled = settled();
        if (state != ComplianceState.COMPLIANT) {
            return settled.others.getOrDefault(state, new RoaringBitmap());
        }
        var compliant = settled.records.clone();
        settled.others.values().forEach(compliant::andNot);
        return compliant;
    }

    public boolean isEmpty(ComplianceState state) {
        if (state != ComplianceState.COMPLIANT
                && !others.containsKey(state)
                && !turnedTo.contains(state)) {
            return true;
        }
        return count(state) == 0;
    }

    public int count(ComplianceState state) {
        int count = 0;
        if (state == ComplianceState.COMPLIANT) {
            count = records.getCardinality();
            for (var other : others.values()) {
                count -= other.getCardinality();
            }
        } else {
            var bitmap = others.get(state);
            count = bitmap == null ? 0 : bitmap.getCardinality();
        }
        for (var turn : turned.entrySet()) {
            count -= settledAt(turn.getKey()) == state ? 1 : 0;
            count += turn.getValue().orElse(null) == state ? 1 : 0;
        }
        return count;
    }

    /// The state of a resource; empty when it has no record.
    public Optional<ComplianceState> at(int ordinal) {
        var turn = turned.get(ordinal);
        return turn != null ? turn : Optional.ofNullable(settledAt(ordinal));
    }

    private @Nullable ComplianceState settledAt(int ordinal) {
        if (!records.contains(ordinal)) {
            return null;
        }
        for (var entry : others.entrySet()) {
            if (entry.getValue().contains(ordinal)) {
                return entry.getKey();
            }
        }
        return ComplianceState.COMPLIANT;
    }

    /// The same with other states of some resources; empty for none.
    public RecordedStates with(Map<Integer, Optional<ComplianceState>> turns) {
        if (turns.isEmpty()) {
            return this;
        }
        var all = new TreeMap<>(turned);
        all.putAll(turns);
        var changed = new RecordedStates(records, others, all);
        return all.size() > MAX_TURNED ? changed.settled() : changed;
    }

    /// The same with nothing beside the bitmaps.
    private RecordedStates settled() {
        if (turned.isEmpty()) {
            return this;
        }
        // Where none came or went the set stays the one that is shared.
        boolean same =
                turned.entrySet().stream()
                        .allMatch(turn ->
                                records.contains(turn.getKey()) == turn.getValue().isPresent());
        var all = same ? records : records.clone();
        var states = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        others.forEach((state, bitmap) -> states.put(state, bitmap.clone()));
        turned.forEach((ordinal, now) -> {
            states.values().forEach(bitmap -> bitmap.remove(ordinal));
            now.ifPresent(
                    state -> states.computeIfAbsent(state, _ -> new RoaringBitmap()).add(ordinal));
            if (!same && now.isPresent()) {
                all.add(ordinal);
            } else if (!same) {
                all.remove(ordinal);
            }
        });
        return of(all, states);
    }
}
