package io.muster.inventory.source.azure;

import java.time.Duration;

/// Waits. Tests wait in no time.
@FunctionalInterface
public interface Pause {
    Pause SLEEP = Thread::sleep;

    void of(Duration time) throws InterruptedException;
}
