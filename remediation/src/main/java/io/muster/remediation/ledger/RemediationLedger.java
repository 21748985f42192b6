package io.muster.remediation.ledger;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.RateBudget;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where remediation tasks and every step on every resource are kept. What a method wrote is there
/// after a crash: it returns only then. Safe for many threads and, in a shared store, for many
/// processes.
public interface RemediationLedger {
    /// Every task, in no order.
    List<RemediationTask> tasks();

    Optional<RemediationTask> task(ResourceId id);

    /// Whether a task is kept as it is here: nobody changed, replaced or deleted it since it was read. Cheaper than reading it; what another
    /// process did may be noticed some milliseconds later.
    boolean isKept(RemediationTask task);

    /// Keeps a new task, in place of one of that id and its entries, in one step: nobody else creates a task between the look at those that are kept and the write.
    ///
    /// @return whether there was none of that id
    /// @throws RemediationException as the admission refuses it; nothing has changed then
    boolean create(RemediationTask task, Admission admission) throws RemediationException;

    /// Replaces a task as [#update] does, and nobody creates one between the look at those that are kept and the write.
    ///
    /// @throws RemediationException as the admission refuses it; nothing has changed then
    boolean update(RemediationTask task, Admission admission) throws RemediationException;

    /// Says whether a task may be created, or changed as it is about to be.
    @FunctionalInterface
    interface Admission {
        /// @param tasks every task that is kept
        void allow(List<RemediationTask> tasks) throws RemediationException;
    }

    /// Replaces a task, unless it has changed since: its kept version must be that of the new one less
    /// one, and the kept one must be the same task, not a later one of the same name.
    boolean update(RemediationTask task);

    /// The same by who runs it, under the lease as [#append]: a process that was overtaken ends no task that another one works on.
    ///
    /// @throws LeaseLostException when another one holds the lease by now, or the task is gone
    boolean update(RemediationTask task, String owner);

    /// Forgets a task and its entries, unless it has changed since, or another one is in its place.
    ///
    /// @return false when it is not there as it was read
    boolean delete(RemediationTask task);

    /// Forgets some of a task's lines, the oldest first, unless it has changed since, or another one is in its place.
    ///
    /// @param most that many at once
    /// @return how many were forgotten; none when there are no more
    int forgetLines(RemediationTask task, int most);

    /// Takes the right to run a task: true when nobody else holds it, or not any longer. What the time is, the store says: processes that share it need not agree on
    /// it.
    ///
    /// @param owner names the process
    boolean lease(ResourceId id, String owner, Duration leaseFor);

    /// Prolongs the right that this owner holds: false when it does not, also when nobody does. Whoever was overtaken must not get it back
    /// after the other one is done, for it knows nothing of what that one did.
    boolean prolong(ResourceId id, String owner, Duration leaseFor);

    /// Gives the right back, when that owner holds it.
    void release(ResourceId id, String owner);

    /// Adds lines to a task's log: all of them or, when it fails, none.
    ///
    /// INVARIANT (fence): only who holds the task's lease writes of it. A process that stood still for so long that another one took its task over can neither
    /// send anything more, since it cannot write it down first, nor confuse what the other one writes.
    ///
    /// @param owner who holds the lease, if only because nobody else took it when it ran out
    /// @throws LeaseLostException when another one holds it by now, or the task is gone
    void append(ResourceId task, String owner, Instant at, List<Line> lines);

    /// Begins a resource of a subscription when the budget has room, and keeps that it was begun: all processes that share the store share the budget. Only
    /// what is begun under a budget counts.
    ///
    /// @return now when it is begun; else when there is room next, and nothing has changed
    Instant begin(String subscription, RateBudget budget, Instant now);

    /// What is to be said of a resource.
    record Line(ResourceId resource, LedgerEvent event) {}

    /// A task's lines in order.
    List<LedgerEntry> entries(ResourceId task);

    /// A task's lines in order; none when some are forgotten, since those that are left do not tell how a resource ended.
    default List<LedgerEntry> whole(RemediationTask task) {
        return task.lines() == RemediationTask.Lines.KEPT ? entries(task.id()) : List.of();
    }

    /// The lines of one resource of a task in order.
    List<LedgerEntry> entries(ResourceId task, ResourceId resource);

    /// @param location normalised; empty when it has none
    record PlannedResource(ResourceId resource, String location) {}
}
