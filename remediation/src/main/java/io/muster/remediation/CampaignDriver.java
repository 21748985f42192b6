package io.muster.remediation;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.LeaseKeeper;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.dryrun.DryRun;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.Gate;
import io.muster.remediation.campaign.Ring;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.campaign.Trigger;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.RemediationTask.Counts;
import io.muster.remediation.task.TaskGoal;
import io.muster.remediation.task.TaskSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Drives a campaign from wherever it stands: plans it, runs each ring as a remediation task, waits at the gates. Every decision is kept before the next one is
/// made, and each step begins by reading what is kept: a driver that died is taken up by the next one at the same step.
///
/// @param owner names this process on leases
record CampaignDriver(
        Remediation remediation,
        TaskPlanner planner,
        ArmPort arm,
        FleetQuery query,
        CampaignStore store,
        Pacer pacer,
        RunSettings settings,
        Supplier<String> correlationIds,
        String owner) {

    /// Drives until the campaign is over, paused, or waits for somebody.
    ///
    /// @return false when another process drives it, or it is not there
    boolean drive(ResourceId id) throws InterruptedException {
        try {
            while (true) {
                var until = pacer.instant().plus(settings.leaseFor());
                if (!store.lease(id, owner, settings.leaseFor())) {
                    return false;
                }
                // However long a step takes, nobody else begins it; from one to the next the lease
                // may
                // change hands, for each begins by reading what is kept.
                try (var _ =
                        LeaseKeeper.start(
                                id,
                                by -> store.prolong(id, owner, by),
                                pacer,
                                settings.leaseFor(),
                                until)) {
                    if (!step(id)) {
                        return true;
                    }
                }
            }
        } catch (LeaseLostException overtaken) {
            // Whoever took it drives on from what is kept.
            return false;
        } finally {
            store.release(id, owner);
        }
    }

    /// Before an act that the campaign's store does not fence.
    ///
    /// @throws LeaseLostException when another one drives the campaign by now, or it is gone
    private void hold(Campaign campaign) {
        if (!store.prolong(campaign.id(), owner, settings.leaseFor())) {
            throw new LeaseLostException(campaign.id());
        }
    }

    /// One decision; false when there is none to make. An inventory that has no turn for a question puts a decision off.
    private boolean step(ResourceId id) throws InterruptedException {
        try {
            return decide(id);
        } catch (FleetBusyException busy) {
            pacer.pause(settings.firstPause());
            return true;
        }
    }

    private boolean decide(ResourceId id) throws InterruptedException {
        var kept = store.campaign(id);
        if (kept.isEmpty()) {
            return false;
        }
        var campaign = kept.get();
        return switch (campaign.state()) {
            case ACCEPTED -> !campaign.paused() && plan(campaign);
            case RUNNING ->
                    campaign.ring() >= campaign.rings().size() ? finish(campaign) : ring(campaign);
            case CANCELLING -> cancel(campaign);
            case WAITING -> wake(campaign);
            case AWAITING_APPROVAL, CANCELED, FAILED, COMPLETE, SUCCEEDED -> false;
        };
    }

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

    private boolean plan(Campaign campaign) {
        RingPlan plan;
        try {
            plan = rings(campaign);
        } catch (RemediationException fault) {
            end(campaign, CampaignState.FAILED, String.valueOf(fault.getMessage()));
            return true;
        }
        List<RingProgress> progress =
                plan.rings().stream().map(ring -> RingProgress.pending(ring.size())).toList();
        // Changed meanwhile, by a pause or a cancel: the next step looks again.
        if (store.plan(
                campaign.planned(progress, plan.unassigned().size(), pacer.instant()),
                plan.rings(),
                owner)) {
            log(
                    campaign,
                    "planned",
                    "Run "
                            + campaign.run()
                            + ": "
                            + progress.stream().mapToInt(RingProgress::members).sum()
                            + " machines in "
                            + progress.size()
                            + " rings.");
        }
        return true;
    }

    private boolean ring(Campaign campaign) throws InterruptedException {
        int index = campaign.ring();
        var progress = campaign.rings().get(index);
        return switch (progress.state()) {
            case PENDING -> !campaign.paused() && begin(campaign, index, progress);
            case RUNNING -> follow(campaign, index, Objects.requireNonNull(progress.task()));
            case SOAKING -> !campaign.paused() && soak(campaign, index, progress);
            case PASSED -> change(campaign, now -> now.passed(index, pacer.instant()));
            case FAILED, CANCELED -> {
                end(campaign, CampaignState.FAILED, progress.because());
                yield true;
            }
        };
    }

    private boolean begin(Campaign campaign, int index, RingProgress progress) {
        if (progress.members() == 0) {
            changeWhileRunning(campaign, now -> now.passed(index, pacer.instant()));
            return true;
        }
        var task = RemediationTask.idOf(campaign.scope(), campaign.taskName(index));
        if (changeWhileRunning(campaign, now -> now.begun(index, task, pacer.instant()))) {
            log(
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

    private boolean follow(Campaign campaign, int index, ResourceId id)
            throws InterruptedException {
        var task = remediation.find(id);
        var goal = new TaskGoal.Ring(campaign.spec().goal(), campaign.id(), campaign.run(), index);
        if (task.isPresent() && !task.get().goal().equals(goal)) {
            end(
                    campaign,
                    CampaignState.FAILED,
                    "The name of its remediation '" + id.name() + "' is taken by another one.");
            return true;
        }
        if (task.isPresent() && task.get().state().isTerminal()) {
            ended(campaign, index, task.get());
            return true;
        }
        hold(campaign);
        if (campaign.paused()) {
            if (task.isPresent() && !task.get().paused()) {
                steer(() -> remediation.pause(campaign.scope(), id.name()));
            }
            return false;
        }
        try {
            if (task.isPresent() && task.get().paused()) {
                remediation.unpause(campaign.scope(), id.name());
            } else {
                remediation.adopt(task.orElseGet(() -> task(campaign, index, id)));
                followSteering(campaign, id);
            }
        } catch (RemediationException inTheWay) {
            // Another remediation is at the same work: its turn first.
            changeWhileRunning(
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

    /// Who paused or cancelled the campaign before its task was there had none to tell: from here on they find it.
    private void followSteering(Campaign campaign, ResourceId task) {
        var now = store.campaign(campaign.id());
        if (now.isEmpty() || now.get().state() == CampaignState.CANCELLING) {
            steer(() -> remediation.cancel(campaign.scope(), task.name()));
        } else if (now.get().paused()) {
            steer(() -> remediation.pause(campaign.scope(), task.name()));
        }
    }

    private RemediationTask task(Campaign campaign, int index, ResourceId id) {
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

    private void ended(Campaign campaign, int index, RemediationTask task) {
        var ring = campaign.spec().rings().get(index);
        var at = pacer.instant();
        var ended = task.state();
        boolean passed =
                ended == ProvisioningState.SUCCEEDED || ended == ProvisioningState.COMPLETE;
        var counts = task.counts();
        log(
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
        change(
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

    /// Looks at a gate when it is time to.
    private boolean soak(Campaign campaign, int index, RingProgress progress)
            throws InterruptedException {
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
            if (changeWhileRunning(campaign, kept -> kept.passed(index, pacer.instant()))) {
                log(
                        campaign,
                        "gateOpened",
                        "After ring '" + campaign.spec().rings().get(index).name() + "'.");
            }
        } else if (Duration.between(ended, at).compareTo(gate.timeout()) > 0) {
            String why =
                    "The gate after ring '"
                            + campaign.spec().rings().get(index).name()
                            + "' did not open within "
                            + gate.timeout()
                            + ". "
                            + problem;
            log(campaign, "ended", why);
            changeWhileRunning(
                    campaign,
                    kept ->
                            kept.stopped(
                                    index,
                                    p -> p.in(RingProgress.State.FAILED, why.strip()),
                                    CampaignState.FAILED,
                                    why.strip(),
                                    pacer.instant()));
        } else {
            changeWhileRunning(
                    campaign, kept -> kept.withRing(index, p -> p.looked(at, held, problem), at));
        }
        return true;
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
            if (task != null && !query.tellsOf(task)) {
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
        for (var segment : query.run(kql, scope).segments()) {
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
                whole(campaign)
                        .withParallelDeployments(campaign.spec().rings().get(index).parallel());
        long fine =
                new DryRun(arm, planner, pacer, settings)
                        .run(task, members).stream()
                                .filter(line ->
                                        line.decision() instanceof Decision.Satisfied
                                                || line.decision()
                                                        instanceof Decision.NotApplicable)
                                .count();
        return (double) fine / members.size();
    }

    private boolean finish(Campaign campaign) {
        int failed = campaign.failed();
        int refused = campaign.refused();
        var at = pacer.instant();
        String message =
                failed == 0
                        ? "Run " + campaign.run() + " succeeded."
                        : "Run "
                                + campaign.run()
                                + ": "
                                + (failed - refused)
                                + " machines failed"
                                + (refused == 0 ? "." : ", " + refused + " cannot be changed.");
        boolean changed =
                changeWhileRunning(
                        campaign,
                        now -> {
                            if (now.spec().triggers().isEmpty()) {
                                return now.in(
                                        failed == 0
                                                ? CampaignState.SUCCEEDED
                                                : CampaignState.COMPLETE,
                                        message,
                                        at);
                            }
                            return now.waiting(
                                    now.nextRun() != null
                                            ? now.nextRun()
                                            : scheduled(now, at).orElse(null),
                                    message,
                                    at);
                        });
        if (changed) {
            log(campaign, "ended", message);
        }
        return true;
    }

    private static Optional<Instant> scheduled(Campaign campaign, Instant now) {
        List<Instant> times = new ArrayList<>();
        for (var trigger : campaign.spec().triggers()) {
            switch (trigger) {
                case Trigger.Schedule(var cron, var zone) ->
                        cron.next(now, zone).ifPresent(times::add);
                case Trigger.GalleryVersion _, Trigger.Change _ -> {}
            }
        }
        return times.stream().min(Comparator.naturalOrder());
    }

    private boolean wake(Campaign campaign) {
        var at = pacer.instant();
        if (campaign.paused() || campaign.nextRun() == null || campaign.nextRun().isAfter(at)) {
            return false;
        }
        return change(
                campaign,
                now -> now.state() == CampaignState.WAITING && !now.paused() ? now.again(at) : now);
    }

    private boolean cancel(Campaign campaign) throws InterruptedException {
        int index = campaign.ring();
        var counts = Counts.NONE;
        if (index < campaign.rings().size()) {
            var id = campaign.rings().get(index).task();
            var task = id == null ? Optional.<RemediationTask>empty() : remediation.find(id);
            if (task.isPresent() && !task.get().state().isTerminal()) {
                hold(campaign);
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
        log(campaign, "ended", "Cancelled.");
        change(
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

    private void end(Campaign campaign, CampaignState state, String message) {
        log(campaign, "ended", message);
        change(
                campaign,
                now -> now.state().isTerminal() ? now : now.in(state, message, pacer.instant()));
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

    /// Changes the campaign unless somebody cancelled it meanwhile.
    private boolean changeWhileRunning(Campaign campaign, UnaryOperator<Campaign> edit) {
        return change(
                campaign, now -> now.state() == CampaignState.RUNNING ? edit.apply(now) : now);
    }

    /// Changes the campaign as it is now, unless another run of it has begun meanwhile, or another one of its name is in its place: what was decided about one is
    /// nothing to the other.
    private boolean change(Campaign decided, UnaryOperator<Campaign> edit) {
        while (true) {
            var kept = store.campaign(decided.id());
            if (kept.isEmpty()
                    || kept.get().run() != decided.run()
                    || !kept.get().createdOn().equals(decided.createdOn())) {
                return false;
            }
            var next = edit.apply(kept.get());
            if (next.equals(kept.get())) {
                return false;
            }
            if (store.update(next, owner)) {
                return true;
            }
        }
    }

    private void log(Campaign campaign, String kind, String message) {
        hold(campaign);
        store.append(campaign.id(), new CampaignEvent(pacer.instant(), kind, message));
    }
}
