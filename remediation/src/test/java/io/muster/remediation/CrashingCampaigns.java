package io.muster.remediation;

import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.KeptHappening;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Campaigns seen from a process that may die before or after each write.
record CrashingCampaigns(CampaignStore kept, Crashes crashes) implements CampaignStore {
    @Override
    public List<Campaign> campaigns() {
        return kept.campaigns();
    }

    @Override
    public Optional<Campaign> campaign(ResourceId id) {
        return kept.campaign(id);
    }

    @Override
    public boolean create(Campaign campaign) {
        return kept.create(campaign);
    }

    @Override
    public boolean replace(Campaign before, Campaign by) {
        return kept.replace(before, by);
    }

    @Override
    public boolean update(Campaign campaign) {
        crashes.step();
        boolean updated = kept.update(campaign);
        crashes.step();
        return updated;
    }

    @Override
    public boolean update(Campaign campaign, String owner) {
        crashes.step();
        boolean updated = kept.update(campaign, owner);
        crashes.step();
        return updated;
    }

    @Override
    public boolean delete(Campaign campaign) {
        return kept.delete(campaign);
    }

    @Override
    public boolean lease(ResourceId id, String owner, Duration leaseFor) {
        return kept.lease(id, owner, leaseFor);
    }

    @Override
    public boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        return kept.prolong(id, owner, leaseFor);
    }

    @Override
    public void release(ResourceId id, String owner) {
        // A process that died releases nothing; its lease runs out.
        if (!crashes.happened()) {
            kept.release(id, owner);
        }
    }

    @Override
    public boolean plan(Campaign planned, List<List<PlannedResource>> rings, String owner) {
        crashes.step();
        boolean kept = this.kept.plan(planned, rings, owner);
        crashes.step();
        return kept;
    }

    @Override
    public List<PlannedResource> members(ResourceId campaign, int run, int ring) {
        return kept.members(campaign, run, ring);
    }

    @Override
    public int forgetMembers(Campaign campaign, int most) {
        crashes.step();
        return kept.forgetMembers(campaign, most);
    }

    @Override
    public void published(Set<ResourceId> versions) {
        crashes.step();
        kept.published(versions);
        crashes.step();
    }

    @Override
    public boolean changed(List<ChangeNotice> notices, int most) {
        crashes.step();
        return kept.changed(notices, most);
    }

    @Override
    public List<KeptHappening> happenings() {
        return kept.happenings();
    }

    @Override
    public List<Campaign> tell(List<KeptHappening> happenings, Instant now) {
        crashes.step();
        var triggered = kept.tell(happenings, now);
        crashes.step();
        return triggered;
    }

    @Override
    public void append(ResourceId id, CampaignEvent event) {
        crashes.step();
        kept.append(id, event);
    }

    @Override
    public List<CampaignEvent> events(ResourceId id) {
        return kept.events(id);
    }
}
