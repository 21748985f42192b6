package io.muster.remediation.campaign;

import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.plan.RingMembers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where campaigns are kept, and which machines their rings have. What a method wrote is there after a crash. Safe for many threads and, in a shared store, for
/// many processes.
public interface CampaignStore extends RingMembers {
    /// Every campaign, in no order.
    List<Campaign> campaigns();

    Optional<Campaign> campaign(ResourceId id);

    /// Keeps a new campaign; false when one of that id is there.
    boolean create(Campaign campaign);

    /// Keeps a new campaign in place of one of its name, its plan and its log, in one step.
    ///
    /// @return false when that one is not there as it was read; nothing has changed then
    boolean replace(Campaign kept, Campaign by);

    /// Replaces a campaign, unless it has changed since: its kept version must be that of the new one less one, and the kept one must be the same campaign, not a
    /// later one of the same name.
    boolean update(Campaign campaign);

    /// The same by who drives it: a driver that was overtaken decides nothing more.
    ///
    /// @throws LeaseLostException when another one holds the lease by now, or the campaign is gone
    boolean update(Campaign campaign, String owner);

    /// Forgets a campaign, its plan and its log, unless it has changed since, or another one is in its place.
    ///
    /// @return false when it is not there as it was read
    boolean delete(Campaign campaign);

    /// Takes or prolongs the right to drive a campaign: true when nobody else holds it, or not any longer.
    /// What the time is, the store says: processes that share it need not agree on it.
    boolean lease(ResourceId id, String owner, Duration leaseFor);

    /// Prolongs the right that this owner holds: false when it does not, also when nobody does.
    boolean prolong(ResourceId id, String owner, Duration leaseFor);

    /// Gives the right back, when that owner holds it.
    void release(ResourceId id, String owner);

    /// Replaces a campaign as [#update] does, and with it, in one step, which machines the rings of its run have: a driver that was overtaken by another one
    /// deals out no machine a second time.
    ///
    /// @throws LeaseLostException when another one holds the lease by now, or the campaign is gone
    boolean plan(Campaign planned, List<List<PlannedResource>> rings, String owner);

    /// Forgets which machines the rings of runs before the campaign's present one had: some of them, the oldest first. Nothing when another one of its name is in its
    /// place.
    ///
    /// @param campaign as it was read
    /// @param most that many at once
    /// @return how many were forgotten; none when there are no more
    int forgetMembers(Campaign campaign, int most);

    /// Keeps which versions of gallery applications machines can get. Those that were not there at the last call are, in the same step, something that happened:
    /// none is forgotten or told twice, whenever a process dies and however many look. What the first call finds is not new.
    void published(Set<ResourceId> versions);

    /// Keeps that resources were changed, and who changed them.
    ///
    /// @param notices never empty
    /// @param most that many resources may wait until campaigns are told of them
    /// @return false when there is no room: nothing is kept then
    boolean changed(List<ChangeNotice> notices, int most);

    /// What has happened and was not told, oldest first.
    List<KeptHappening> happenings();

    /// The changes among that, also those that an earlier process kept.
    default List<KeptHappening> changes() {
        return happenings().stream()
                .filter(kept -> kept.happening() instanceof Happening.Changed)
                .toList();
    }

    /// Tells campaigns of what happened: each that waits for any of it is to run again, at once or when its present run is over. In the same step it is forgotten:
    /// what another process has told meanwhile is not told again.
    ///
    /// @return those that are to run again
    List<Campaign> tell(List<KeptHappening> happenings, Instant now);

    /// Adds a line to a campaign's log.
    void append(ResourceId id, CampaignEvent event);

    /// A campaign's log in order.
    List<CampaignEvent> events(ResourceId id);
}
