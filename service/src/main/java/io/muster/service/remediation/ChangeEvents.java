package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.SourceException;
import io.muster.remediation.Campaigns;
import io.muster.remediation.campaign.Trigger;
import io.muster.service.fleet.FleetRounds;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes up what Azure says has changed: reads those resources again, judges, and lets campaigns run that wait for such changes. What comes while one lot is
/// worked on is gathered for the next.
@Singleton
@Requires(beans = Campaigns.class)
public final class ChangeEvents {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeEvents.class);

    /// Above that many a whole collection is done sooner than one read a resource.
    private static final int MOST_ONE_BY_ONE = 2_000;

    private final FleetRounds rounds;
    private final Campaigns campaigns;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("change-events").factory());
    private Set<ResourceId> waiting = new HashSet<>();
    private volatile boolean stopping;

    ChangeEvents(FleetRounds rounds, Campaigns campaigns) {
        this.rounds = rounds;
        this.campaigns = campaigns;
    }

    /// Returns at once.
    public synchronized void changed(Collection<ResourceId> resources) {
        boolean idle = waiting.isEmpty();
        waiting.addAll(resources);
        if (idle && !waiting.isEmpty() && !stopping) {
            thread.execute(this::work);
        }
    }

    private synchronized Set<ResourceId> take() {
        var taken = waiting;
        waiting = new HashSet<>();
        return taken;
    }

    private void work() {
        var resources = take();
        try {
            if (rounds.hasSources()) {
                if (resources.size() > MOST_ONE_BY_ONE) {
                    rounds.run();
                } else {
                    read(resources);
                }
            }
            var types =
                    resources.stream()
                            .map(id -> id.type().toString())
                            .collect(Collectors.toUnmodifiableSet());
            campaigns.fire(
                    trigger ->
                            trigger instanceof Trigger.Change change
                                    && types.stream().anyMatch(change::isAbout),
                    resources.size() + " resources changed.");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException | SourceException | RuntimeException fault) {
            // The next collection finds the same changes.
            if (!stopping) {
                LOG.error("change events could not be taken up", fault);
            }
        }
    }

    private void read(Set<ResourceId> resources)
            throws IOException, SourceException, InterruptedException {
        try {
            rounds.refresh(resources);
        } catch (SourceException onlyWhole) {
            LOG.debug("no source reads single resources", onlyWhole);
            rounds.run();
        }
    }

    @PreDestroy
    void stop() {
        stopping = true;
        thread.shutdownNow();
        thread.close();
    }
}
