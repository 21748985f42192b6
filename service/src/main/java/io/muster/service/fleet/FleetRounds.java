package io.muster.service.fleet;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.SnapshotCollector;
import io.muster.inventory.source.SourceException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A round: collect from all sources, publish, then let everybody who judges the fleet do so again. One at a time; safe for many threads.
@Singleton
public final class FleetRounds {
    private static final Logger LOG = LoggerFactory.getLogger(FleetRounds.class);

    private final Fleet fleet;
    private final FleetSources sources;
    private final List<AfterCollection> after;
    private final InstantSource clock;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private volatile boolean running;

    public FleetRounds(
            Fleet fleet, FleetSources sources, List<AfterCollection> after, InstantSource clock) {
        this.fleet = fleet;
        this.sources = sources;
        this.after = List.copyOf(after);
        this.clock = clock;
    }

    public boolean hasSources() {
        return !sources.sources().isEmpty();
    }

    public boolean isRunning() {
        return running;
    }

    /// Reads some resources again, and what lies below them, publishes them and lets everybody judge.
    ///
    /// @throws SourceException when no source can read single resources
    public void refresh(Set<ResourceId> ids)
            throws IOException, SourceException, InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            publish(
                    new SnapshotCollector(sources.sources(), clock)
                            .refresh(fleet.snapshot(), ids)
                            .snapshot());
            for (var step : after) {
                step.run();
            }
        } finally {
            oneAtATime.unlock();
        }
    }

    /// Runs a round now, after one that may be under way.
    ///
    /// @return what the collection says of itself; what was not read whole keeps its old data
    /// @throws IOException when the snapshot or the verdicts cannot be kept
    public CollectionReport run() throws IOException, InterruptedException {
        oneAtATime.lockInterruptibly();
        running = true;
        try {
            var collected =
                    new SnapshotCollector(sources.sources(), clock).collect(fleet.snapshot());
            publish(collected.snapshot());
            collected
                    .report()
                    .faults()
                    .forEach(fault -> {
                        if (fault.isError()) {
                            LOG.warn("collection: {}", fault.describe());
                        }
                    });
            for (var step : after) {
                step.run();
            }
            return collected.report();
        } finally {
            running = false;
            oneAtATime.unlock();
        }
    }

    /// A snapshot is published with what follows from it.
    private void publish(Snapshot collected) throws IOException {
        fleet.publish(Assessments.in(collected, clock.instant()));
    }
}
