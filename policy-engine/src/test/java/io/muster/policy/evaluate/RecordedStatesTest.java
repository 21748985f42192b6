package io.muster.policy.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.roaringbitmap.RoaringBitmap;

final class RecordedStatesTest {
    private static final int RESOURCES = 300;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void turnsAreWhatAMapOfStatesWouldHold(long seed) {
        var chance = new Random(seed);
        Map<Integer, ComplianceState> plain = new HashMap<>();
        var states = RecordedStates.NONE;
        for (int step = 0; step < 300; step++) {
            Map<Integer, Optional<ComplianceState>> turns = new HashMap<>();
            for (int i = chance.nextInt(4); i >= 0; i--) {
                turns.put(chance.nextInt(RESOURCES), any(chance));
            }
            var before = states;
            var copy = bitmaps(plain);

            states = states.with(turns);

            assertEqual(before, copy, seed, step);
            turns.forEach((ordinal, state) -> {
                plain.remove(ordinal);
                state.ifPresent(now -> plain.put(ordinal, now));
            });
            assertEqual(states, bitmaps(plain), seed, step);
            for (int ordinal = 0; ordinal < RESOURCES; ordinal++) {
                assertThat(states.at(ordinal)).isEqualTo(Optional.ofNullable(plain.get(ordinal)));
            }
        }
    }

    private static Optional<ComplianceState> any(Random chance) {
        List<ComplianceState> all = List.copyOf(EnumSet.allOf(ComplianceState.class));
        int state = chance.nextInt(all.size() + 1);
        return state == all.size() ? Optional.empty() : Optional.of(all.get(state));
    }

    private static void assertEqual(
            RecordedStates states,
            Map<ComplianceState, RoaringBitmap> expected,
            long seed,
            int step) {
        for (var state : ComplianceState.values()) {
            var bitmap = expected.getOrDefault(state, new RoaringBitmap());
            assertThat(states.of(state)).as("seed %d, step %d", seed, step).isEqualTo(bitmap);
            assertThat(states.count(state)).isEqualTo(bitmap.getCardinality());
            assertThat(states.isEmpty(state)).isEqualTo(bitmap.isEmpty());
        }
    }

    private static Map<ComplianceState, RoaringBitmap> bitmaps(Map<Integer, ComplianceState> of) {
        var all = new EnumMap<ComplianceState, RoaringBitmap>(ComplianceState.class);
        of.forEach((ordinal, state) ->
                all.computeIfAbsent(state, _ -> new RoaringBitmap()).add(ordinal));
        return all;
    }
}
