package io.muster.remediation.ledger;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.task.RemediationTask;
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

    /// Keeps a new task; false when one of that id is there.
    boolean create(RemediationTask task);

    /// Replaces a task, unless it has changed since: its kept version must be that of the new one less
    /// one.
    boolean update(RemediationTask task);

    /// Forgets a task and its entries.
    void delete(ResourceId id);

    /// Takes or prolongs the right to run a task: true when nobody else holds it, or not any longer.
    ///
    /// @param owner names the process
    boolean lease(ResourceId id, String owner, Instant now, Instant until);

    /// Gives the right back, when that owner holds it.
    void release(ResourceId id, String owner);

    /// Adds a line to a task's log.
    LedgerEntry append(ResourceId task, ResourceId resource, Instant at, LedgerEvent event);

    /// Adds the `Planned` lines of many resources: all of them or, when it fails, none.
    void plan(ResourceId task, Instant at, List<PlannedResource> resources);

    /// A task's lines in order.
    List<LedgerEntry> entries(ResourceId task);

    /// The lines of one resource of a task in order.
    List<LedgerEntry> entries(ResourceId task, ResourceId resource);

    /// @param location normalised; empty when it has none
    record PlannedResource(ResourceId resource, String location) {}
}
