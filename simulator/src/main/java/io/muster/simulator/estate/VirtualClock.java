package io.muster.simulator.estate;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The simulated Azure's time: runs with another clock from a chosen start, and can be stepped forward. Thread-safe.
public final class VirtualClock implements InstantSource {
    private final InstantSource driver;
    private final Instant driverStart;
    private volatile Instant start;

    /// @param driver what makes time pass between steps; a fixed one stands still
    public VirtualClock(Instant start, InstantSource driver) {
        this.driver = driver;
        this.driverStart = driver.instant();
        this.start = start;
    }

    /// A clock that moves by steps alone.
    public static VirtualClock stepped(Instant start) {
        return new VirtualClock(start, InstantSource.fixed(start));
    }

    /// A clock that begins at that time and passes as this one does between steps.
    public VirtualClock beginning(Instant at) {
        return new VirtualClock(at, driver);
    }

    @Override
    public Instant instant() {
        return start.plus(Duration.between(driverStart, driver.instant()));
    }

    public synchronized void step(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + by);
        }
        start = start.plus(by);
    }
}
