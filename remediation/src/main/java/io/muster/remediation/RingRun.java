package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.Ring;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.RemediationTask.Counts;
import io.muster.remediation.task.TaskGoal;
import java.time.Instant;
import java.util.Optional;

/// A ring's remediation: begun, followed to its end, told of a pause or a cancel, and what its end means for the campaign.
record RingRun(
        CampaignWriter writer,
        CampaignPlans plans,
        Remediation remediation,
        CampaignStore store,
        Pacer pacer,
        RunSettings settings) {

    boolean begin(Campaign campaign, int index, RingProgress progress) {
        if (progress.members() == 0) {
            writer.changeWhileRunning(campaign, now -> now.passed(index, pacer.instant()));
            return true;
        }
        var task = RemediationTask.idOf(campaign.scope(), campaign.taskName(index));
        if (writer.changeWhileRunning(campaign, now -> now.begun(index, task, pacer.instant()))) {
            writer.log(
                    campaign,
                    "ringStarted",
                    "Ring '"
                            + campaign.spec().rings().get(index).name()
                            + "': "
                            + progress.members()
                            + " machines.");
        }
        return true;
    }

    boolean follow(Campaign campaign, int index, ResourceId id) throws InterruptedException {
        var task = remediation.find(id);
        var goal = new TaskGoal.Ring(campaign.spec().goal(), campaign.id(), campaign.run(), index);
        if (task.isPresent() && !task.get().goal().equals(goal)) {
            writer.end(
                    campaign,
                    CampaignState.FAILED,
                    "The name of its remediation '" + id.name() + "' is taken by another one.");
            return true;
        }
        if (task.isPresent() && task.get().state().isTerminal()) {
            ended(campaign, index, task.get());
            return true;
        }
        writer.hold(campaign);
        if (campaign.paused()) {
            if (task.isPresent() && !task.get().paused()) {
                steer(() -> remediation.paused(id, true));
            }
            return false;
        }
        try {
            var ours = task.orElseGet(() -> plans.task(campaign, index, id));
            if (ours.paused()) {
                remediation.paused(id, false);
            } else {
                remediation.keep(ours);
            }
            followSteering(campaign, ours);
            remediation.goOn(id);
        } catch (RemediationException inTheWay) {
            // Another remediation is at the same work: its turn first.
            writer.changeWhileRunning(
                    campaign,
                    now ->
                            now.in(
                                    now.state(),
                                    String.valueOf(inTheWay.getMessage()),
                                    pacer.instant()));
            pacer.pause(settings.firstPause());
            return true;
        }
        remediation.await(id, settings.leaseFor().dividedBy(3));
        var after = remediation.find(id);
        if (after.isPresent() && !after.get().state().isTerminal() && !after.get().paused()) {
            // It runs on, here or in another process.
            pacer.pause(settings.firstPause());
        }
        return true;
    }

    /// Who paused or cancelled the campaign before its task was there had none to tell. So the campaign is looked at once more before the task begins anything: a driver
    /// that was overtaken before it kept the task may find it cancelled long ago, and in the place of both those of a later campaign.
    private void followSteering(Campaign campaign, RemediationTask task) {
        var now = store.campaign(campaign.id());
        boolean goesOn =
                now.filter(kept ->
                                kept.createdOn().equals(campaign.createdOn())
                                        && kept.run() == campaign.run()
                                        && kept.state() == CampaignState.RUNNING)
                        .isPresent();
        if (!goesOn) {
            if (remediation.find(task.id()).filter(task::isSameAs).isPresent()) {
                steer(() -> remediation.cancel(campaign.scope(), task.name()));
            }
        } else if (now.get().paused()) {
            steer(() -> remediation.paused(task.id(), true));
        }
    }

    private void ended(Campaign campaign, int index, RemediationTask task) {
        var ring = campaign.spec().rings().get(index);
        var at = pacer.instant();
        var ended = task.state();
        boolean passed =
                ended == ProvisioningState.SUCCEEDED || ended == ProvisioningState.COMPLETE;
        var counts = task.counts();
        writer.log(
                campaign,
                "ringEnded",
                "Ring '"
                        + ring.name()
                        + "': "
                        + ended.wireName()
                        + ", "
                        + counts.successful()
                        + " succeeded, "
                        + (counts.failed() - counts.refused())
                        + " failed, "
                        + counts.refused()
                        + " cannot be changed.");
        writer.change(
                campaign,
                now -> {
                    if (index >= now.rings().size()
                            || now.rings().get(index).state() != RingProgress.State.RUNNING) {
                        return now;
                    }
                    if (passed) {
                        return now.withRing(index, p -> counted(p, counts, at, ring), at);
                    }
                    boolean cancelled = ended == ProvisioningState.CANCELED;
                    String why =
                            cancelled
                                    ? "The ring '" + ring.name() + "' was cancelled."
                                    : "The ring '"
                                            + ring.name()
                                            + "' failed: "
                                            + task.statusMessage();
                    return now.stopped(
                            index,
                            p ->
                                    p.ended(counts, at)
                                            .in(
                                                    cancelled
                                                            ? RingProgress.State.CANCELED
                                                            : RingProgress.State.FAILED,
                                                    why),
                            cancelled ? CampaignState.CANCELED : CampaignState.FAILED,
                            why,
                            at);
                });
    }

    private static RingProgress counted(
            RingProgress progress, Counts counts, Instant at, Ring ring) {
        return progress.ended(counts, at)
                .in(
                        ring.gate() == null
                                ? RingProgress.State.PASSED
                                : RingProgress.State.SOAKING,
                        "");
    }

    boolean cancel(Campaign campaign) throws InterruptedException {
        int index = campaign.ring();
        var counts = Counts.NONE;
        if (index < campaign.rings().size()) {
            var id = campaign.rings().get(index).task();
            var task = id == null ? Optional.<RemediationTask>empty() : remediation.find(id);
            if (task.isPresent() && !task.get().state().isTerminal()) {
                writer.hold(campaign);
                steer(() -> remediation.cancel(campaign.scope(), task.get().name()));
                remediation.await(task.get().id(), settings.leaseFor().dividedBy(3));
                var after = remediation.find(task.get().id());
                if (after.isPresent() && !after.get().state().isTerminal()) {
                    pacer.pause(settings.firstPause());
                }
                return true;
            }
            if (task.isPresent()) {
                counts = task.get().counts();
            }
        }
        var ended = counts;
        writer.log(campaign, "ended", "Cancelled.");
        writer.change(
                campaign,
                now ->
                        now.stopped(
                                index,
                                p ->
                                        p.ended(ended, pacer.instant())
                                                .in(RingProgress.State.CANCELED, "Cancelled."),
                                CampaignState.CANCELED,
                                "Cancelled.",
                                pacer.instant()));
        return true;
    }

    /// A request about a task that may have ended meanwhile.
    @FunctionalInterface
    private interface Steering {
        RemediationTask send() throws RemediationException;
    }

    private void steer(Steering steering) {
        try {
            steering.send();
        } catch (RemediationException tooLate) {
            // It ended in between: the next step sees that.
            return;
        }
    }
}
