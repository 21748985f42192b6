package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import java.util.List;
import java.util.function.Supplier;

/// What of a campaign is planned: its machines in their rings, and the tasks that stand for it and for each ring.
record CampaignPlans(
        TaskPlanner planner, FleetQuery query, Pacer pacer, Supplier<String> correlationIds) {

    /// A task that stands for the whole campaign, for the planner's eyes.
    RemediationTask whole(Campaign campaign) {
        var spec = campaign.spec();
        return RemediationTask.accepted(
                RemediationTask.idOf(campaign.scope(), campaign.name()),
                spec.goal(),
                spec.filters(),
                correlationIds.get(),
                campaign.createdBy(),
                pacer.instant());
    }

    RingPlan rings(Campaign campaign) throws RemediationException {
        var task = whole(campaign);
        planner.check(task);
        return RingPlan.of(
                campaign.name(),
                campaign.spec(),
                planner.candidates(task),
                query,
                campaign.scope());
    }

    /// The task of a ring.
    RemediationTask task(Campaign campaign, int index, ResourceId id) {
        var spec = campaign.spec();
        var ring = spec.rings().get(index);
        return RemediationTask.accepted(
                id,
                new TaskGoal.Ring(spec.goal(), campaign.id(), campaign.run(), index),
                new TaskSettings(
                        Math.max(1, campaign.rings().get(index).members()),
                        ring.parallel(),
                        ring.failureThreshold(),
                        false,
                        List.of(),
                        List.of(),
                        spec.pacing()),
                correlationIds.get(),
                campaign.createdBy(),
                pacer.instant());
    }
}
