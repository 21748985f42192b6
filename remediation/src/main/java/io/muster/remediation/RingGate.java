package io.muster.remediation;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.dryrun.DryRun;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.Gate;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.FleetBusyException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The gate behind a ring: looked at until its conditions have held over its soak time, or do not hold when its patience has ended.
record RingGate(
        CampaignWriter writer,
        CampaignPlans plans,
        ArmPort arm,
        CampaignStore store,
        Pacer pacer,
        RunSettings settings) {
    /// As long may keeping a decision and taking the next step take.
    private static final Duration SLOW = Duration.ofMinutes(1);

    /// Looks at a gate when it is time to.
    boolean soak(Campaign campaign, int index, RingProgress progress) throws InterruptedException {
        var gate = Objects.requireNonNull(campaign.spec().rings().get(index).gate());
        var ended = Objects.requireNonNull(progress.endedAt());
        var now = pacer.instant();
        var opens =
                progress.heldSince() == null ? Instant.MAX : progress.heldSince().plus(gate.soak());
        var looked = progress.lookedAt();
        var due =
                looked == null
                        ? now
                        : earlier(
                                looked.plus(gate.every()),
                                looked.isBefore(opens) ? opens : Instant.MAX);
        if (due.isAfter(now)) {
            var left = Duration.between(now, due);
            pacer.pause(left.compareTo(settings.firstPause()) < 0 ? left : settings.firstPause());
            return true;
        }
        String problem = looked(campaign, index, gate, ended);
        var at = pacer.instant();
        @Nullable Instant held = problem.isEmpty() ? held(progress, gate, ended, at) : null;
        boolean open = held != null && !held.plus(gate.soak()).isAfter(at);
        if (open) {
            if (writer.changeWhileRunning(campaign, kept -> kept.passed(index, pacer.instant()))) {
                writer.log(
                        campaign,
                        "gateOpened",
                        "After ring '" + campaign.spec().rings().get(index).name() + "'.");
            }
        } else if (!problem.isEmpty()
                && Duration.between(ended, at).compareTo(gate.timeout()) > 0
                && !isLeftAlone(gate, looked, now)) {
            String why =
                    "The gate after ring '"
                            + campaign.spec().rings().get(index).name()
                            + "' did not open within "
                            + gate.timeout()
                            + ". "
                            + problem;
            writer.log(campaign, "ended", why);
            writer.changeWhileRunning(
                    campaign,
                    kept ->
                            kept.stopped(
                                    index,
                                    p -> p.in(RingProgress.State.FAILED, why.strip()),
                                    CampaignState.FAILED,
                                    why.strip(),
                                    pacer.instant()));
        } else {
            writer.changeWhileRunning(
                    campaign, kept -> kept.withRing(index, p -> p.looked(at, held, problem), at));
        }
        return true;
    }

    /// Whether nobody looked at a gate for some time, the campaign being paused or no process there: that it stayed closed is known after one more look only.
    private boolean isLeftAlone(Gate gate, @Nullable Instant looked, Instant now) {
        var due = gate.every().plus(settings.firstPause());
        return looked == null
                || Duration.between(looked, now).compareTo(due.multipliedBy(2).plus(SLOW)) > 0;
    }

    /// What keeps a gate closed. While its question has no turn that is not known, which is neither open nor closed: the soak time is not begun anew.
    private String looked(Campaign campaign, int index, Gate gate, Instant ended)
            throws InterruptedException {
        try {
            return look(campaign, index, gate);
        } catch (FleetBusyException busy) {
            if (Duration.between(ended, pacer.instant()).compareTo(gate.timeout()) <= 0) {
                throw busy;
            }
            return "Its query was not answered: " + busy.getMessage();
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /// A gate without conditions is only a wait: from the end of its ring.
    private static Instant held(RingProgress progress, Gate gate, Instant ended, Instant now) {
        if (gate.query() == null && gate.compliance() == null) {
            return ended;
        }
        return progress.heldSince() == null ? now : progress.heldSince();
    }

    /// What keeps a gate closed; empty when its conditions hold.
    private String look(Campaign campaign, int index, Gate gate) throws InterruptedException {
        if (gate.query() != null) {
            var task = campaign.rings().get(index).task();
            if (task != null && !plans.query().tellsOf(task)) {
                return "Its machines are still to be collected again.";
            }
            long rows;
            try {
                rows = rows(gate.query(), campaign.scope());
            } catch (DiagnosticException fault) {
                return "Its query is at fault: " + fault.getMessage();
            }
            if (gate.expectRows() != rows > 0) {
                return gate.expectRows()
                        ? "Its query yields nothing."
                        : "Its query yields " + rows + " rows.";
            }
        }
        if (gate.compliance() != null) {
            double share = compliance(campaign, index);
            if (share < gate.compliance()) {
                return "Of its machines "
                        + Math.round(share * 1000) / 10.0
                        + " % are as wanted, "
                        + Math.round(gate.compliance() * 1000) / 10.0
                        + " % must be.";
            }
        }
        return "";
    }

    private long rows(String kql, ResourceId scope) throws DiagnosticException {
        long rows = 0;
        for (var segment : plans.query().run(kql, scope).segments()) {
            for (int row = 0; row < segment.size(); row++) {
                if (segment.isLive(row)) {
                    rows++;
                }
            }
        }
        return rows;
    }

    /// The share of a ring's machines that need no change when read now.
    private double compliance(Campaign campaign, int index) throws InterruptedException {
        List<PlannedResource> members = store.members(campaign.id(), campaign.run(), index);
        if (members.isEmpty()) {
            return 1;
        }
        var task =
                plans.whole(campaign)
                        .withParallelDeployments(campaign.spec().rings().get(index).parallel());
        long fine =
                new DryRun(arm, plans.planner(), pacer, settings)
                        .run(task, members).stream()
                                .filter(line ->
                                        line.decision() instanceof Decision.Satisfied
                                                || line.decision()
                                                        instanceof Decision.NotApplicable)
                                .count();
        return (double) fine / members.size();
    }
}
