package io.muster.policy.incremental;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.Verdicts;
import java.util.EnumSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReevaluationTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void afterEveryChangeTheVerdictsEqualThoseOfAFullScan(long seed) {
        var world = new World(seed);
        var state = FleetState.scanned(world.engine(), world.snapshot());
        var causes = EnumSet.noneOf(Cause.class);
        for (int step = 0; step < 120; step++) {
            String said = world.step();

            var again = Reevaluation.of(state, world.engine(), world.snapshot());

            var full = world.engine().scan(world.snapshot());
            assertThat(again.state().verdicts().since(full))
                    .as("seed %d, step %d: %s", seed, step, said)
                    .isEmpty();
            assertThat(turnedBack(again.state().verdicts(), again).since(state.verdicts()))
                    .as("seed %d, step %d: %s, taken back", seed, step, said)
                    .isEmpty();
            again.changes().forEach(change -> causes.add(change.cause()));
            state = again.state();
        }
        assertThat(causes).contains(Cause.RESOURCE, Cause.RELATED, Cause.TIME);
    }

    private static Verdicts turnedBack(Verdicts verdicts, Reevaluation step) {
        return VerdictHistory.before(verdicts, step.changes(), 0);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void aChangeOfOneResourceIsNotJudgedOverTheWholeFleet(long seed) {
        var world = new World(seed);
        var state = FleetState.scanned(world.engine(), world.snapshot());
        var judged = new TreeMap<String, Long>();
        for (int step = 0; step < 200; step++) {
            String said = world.step();
            var again = Reevaluation.of(state, world.engine(), world.snapshot());
            if (said.startsWith("put of") && said.contains("/virtualMachines/")) {
                judged.merge(
                        said.contains("/extensions/") ? "extension" : "machine",
                        again.judged() - world.engine().policies().size(),
                        Math::max);
            }
            state = again.state();
        }
        // The machine under every policy; the extension under every policy and its machine under
        // the one that looks there.
        assertThat(judged.get("machine")).isLessThanOrEqualTo(0);
        assertThat(judged.get("extension")).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {21})
    void whatTurnedIsToldOnceWithItsCause(long seed) {
        var world = new World(seed);
        var state = FleetState.scanned(world.engine(), world.snapshot());
        for (int step = 0; step < 100; step++) {
            world.step();
            var again = Reevaluation.of(state, world.engine(), world.snapshot());
            for (var change : again.changes()) {
                for (int ordinal : change.resources()) {
                    assertThat(stateOf(state.verdicts(), change.key(), ordinal))
                            .isEqualTo(change.from());
                    assertThat(stateOf(again.state().verdicts(), change.key(), ordinal))
                            .isEqualTo(change.to());
                }
            }
            state = again.state();
        }
    }

    private static @Nullable ComplianceState stateOf(
            Verdicts verdicts, PolicyKey key, int ordinal) {
        return verdicts.state(key, ordinal).orElse(null);
    }
}
