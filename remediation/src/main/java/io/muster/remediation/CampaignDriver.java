package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.LeaseKeeper;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.RingProgress;
import io.muster.remediation.campaign.Trigger;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.task.RemediationException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Drives a campaign from wherever it stands: plans it, runs each ring as a remediation task, waits at the gates. Every decision is kept before the next one is
/// made, and each step begins by reading what is kept: a driver that died is taken up by the next one at the same step.
final class CampaignDriver {
    private final CampaignStore store;
    private final Pacer pacer;
    private final RunSettings settings;
    private final String owner;
    private final CampaignPlans plans;
    private final CampaignWriter writer;
    private final RingRun runs;
    private final RingGate gates;

    /// @param owner names this process on leases
    CampaignDriver(
            Remediation remediation,
            CampaignPlans plans,
            ArmPort arm,
            CampaignStore store,
            Pacer pacer,
            RunSettings settings,
            String owner) {
        this.store = store;
        this.pacer = pacer;
        this.settings = settings;
        this.owner = owner;
        this.plans = plans;
        this.writer = new CampaignWriter(store, pacer, settings, owner);
        this.runs = new RingRun(writer, plans, remediation, store, pacer, settings);
        this.gates = new RingGate(writer, plans, arm, store, pacer, settings);
    }

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
                // However long a step takes, nobody else begins it. From one to the next the lease
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
            case CANCELLING -> runs.cancel(campaign);
            case WAITING -> wake(campaign);
            case AWAITING_APPROVAL, CANCELED, FAILED, COMPLETE, SUCCEEDED -> false;
        };
    }

    private boolean plan(Campaign campaign) {
        RingPlan plan;
        try {
            plan = plans.rings(campaign);
        } catch (RemediationException fault) {
            writer.end(campaign, CampaignState.FAILED, String.valueOf(fault.getMessage()));
            return true;
        }
        List<RingProgress> progress =
                plan.rings().stream().map(ring -> RingProgress.pending(ring.size())).toList();
        // Changed meanwhile, by a pause or a cancel: the next step looks again.
        if (store.plan(
                campaign.planned(progress, plan.unassigned().size(), pacer.instant()),
                plan.rings(),
                owner)) {
            writer.log(
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
            case PENDING -> !campaign.paused() && runs.begin(campaign, index, progress);
            case RUNNING -> runs.follow(campaign, index, Objects.requireNonNull(progress.task()));
            case SOAKING -> !campaign.paused() && gates.soak(campaign, index, progress);
            case PASSED -> writer.change(campaign, now -> now.passed(index, pacer.instant()));
            case FAILED, CANCELED -> {
                writer.end(campaign, CampaignState.FAILED, progress.because());
                yield true;
            }
        };
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
                writer.changeWhileRunning(
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
            writer.log(campaign, "ended", message);
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
        return writer.change(
                campaign,
                now -> now.state() == CampaignState.WAITING && !now.paused() ? now.again(at) : now);
    }
}
