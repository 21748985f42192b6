package io.muster.remediation;

import io.muster.remediation.apply.Pacer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/// Time that passes by being waited for.
final class FakePacer implements Pacer {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /// Runs whenever time is waited for.
    volatile Runnable hook = () -> {};

    private final AtomicLong millis = new AtomicLong();

    /// How often somebody looked at the clock.
    final AtomicLong looks = new AtomicLong();

    @Override
    public Instant instant() {
        looks.incrementAndGet();
        return START.plusMillis(millis.get());
    }

    @Override
    public void pause(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        millis.addAndGet(duration.toMillis());
        hook.run();
    }

    Duration passed() {
        return Duration.ofMillis(millis.get());
    }
}
