package io.muster.service.http.arm;

import io.muster.simulator.estate.StateLimits;
import java.time.Duration;

/// What the simulated Azure's own endpoints take.
///
/// @param state of a state that is imported
/// @param forks that live at once beside the original
/// @param step of the clock at once
public record SimulatorLimits(StateLimits state, int forks, Duration step) {
    public static final SimulatorLimits DEFAULT =
            new SimulatorLimits(StateLimits.DEFAULT, 8, Duration.ofDays(3660));

    public SimulatorLimits {
        if (forks < 0 || step.isNegative()) {
            throw new IllegalArgumentException("limits must not be negative");
        }
    }
}
