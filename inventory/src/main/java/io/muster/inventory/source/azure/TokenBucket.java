package io.muster.inventory.source.azure;

import io.muster.inventory.source.azure.Retrying.FailedRequestException;
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

    /// Azure told one caller to wait until then: the others need not ask to be told the same.
    private Instant held = Instant.MIN;

    private String heldBecause = "";

    /// @param perSecond 0 for no limit
    TokenBucket(int perSecond, InstantSource clock, Pause pause) {
        this.each = perSecond == 0 ? Duration.ZERO : Duration.ofNanos(1_000_000_000L / perSecond);
        this.burst = Duration.ofSeconds(10);
        this.clock = clock;
        this.pause = pause;
        this.free = clock.instant().minus(burst);
    }

    /// A wait that Azure asked for.
    void hold(Duration asked, String because) {
        lock.lock();
        try {
            var until = clock.instant().plus(asked);
            if (until.isAfter(held)) {
                held = until;
                heldBecause = because;
            }
        } finally {
            lock.unlock();
        }
    }

    /// @param most that anybody waits because Azure asked for it
    /// @throws FailedRequestException when that is longer: nothing is to be sent
    void take(Duration most) throws FailedRequestException, InterruptedException {
        pause(heldFor(most));
        if (!each.isZero()) {
            pause(turn());
        }
    }

    private Duration heldFor(Duration most) throws FailedRequestException {
        lock.lock();
        try {
            var now = clock.instant();
            if (!held.isAfter(now)) {
                return Duration.ZERO;
            }
            var wait = Duration.between(now, held);
            if (wait.compareTo(most) > 0) {
                throw new FailedRequestException(429, heldBecause, null, true);
            }
            return wait;
        } finally {
            lock.unlock();
        }
    }

    private Duration turn() {
        lock.lock();
        try {
            var now = clock.instant();
            var earliest = now.minus(burst);
            var mine = free.isBefore(earliest) ? earliest : free;
            free = mine.plus(each);
            return Duration.between(now, mine);
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration wait) throws InterruptedException {
        if (wait.isPositive()) {
            pause.of(wait);
        }
    }
}
