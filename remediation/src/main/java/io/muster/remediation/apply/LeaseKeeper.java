package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Prolongs a lease for as long as work goes on, beside it: planning many machines, writing all their lines, reading them again or a gate's query may take longer than
/// a lease. The wait is for real time, whatever the work's own clock says. Closing gives nothing back. Safe for many threads.
///
/// Whether the lease was lost is for the work to find out: the store takes nothing of who does not hold it, and before an act that no store refuses [#check] is asked.
public final class LeaseKeeper implements AutoCloseable {
    private final ResourceId what;
    private final Prolonging lease;
    private final Pacer pacer;
    private final Duration leaseFor;
    private final CountDownLatch over = new CountDownLatch(1);

    // Guarded by this.
    private Instant heldUntil;

    // Guarded by this: by the machine's counter.
    private long heldSince = System.nanoTime();

    private volatile boolean lost;

    /// How a store prolongs a lease.
    @FunctionalInterface
    public interface Prolonging {
        /// @return false when the lease is not held any longer
        boolean by(Duration leaseFor);
    }

    private LeaseKeeper(
            ResourceId what, Prolonging lease, Pacer pacer, Duration leaseFor, Instant heldUntil) {
        this.what = what;
        this.lease = lease;
        this.pacer = pacer;
        this.leaseFor = leaseFor;
        this.heldUntil = heldUntil;
    }

    /// Keeps a task's lease.
    ///
    /// @param owner who holds the lease
    /// @param heldUntil by our own clock, from before it was taken
    public static LeaseKeeper start(
            RemediationLedger ledger,
            ResourceId task,
            String owner,
            Pacer pacer,
            Duration leaseFor,
            Instant heldUntil) {
        return start(task, by -> ledger.prolong(task, owner, by), pacer, leaseFor, heldUntil);
    }

    /// Keeps any lease.
    ///
    /// @param what it is about
    /// @param heldUntil by our own clock, from before it was taken
    public static LeaseKeeper start(
            ResourceId what, Prolonging lease, Pacer pacer, Duration leaseFor, Instant heldUntil) {
        var keeper = new LeaseKeeper(what, lease, pacer, leaseFor, heldUntil);
        Thread.ofVirtual().name("lease of " + what.name()).start(keeper::run);
        return keeper;
    }

    private void run() {
        boolean held = true;
        while (held) {
            try {
                if (over.await(leaseFor.toMillis() / 4 + 1, TimeUnit.MILLISECONDS)) {
                    return;
                }
                held = prolong();
            } catch (InterruptedException nobodyDoes) {
                return;
            } catch (RuntimeException fault) {
                // The store does not answer: the work meets the same fault with its next line, and
                // the next prolonging may come in time.
                held = true;
            }
        }
    }

    /// Returns when nobody else can have taken the lease. While half of it is left, nobody need be asked; a process that stood still, be it stopped or swept by its
    /// collector, finds less and asks the store. How much is left tell our clock and the machine's counter, whichever has gone on further: a clock may be set back,
    /// and a counter stands still while the machine sleeps. What others' clocks say does not matter, for the store has one of its own.
    ///
    /// @throws LeaseLostException when it was lost
    public void check() {
        if (!lost && isHalfLeft()) {
            return;
        }
        if (!prolong()) {
            throw new LeaseLostException(what);
        }
    }

    private boolean prolong() {
        if (lost) {
            return false;
        }
        // Looked at before the store is asked: to stand still in between makes it no longer.
        var until = pacer.instant().plus(leaseFor);
        long since = System.nanoTime();
        if (!lease.by(leaseFor)) {
            lost = true;
            return false;
        }
        held(until, since);
        return true;
    }

    private synchronized boolean isHalfLeft() {
        var half = leaseFor.dividedBy(2);
        return Duration.between(pacer.instant(), heldUntil).compareTo(half) >= 0
                && System.nanoTime() - heldSince <= half.toNanos();
    }

    private synchronized void held(Instant until, long since) {
        if (since - heldSince > 0) {
            heldUntil = until;
            heldSince = since;
        }
    }

    @Override
    public void close() {
        over.countDown();
    }
}
