package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.pace.RateBudget;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A ledger seen from a process that may die before or after each write.
///
/// @param creating runs before a task is created
/// @param before runs before lines of a change are added
/// @param after runs when they were
record CrashingLedger(
        RemediationLedger kept, Crashes crashes, Delay creating, Delay before, Delay after)
        implements RemediationLedger {
    /// Something that takes its time.
    interface Delay {
        void run() throws Exception;
    }

    @Override
    public List<RemediationTask> tasks() {
        return kept.tasks();
    }

    @Override
    public Optional<RemediationTask> task(ResourceId id) {
        return kept.task(id);
    }

    @Override
    public boolean isKept(RemediationTask task) {
        return kept.isKept(task);
    }

    @Override
    public boolean create(RemediationTask task, Admission admission) throws RemediationException {
        take(creating);
        return kept.create(task, admission);
    }

    @Override
    public boolean update(RemediationTask task) {
        crashes.step();
        boolean updated = kept.update(task);
        crashes.step();
        return updated;
    }

    @Override
    public boolean update(RemediationTask task, String owner) {
        crashes.step();
        boolean updated = kept.update(task, owner);
        crashes.step();
        return updated;
    }

    @Override
    public boolean update(RemediationTask task, Admission admission) throws RemediationException {
        crashes.step();
        boolean updated = kept.update(task, admission);
        crashes.step();
        return updated;
    }

    @Override
    public int forgetLines(RemediationTask task, int most) {
        crashes.step();
        int forgotten = kept.forgetLines(task, most);
        crashes.step();
        return forgotten;
    }

    @Override
    public Instant begin(String subscription, RateBudget budget, Instant now) {
        crashes.step();
        var room = kept.begin(subscription, budget, now);
        crashes.step();
        return room;
    }

    @Override
    public boolean delete(RemediationTask task) {
        return kept.delete(task);
    }

    @Override
    public boolean lease(ResourceId id, String owner, Duration leaseFor) {
        return kept.lease(id, owner, leaseFor);
    }

    @Override
    public boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        return kept.prolong(id, owner, leaseFor);
    }

    @Override
    public void release(ResourceId id, String owner) {
        // A process that died releases nothing; its lease runs out.
        if (!crashes.happened()) {
            kept.release(id, owner);
        }
    }

    @Override
    public void append(ResourceId task, String owner, Instant at, List<Line> lines) {
        crashes.step();
        boolean sending =
                lines.stream().anyMatch(line -> line.event() instanceof LedgerEvent.Sending);
        if (sending) {
            take(before);
        }
        kept.append(task, owner, at, lines);
        if (sending) {
            take(after);
        }
        crashes.step();
    }

    private static void take(Delay delay) {
        try {
            delay.run();
        } catch (Exception fault) {
            throw new IllegalStateException(fault);
        }
    }

    @Override
    public List<LedgerEntry> entries(ResourceId task) {
        return kept.entries(task);
    }

    @Override
    public List<LedgerEntry> entries(ResourceId task, ResourceId resource) {
        return kept.entries(task, resource);
    }
}
