package io.muster.remediation.campaign;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.plan.RingMembers;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Where campaigns are kept, and which machines their rings have. What a method wrote is there after a crash. Safe for many threads and, in a shared store, for
/// many processes.
public interface CampaignStore extends RingMembers {
    /// Every campaign, in no order.
    List<Campaign> campaigns();

    Optional<Campaign> campaign(ResourceId id);

    /// Keeps a new campaign; false when one of that id is there.
    boolean create(Campaign campaign);

    /// Replaces a campaign, unless it has changed since: its kept version must be that of the new one less one.
    boolean update(Campaign campaign);

    /// The same by who drives it: a driver that was overtaken decides nothing more.
    ///
    /// @throws LeaseLostException when another one holds the lease by now, or the campaign is gone
    boolean update(Campaign campaign, String owner);

    /// Forgets a campaign, its plan and its log.
    void delete(ResourceId id);

    /// Takes or prolongs the right to drive a campaign: true when nobody else holds it, or not any longer.
    boolean lease(ResourceId id, String owner, Instant now, Instant until);

    /// Prolongs the right that this owner holds: false when it does not, also when nobody does.
    boolean prolong(ResourceId id, String owner, Instant until);

    /// Gives the right back, when that owner holds it.
    void release(ResourceId id, String owner);

    /// Replaces a campaign as [#update] does, and with it, in one step, which machines the rings of its run have: a driver that was overtaken by another one
    /// deals out no machine a second time.
    ///
    /// @throws LeaseLostException when another one holds the lease by now, or the campaign is gone
    boolean plan(Campaign planned, List<List<PlannedResource>> rings, String owner);

    /// Adds a line to a campaign's log.
    void append(ResourceId id, CampaignEvent event);

    /// A campaign's log in order.
    List<CampaignEvent> events(ResourceId id);
}
