package io.muster.remediation;

import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.ledger.LeaseLostException;
import java.util.function.UnaryOperator;

/// Writes of campaigns as the one that drives them: each write is fenced by the lease, and made to the campaign that it was decided about.
///
/// @param owner names this process on leases
record CampaignWriter(CampaignStore store, Pacer pacer, RunSettings settings, String owner) {

    /// Before an act that the campaign's store does not fence.
    ///
    /// @throws LeaseLostException when another one drives the campaign by now, or it is gone
    void hold(Campaign campaign) {
        if (!store.prolong(campaign.id(), owner, settings.leaseFor())) {
            throw new LeaseLostException(campaign.id());
        }
    }

    void end(Campaign campaign, CampaignState state, String message) {
        log(campaign, "ended", message);
        change(
                campaign,
                now -> now.state().isTerminal() ? now : now.in(state, message, pacer.instant()));
    }

    /// Changes the campaign unless somebody cancelled it meanwhile.
    boolean changeWhileRunning(Campaign campaign, UnaryOperator<Campaign> edit) {
        return change(
                campaign, now -> now.state() == CampaignState.RUNNING ? edit.apply(now) : now);
    }

    /// Changes the campaign as it is now, unless another run of it has begun meanwhile, or another one of its name is in its place: what was decided about one is
    /// nothing to the other.
    boolean change(Campaign decided, UnaryOperator<Campaign> edit) {
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

    void log(Campaign campaign, String kind, String message) {
        hold(campaign);
        store.append(campaign.id(), new CampaignEvent(pacer.instant(), kind, message));
    }
}
