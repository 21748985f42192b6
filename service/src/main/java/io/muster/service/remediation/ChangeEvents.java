package io.muster.service.remediation;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.SourceException;
import io.muster.remediation.Campaigns;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.Happening;
import io.muster.remediation.campaign.KeptHappening;
import io.muster.service.fleet.FleetRounds;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes up what Azure says has changed: reads those resources again, judges, and lets campaigns run that wait for such changes. What comes while one lot is
/// worked on is gathered for the next. A notice is kept before it is accepted, and until its resource was read and campaigns were told: what a crash or a fault
/// leaves is taken up again. A server without campaigns of its own does the same, for the campaigns of others on its store.
@Singleton
public final class ChangeEvents implements ApplicationEventListener<ServerStartupEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeEvents.class);

    /// As many changed resources wait to be read and told of.
    private static final int MOST_WAITING = 50_000;

    /// Above that many a whole collection is done sooner than one read a resource.
    private static final int MOST_ONE_BY_ONE = 2_000;

    /// How often a resource that cannot be read holds back what it was told with; the next collection reads it all the same.
    private static final int MOST_TRIES = 5;

    /// Between the first two tries; twice as long before each further one, so that a throttled minute does not use them up.
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(30);

    private static final Duration LONGEST_PAUSE = FIRST_PAUSE.multipliedBy(1L << (MOST_TRIES - 2));

    private final FleetRounds rounds;
    private final CampaignStore store;
    private final BeanProvider<Campaigns> campaigns;
    private final InstantSource clock;
    private final Duration every;

    // A thread of its own, not the framework's schedule: that one may still fire while the server
    // stops.
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("change-events").factory());
    private final AtomicBoolean asked = new AtomicBoolean();

    /// Of what was kept and found unreadable, by its number. Of that one thread.
    private final Map<Long, Tries> tries = new HashMap<>();

    private @Nullable Future<?> looking;
    private volatile boolean stopping;

    // Campaigns depend on what runs after a collection, and are there only where there is an Azure
    // to write to.
    ChangeEvents(
            FleetRounds rounds,
            CampaignStore store,
            BeanProvider<Campaigns> campaigns,
            RemediationConfig config,
            InstantSource clock) {
        this.rounds = rounds;
        this.store = store;
        this.campaigns = campaigns;
        this.every = config.lookEveryOrStandard();
        this.clock = clock;
    }

    /// Takes up what a process before has left, and looks again every so often.
    @Override
    public void onApplicationEvent(ServerStartupEvent event) {
        looking =
                thread.scheduleWithFixedDelay(
                        this::work, 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Returns when they are kept; they are worked on behind it.
    ///
    /// @return false when too many wait: none of these is taken
    public boolean changed(List<ChangeNotice> notices) {
        if (notices.isEmpty()) {
            return true;
        }
        boolean taken = store.changed(notices, MOST_WAITING);
        resume();
        return taken;
    }

    private synchronized void resume() {
        if (!stopping && asked.compareAndSet(false, true)) {
            thread.execute(this::work);
        }
    }

    private void work() {
        asked.set(false);
        try {
            var waiting = store.changes();
            tries.keySet().retainAll(waiting.stream().map(KeptHappening::number).toList());
            if (waiting.isEmpty()) {
                return;
            }
            var now = clock.instant();
            var due = waiting.stream().filter(kept -> isDue(kept, now)).toList();
            if (due.isEmpty()) {
                return;
            }
            var latest = latest(due);
            var read = new HashSet<ResourceId>();
            latest.forEach(notice -> read.add(notice.id()));
            if (rounds.hasSources()) {
                read.removeAll(read(latest));
            }
            tell(waiting.stream().filter(kept -> isDone(kept, read, now)).toList());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException | SourceException | RuntimeException fault) {
            // They are still kept: the next look takes them up again.
            if (!stopping) {
                LOG.warn("change events could not be taken up; trying again", fault);
            }
        }
    }

    /// One notice a resource, the latest.
    private static Collection<ChangeNotice> latest(List<KeptHappening> waiting) {
        var latest = new LinkedHashMap<ResourceId, ChangeNotice>();
        for (var kept : waiting) {
            if (kept.happening() instanceof Happening.Changed(var notices)) {
                notices.forEach(notice -> latest.merge(notice.id(), notice, ChangeNotice::later));
            }
        }
        return new ArrayList<>(latest.values());
    }

    /// @return those that could not be read
    private Set<ResourceId> read(Collection<ChangeNotice> notices)
            throws IOException, SourceException, InterruptedException {
        if (notices.size() <= MOST_ONE_BY_ONE) {
            try {
                return rounds.follow(notices);
            } catch (SourceException onlyWhole) {
                LOG.debug("no source reads single resources", onlyWhole);
            }
        }
        // What that leaves out the snapshot names, and the next round reads.
        rounds.run(notices);
        return Set.of();
    }

    /// @param count how often it was looked at
    /// @param next when it is to be looked at again
    private record Tries(int count, Instant next) {
        static final Tries NONE = new Tries(0, Instant.EPOCH);

        Tries another(Instant now) {
            return new Tries(count + 1, now.plus(FIRST_PAUSE.multipliedBy(1L << count)));
        }
    }

    /// A clock that was set back holds nothing up.
    private boolean isDue(KeptHappening kept, Instant now) {
        var next = tries.getOrDefault(kept.number(), Tries.NONE).next();
        return !next.isAfter(now) || next.isAfter(now.plus(LONGEST_PAUSE));
    }

    /// Whether all that was told of was read, or was tried often enough. What is not due may have been read for a later notice.
    private boolean isDone(KeptHappening kept, Set<ResourceId> read, Instant now) {
        if (read.containsAll(kept.happening().resources())) {
            return true;
        }
        if (!isDue(kept, now)) {
            return false;
        }
        var tried = tries.getOrDefault(kept.number(), Tries.NONE).another(now);
        tries.put(kept.number(), tried);
        if (tried.count() < MOST_TRIES) {
            return false;
        }
        LOG.error(
                "of {} changes told of some could not be read {} times; the next collection reads them",
                kept.happening().resources().size(),
                MOST_TRIES);
        return true;
    }

    private void tell(List<KeptHappening> read) {
        if (read.isEmpty()) {
            return;
        }
        if (campaigns.isPresent()) {
            campaigns.get().tell(read);
        } else {
            store.tell(read, clock.instant());
        }
    }

    @PreDestroy
    void stop() {
        synchronized (this) {
            stopping = true;
        }
        if (looking != null) {
            looking.cancel(false);
        }
        thread.shutdownNow();
        thread.close();
    }
}
