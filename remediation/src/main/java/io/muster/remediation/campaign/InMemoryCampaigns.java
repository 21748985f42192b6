package io.muster.remediation.campaign;

import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.Leases;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Campaigns that live as long as their process: for tests and for `benchmarks`, which measures runs
/// without a database's share. It keeps what a store would keep, as JSON, so that nothing survives here
/// that would not there.
public final class InMemoryCampaigns implements CampaignStore {
    private final Map<ResourceId, Campaign> campaigns = new LinkedHashMap<>();
    private final Map<Assigned, List<List<PlannedResource>>> members = new HashMap<>();
    private final Map<ResourceId, List<CampaignEvent>> events = new HashMap<>();
    private final Leases leases;
    private final List<KeptHappening> happenings = new ArrayList<>();
    private @Nullable Set<ResourceId> published;
    private long happened;

    /// @param clock by which leases run out
    public InMemoryCampaigns(InstantSource clock) {
        this.leases = new Leases(clock);
    }

    private record Assigned(ResourceId campaign, int run) {}

    private static Campaign kept(Campaign campaign) {
        return CampaignCodec.read(CampaignCodec.write(campaign));
    }

    @Override
    public synchronized List<Campaign> campaigns() {
        return List.copyOf(campaigns.values());
    }

    @Override
    public synchronized Optional<Campaign> campaign(ResourceId id) {
        return Optional.ofNullable(campaigns.get(id));
    }

    @Override
    public synchronized boolean create(Campaign campaign) {
        return campaigns.putIfAbsent(campaign.id(), kept(campaign)) == null;
    }

    @Override
    public synchronized boolean replace(Campaign kept, Campaign by) {
        return delete(kept) && create(by);
    }

    @Override
    public synchronized boolean update(Campaign campaign) {
        if (campaign(campaign.id()).filter(campaign::follows).isEmpty()) {
            return false;
        }
        campaigns.put(campaign.id(), kept(campaign));
        return true;
    }

    @Override
    public synchronized boolean update(Campaign campaign, String owner) {
        leases.checkHeld(campaign.id(), owner);
        return update(campaign);
    }

    @Override
    public synchronized boolean delete(Campaign campaign) {
        var id = campaign.id();
        if (campaign(id).filter(campaign::isSameAs).isEmpty()) {
            return false;
        }
        campaigns.remove(id);
        events.remove(id);
        leases.forget(id);
        members.keySet().removeIf(assigned -> assigned.campaign().equals(id));
        return true;
    }

    @Override
    public synchronized boolean lease(ResourceId id, String owner, Duration leaseFor) {
        return leases.take(id, owner, leaseFor);
    }

    @Override
    public synchronized boolean prolong(ResourceId id, String owner, Duration leaseFor) {
        return leases.prolong(id, owner, leaseFor);
    }

    @Override
    public synchronized void release(ResourceId id, String owner) {
        leases.release(id, owner);
    }

    @Override
    public synchronized boolean plan(
            Campaign planned, List<List<PlannedResource>> rings, String owner) {
        if (!update(planned, owner)) {
            return false;
        }
        members.put(
                new Assigned(planned.id(), planned.run()),
                rings.stream().map(List::copyOf).toList());
        return true;
    }

    @Override
    public synchronized List<PlannedResource> members(ResourceId campaign, int run, int ring) {
        var rings = members.getOrDefault(new Assigned(campaign, run), List.of());
        return ring < rings.size() ? rings.get(ring) : List.of();
    }

    /// A run at a time.
    @Override
    public synchronized int forgetMembers(Campaign campaign, int most) {
        var id = campaign.id();
        if (campaign(id).filter(campaign::isEarlierOrNow).isEmpty()) {
            return 0;
        }
        return members.keySet().stream()
                .filter(kept -> kept.campaign().equals(id) && kept.run() < campaign.run())
                .min(Comparator.comparing(Assigned::run))
                .map(oldest ->
                        Objects.requireNonNull(members.remove(oldest)).stream()
                                .mapToInt(List::size)
                                .sum())
                .orElse(0);
    }

    @Override
    public synchronized void published(Set<ResourceId> versions) {
        if (published != null) {
            Set<ResourceId> fresh = new HashSet<>(versions);
            fresh.removeAll(published);
            if (!fresh.isEmpty()) {
                happenings.add(new KeptHappening(++happened, new Happening.Published(fresh)));
            }
        }
        published = Set.copyOf(versions);
    }

    @Override
    public synchronized boolean changed(List<ChangeNotice> notices, int most) {
        var changed = new Happening.Changed(notices);
        int waiting =
                happenings.stream().mapToInt(kept -> kept.happening().resources().size()).sum();
        if (waiting + changed.notices().size() > most) {
            return false;
        }
        happenings.add(new KeptHappening(++happened, changed));
        return true;
    }

    @Override
    public synchronized List<KeptHappening> happenings() {
        return List.copyOf(happenings);
    }

    @Override
    public synchronized List<Campaign> tell(List<KeptHappening> told, Instant now) {
        var untold = told.stream().filter(happenings::contains).toList();
        happenings.removeAll(untold);
        List<Campaign> triggered = new ArrayList<>();
        for (var campaign : campaigns()) {
            var heard = campaign.hears(untold.stream().map(KeptHappening::happening).toList());
            if (!heard.isEmpty()) {
                var next = campaign.triggered(now);
                update(next);
                heard.forEach(
                        h -> append(next.id(), new CampaignEvent(now, "triggered", h.text())));
                triggered.add(next);
            }
        }
        return List.copyOf(triggered);
    }

    @Override
    public synchronized void append(ResourceId id, CampaignEvent event) {
        events.computeIfAbsent(id, _ -> new ArrayList<>()).add(event);
    }

    @Override
    public synchronized List<CampaignEvent> events(ResourceId id) {
        return List.copyOf(events.getOrDefault(id, List.of()));
    }
}
