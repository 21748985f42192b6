package io.muster.remediation.plan;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.util.List;

/// Says which resources a task is about and what each is to become. Safe for many threads.
public interface TaskPlanner {
    /// Refuses a task that cannot be run, before it is created.
    void check(RemediationTask task) throws RemediationException;

    /// Whether one of two scopes holds the other.
    boolean overlap(ResourceId one, ResourceId other);

    /// The resources that a task is about and its filters let pass, however many, by id.
    ///
    /// @throws RemediationException when they cannot be told; the task then fails with its message
    List<PlannedResource> candidates(RemediationTask task) throws RemediationException;

    /// The resources to remediate: the candidates, cut to the task's count.
    default List<PlannedResource> resources(RemediationTask task) throws RemediationException {
        var candidates = candidates(task);
        int count = task.settings().resourceCount();
        return candidates.size() <= count ? candidates : candidates.subList(0, count);
    }

    /// What a resource is to become.
    Goal goal(RemediationTask task, ResourceId resource);
}
