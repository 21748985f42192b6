package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.SourceException;
import io.muster.remediation.Campaigns;
import io.muster.service.fleet.FleetRounds;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes up what Azure says has changed: reads those resources again, judges, and lets campaigns run that wait for such changes. What comes while one lot is
/// worked on is gathered for the next. An event is kept before it is accepted, and until campaigns were told: what a crash or a fault leaves is taken up again.
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
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean stopping;

    ChangeEvents(FleetRounds rounds, Campaigns campaigns) {
        this.rounds = rounds;
        this.campaigns = campaigns;
    }

    /// Returns when they are kept; they are worked on behind it.
    ///
    /// @return false when too many wait: none of these is taken
    public boolean changed(Collection<ResourceId> resources) {
        boolean taken = campaigns.changed(Set.copyOf(resources));
        resume();
        return taken;
    }

    /// Takes up what waits: of this process or of one before.
    void resume() {
        if (!stopping && asked.compareAndSet(false, true)) {
            thread.execute(this::work);
        }
    }

    private void work() {
        asked.set(false);
        try {
            var waiting = campaigns.changes();
            if (waiting.isEmpty()) {
                return;
            }
            var resources =
                    waiting.stream()
                            .flatMap(kept -> kept.happening().resources().stream())
                            .collect(Collectors.toUnmodifiableSet());
            if (rounds.hasSources()) {
                if (resources.size() > MOST_ONE_BY_ONE) {
                    rounds.run();
                } else {
                    read(resources);
                }
            }
            campaigns.tell(waiting);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException | SourceException | RuntimeException fault) {
            // They are still kept: the next look takes them up again.
            if (!stopping) {
                LOG.warn("change events could not be taken up; trying again", fault);
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
