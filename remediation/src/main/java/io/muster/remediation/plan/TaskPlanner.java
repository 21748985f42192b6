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

    /// The resources to remediate.
    ///
    /// @param found how many there are without the task's `resourceCount`
    record Chosen(List<PlannedResource> resources, int found) {}

    /// The candidates, cut to the task's count.
    default Chosen resources(RemediationTask task) throws RemediationException {
        var candidates = candidates(task);
        int count = task.settings().resourceCount();
        return new Chosen(
                candidates.size() <= count ? candidates : candidates.subList(0, count),
                candidates.size());
    }

    /// Whether machines may get what a gallery has without a right to read it: also when nothing is known of the gallery.
    default boolean isShared(ResourceId gallery) {
        return true;
    }

    /// What a resource is to become.
    Goal goal(RemediationTask task, ResourceId resource);
}
