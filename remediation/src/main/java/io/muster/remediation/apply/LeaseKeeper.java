package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.RemediationLedger;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Prolongs a task's lease for as long as work goes on, beside it: planning many machines, writing all their lines or reading them again may take longer than a lease.
/// The wait is for real time, whatever the work's own clock says. Whether the lease was lost is for the work to find out, which can write nothing without it. Closing
/// gives nothing back.
public final class LeaseKeeper implements AutoCloseable {
    private final RemediationLedger ledger;
    private final ResourceId task;
    private final String owner;
    private final Pacer pacer;
    private final Duration leaseFor;
    private final CountDownLatch over = new CountDownLatch(1);

    private LeaseKeeper(
            RemediationLedger ledger,
            ResourceId task,
            String owner,
            Pacer pacer,
            Duration leaseFor) {
        this.ledger = ledger;
        this.task = task;
        this.owner = owner;
        this.pacer = pacer;
        this.leaseFor = leaseFor;
    }

    /// @param owner who holds the lease
    public static LeaseKeeper start(
            RemediationLedger ledger,
            ResourceId task,
            String owner,
            Pacer pacer,
            Duration leaseFor) {
        var keeper = new LeaseKeeper(ledger, task, owner, pacer, leaseFor);
        Thread.ofVirtual().name("lease of " + task.name()).start(keeper::run);
        return keeper;
    }

    private void run() {
        boolean held = true;
        while (held) {
            try {
                if (over.await(leaseFor.toMillis() / 4 + 1, TimeUnit.MILLISECONDS)) {
                    return;
                }
                held = ledger.prolong(task, owner, pacer.instant().plus(leaseFor));
            } catch (InterruptedException nobodyDoes) {
                return;
            } catch (RuntimeException fault) {
                // The store does not answer: the work meets the same fault with its next line, and
                // the next prolonging may come in time.
                held = true;
            }
        }
    }

    @Override
    public void close() {
        over.countDown();
    }
}
