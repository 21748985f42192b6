package io.muster.service.http.route;

import io.muster.service.http.errors.ArmException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Work that only some callers can do at once: the others wait in the order they came, each as long as is said, and are then refused with 429. Safe for many threads.
public final class Turns {
    private final Semaphore turns;
    private final Duration maxWait;
    private final String code;
    private final String message;

    /// @param width how many work at once
    /// @param message with `%s` for how long was waited
    public Turns(int width, Duration maxWait, String code, String message) {
        this.turns = new Semaphore(width, true);
        this.maxWait = maxWait;
        this.code = code;
        this.message = message;
    }

    /// What is done in a turn.
    ///
    /// @param <E> what it throws beside refusals
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T work() throws ArmException, E;
    }

    /// @throws ArmException 429 when no turn came in time
    public <T, E extends Exception> T take(Work<T, E> work) throws ArmException, E {
        boolean mine = false;
        try {
            mine = turns.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!mine) {
            throw new ArmException(429, code, message.formatted(maxWait));
        }
        try {
            return work.work();
        } finally {
            turns.release();
        }
    }
}
