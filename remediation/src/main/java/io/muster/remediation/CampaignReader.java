package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignErrors;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.task.RemediationException;
import java.util.Comparator;
import java.util.List;

/// What is kept of campaigns: to be read also where none is run. Safe for many threads.
public record CampaignReader(CampaignStore store) {

    /// @throws RemediationException when there is none of that name
    public Campaign get(ResourceId scope, String name) throws RemediationException {
        return store.campaign(Campaign.idOf(scope, name))
                .orElseThrow(() -> CampaignErrors.notFound(name));
    }

    /// The campaigns at exactly that scope or below it, newest first.
    public List<Campaign> list(ResourceId scope) {
        return all().stream().filter(campaign -> campaign.scope().isUnder(scope)).toList();
    }

    /// Every campaign, newest first.
    public List<Campaign> all() {
        return store.campaigns().stream()
                .sorted(
                        Comparator.comparing(Campaign::createdOn)
                                .reversed()
                                .thenComparing(Campaign::id))
                .toList();
    }

    /// What happened so far, oldest first.
    public List<CampaignEvent> events(ResourceId scope, String name) throws RemediationException {
        return store.events(get(scope, name).id());
    }
}
