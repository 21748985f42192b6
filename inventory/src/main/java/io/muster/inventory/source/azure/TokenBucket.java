package io.muster.inventory.source.azure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/// Lets so many requests a second pass, after a burst of ten seconds' worth, and makes the others wait their turn. Thread-safe.
///
/// Azure Resource Manager's own buckets of reads hold 250 and fill by 25 a second, for each subscription and caller.
/// Source: azure/azure-resource-manager/management/request-limits-and-throttling.
final class TokenBucket {
    private final ReentrantLock lock = new ReentrantLock();
    private final Duration each;
    private final Duration burst;
    private final InstantSource clock;
    private final Pause pause;
    private Instant free;

    /// @param perSecond 0 for no limit
    TokenBucket(int perSecond, InstantSource clock, Pause pause) {
        this.each = perSecond == 0 ? Duration.ZERO : Duration.ofNanos(1_000_000_000L / perSecond);
        this.burst = Duration.ofSeconds(10);
        this.clock = clock;
        this.pause = pause;
        this.free = clock.instant().minus(burst);
    }

    void take() throws InterruptedException {
        if (each.isZero()) {
            return;
        }
        Duration wait;
        lock.lock();
        try {
            var now = clock.instant();
            var earliest = now.minus(burst);
            var mine = free.isBefore(earliest) ? earliest : free;
            free = mine.plus(each);
            wait = Duration.between(now, mine);
        } finally {
            lock.unlock();
        }
        if (wait.isPositive()) {
            pause.of(wait);
        }
    }
}
