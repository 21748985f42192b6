package io.muster.policy.evaluate;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
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

    private final Turns turned;

    private RecordedStates(
            RoaringBitmap records, Map<ComplianceState, RoaringBitmap> others, Turns turned) {
        this.records = records;
        this.others = others;
        this.turned = turned;
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
        return new RecordedStates(records, kept, Turns.NONE);
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
                && !turned.has(state)) {
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
        for (int i = 0; i < turned.size(); i++) {
            count -= settledAt(turned.ordinal(i)) == state ? 1 : 0;
            count += turned.state(i) == state ? 1 : 0;
        }
        return count;
    }

    /// The state of a resource; empty when it has no record.
    public Optional<ComplianceState> at(int ordinal) {
        int turn = turned.find(ordinal);
        return Optional.ofNullable(turn >= 0 ? turned.state(turn) : settledAt(ordinal));
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
        var all = turned.with(turns);
        var changed = new RecordedStates(records, others, all);
        return all.size() > MAX_TURNED ? changed.settled() : changed;
    }

    /// The same with nothing beside the bitmaps.
    private RecordedStates settled() {
        if (turned.isEmpty()) {
            return this;
        }
        // Where none came or went the set stays the one that is shared.
        boolean same = true;
        for (int i = 0; i < turned.size() && same; i++) {
            same = records.contains(turned.ordinal(i)) == (turned.state(i) != null);
        }
        var all = same ? records : records.clone();
        var states = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        others.forEach((state, bitmap) -> states.put(state, bitmap.clone()));
        for (int i = 0; i < turned.size(); i++) {
            int ordinal = turned.ordinal(i);
            var now = turned.state(i);
            states.values().forEach(bitmap -> bitmap.remove(ordinal));
            if (now != null) {
                states.computeIfAbsent(now, _ -> new RoaringBitmap()).add(ordinal);
            }
            if (!same && now != null) {
                all.add(ordinal);
            } else if (!same) {
                all.remove(ordinal);
            }
        }
        return of(all, states);
    }

    /// States that count in place of those of the bitmaps. Asked for with every change under every definition, so in two arrays. Immutable.
    private static final class Turns {
        private static final Turns NONE = new Turns(new int[0], new ComplianceState[0]);

        /// Ascending.
        private final int[] ordinals;

        /// Null for no record any more.
        private final @Nullable ComplianceState[] states;

        private Turns(int[] ordinals, @Nullable ComplianceState[] states) {
            this.ordinals = ordinals;
            this.states = states;
        }

        int size() {
            return ordinals.length;
        }

        boolean isEmpty() {
            return ordinals.length == 0;
        }

        int ordinal(int index) {
            return ordinals[index];
        }

        /// Null for no record.
        @Nullable ComplianceState state(int index) {
            return states[index];
        }

        /// Negative when it did not turn.
        int find(int ordinal) {
            return Arrays.binarySearch(ordinals, ordinal);
        }

        boolean has(ComplianceState state) {
            for (var each : states) {
                if (each == state) {
                    return true;
                }
            }
            return false;
        }

        Turns with(Map<Integer, Optional<ComplianceState>> later) {
            int[] into = Arrays.copyOf(ordinals, ordinals.length + later.size());
            @Nullable ComplianceState[] to = Arrays.copyOf(states, into.length);
            int size = ordinals.length;
            for (var turn : later.entrySet()) {
                int at = Arrays.binarySearch(into, 0, size, turn.getKey());
                if (at < 0) {
                    at = -1 - at;
                    System.arraycopy(into, at, into, at + 1, size - at);
                    System.arraycopy(to, at, to, at + 1, size - at);
                    size++;
                }
                into[at] = turn.getKey();
                to[at] = turn.getValue().orElse(null);
            }
            return size == into.length
                    ? new Turns(into, to)
                    : new Turns(Arrays.copyOf(into, size), Arrays.copyOf(to, size));
        }
    }
}
