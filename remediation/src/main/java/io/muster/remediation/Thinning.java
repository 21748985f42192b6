package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.RemediationTask.Lines;
import io.muster.remediation.task.TaskGoal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Forgets what nobody needs any more of what was done: the ledger's lines of tasks that ended long ago, and which machines the rings of earlier runs had. How many
/// resources of a task ended how is kept with the task.
///
/// A task's lines are needed until the inventory tells what it did; while a campaign that is not over has it in its last run, which a rollback would take back; while
/// a rollback of it is not over; and for as long after its end as is asked for. A crash at any moment leaves a task of which it is known that its lines are going.
///
/// @param keep how long after a task's end
/// @param batch rows in one transaction
public record Thinning(
        RemediationLedger ledger,
        CampaignStore campaigns,
        InstantSource clock,
        Duration keep,
        int batch) {
    public static final int BATCH = 5_000;

    public Thinning {
        if (!keep.isPositive() || batch < 1) {
            throw new IllegalArgumentException("the time to keep and the batch are positive");
        }
    }

    /// Forgets some of what is to be forgotten.
    ///
    /// @param batches transactions at most
    /// @return whether all of it is forgotten
    public boolean run(int batches) {
        int left = batches;
        for (var campaign : campaigns.campaigns()) {
            while (campaigns.forgetMembers(campaign, batch) > 0) {
                if (--left <= 0) {
                    return false;
                }
            }
        }
        var tasks = ledger.tasks();
        var needed = ofCampaigns();
        for (var task : tasks) {
            if (task.lines() == Lines.THINNED || !isOver(task) || needed.contains(task.id())) {
                continue;
            }
            var going = begun(task);
            if (going.lines() != Lines.THINNING) {
                continue;
            }
            do {
                if (left-- <= 0) {
                    return false;
                }
            } while (ledger.forgetLines(going, batch) > 0);
            ledger.update(going.withLines(Lines.THINNED));
        }
        return true;
    }

    private boolean isOver(RemediationTask task) {
        return task.state().isTerminal()
                && task.told()
                && !task.lastUpdatedOn().plus(keep).isAfter(clock.instant());
    }

    /// The tasks of campaigns that go on.
    private Set<ResourceId> ofCampaigns() {
        Set<ResourceId> needed = new HashSet<>();
        for (var campaign : campaigns.campaigns()) {
            if (!campaign.state().isTerminal()) {
                RollbackLots.of(campaign, _ -> true).forEach(needed::addAll);
            }
        }
        return needed;
    }

    /// The task from when it is known that its lines are going; as it was when somebody needs them, or changed it.
    private RemediationTask begun(RemediationTask task) {
        if (task.lines() == Lines.THINNING) {
            return task;
        }
        var going = task.withLines(Lines.THINNING);
        try {
            return ledger.update(going, tasks -> checkNoRollback(task, tasks)) ? going : task;
        } catch (RemediationException needed) {
            // The next look finds that rollback over.
            return task;
        }
    }

    private static void checkNoRollback(RemediationTask task, List<RemediationTask> tasks)
            throws RemediationException {
        for (var other : tasks) {
            if (!other.state().isTerminal()
                    && other.goal().itself() instanceof TaskGoal.Rollback(var undone)
                    && undone.contains(task.id())) {
                throw RemediationException.stillActive(other.name());
            }
        }
    }
}
