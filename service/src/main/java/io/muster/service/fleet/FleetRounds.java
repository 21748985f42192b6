package io.muster.service.fleet;

import io.muster.inventory.history.Attributor;
import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.history.HistoryEntry;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.OvertakenException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.CollectionProgress;
import io.muster.inventory.source.CollectionReport;
import io.muster.inventory.source.SnapshotCollector;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import io.muster.service.config.HistorySettings;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A round: collect from all sources, publish, then let everybody who judges the fleet do so again. One at a time; safe for many threads.
@Singleton
public final class FleetRounds {
    private static final Logger LOG = LoggerFactory.getLogger(FleetRounds.class);

    /// Times that other nodes may be faster with a publication.
    private static final int MOST_ATTEMPTS = 5;

    private final Fleet fleet;
    private final FleetSources sources;
    private final List<AfterCollection> after;
    private final HistorySettings history;
    private final InstantSource clock;
    private final CollectionProgress progress;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private volatile boolean running;

    public FleetRounds(
            Fleet fleet,
            FleetSources sources,
            List<AfterCollection> after,
            HistorySettings history,
            InstantSource clock) {
        this(fleet, sources, after, history, clock, CollectionProgress.NONE);
    }

    /// @param progress where a round that is cut off finds what the one before it had read
    @Inject
    public FleetRounds(
            Fleet fleet,
            FleetSources sources,
            List<AfterCollection> after,
            HistorySettings history,
            InstantSource clock,
            CollectionProgress progress) {
        this.progress = progress;
        this.fleet = fleet;
        this.sources = sources;
        this.after = List.copyOf(after);
        this.history = history;
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
        refresh(ids, HistoryEntry.Cause.REFRESH, attributor());
    }

    /// Reads again what Azure says has changed. Who changed it the notices tell; the activity log is asked where they do not.
    ///
    /// @return those that could not be read: they are as they were, and the snapshot says so
    /// @throws SourceException when no source can read single resources
    public Set<ResourceId> follow(Collection<ChangeNotice> notices)
            throws IOException, SourceException, InterruptedException {
        return refresh(
                notices.stream().map(ChangeNotice::id).collect(Collectors.toUnmodifiableSet()),
                HistoryEntry.Cause.NOTICE,
                told(notices));
    }

    /// Who changed what by what notices say, otherwise by the activity log.
    private Attributor told(Collection<ChangeNotice> notices) {
        var told =
                notices.stream()
                        .collect(
                                Collectors.toMap(
                                        ChangeNotice::id, notice -> notice, ChangeNotice::later));
        var log = attributor();
        return (id, from, until) ->
                Optional.ofNullable(told.get(id))
                        .map(ChangeNotice::by)
                        .filter(by -> !by.changedBy().equals("Unspecified"))
                        .or(() -> log.of(id, from, until));
    }

    private Set<ResourceId> refresh(
            Set<ResourceId> ids, HistoryEntry.Cause cause, Attributor attributor)
            throws IOException, SourceException, InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            var refreshed =
                    publish(
                            () ->
                                    new SnapshotCollector(sources.sources(), clock)
                                            .refresh(fleet.snapshot(), ids),
                            cause,
                            attributor);
            judge();
            return refreshed.unread();
        } finally {
            oneAtATime.unlock();
        }
    }

    /// Runs a round now, after one that may be under way.
    ///
    /// @return what the collection says of itself; what was not read whole keeps its old data
    /// @throws IOException when the snapshot or the verdicts cannot be kept
    public CollectionReport run() throws IOException, InterruptedException {
        return run(List.of());
    }

    /// The same, and what these notices tell of who changed what is taken over.
    public CollectionReport run(Collection<ChangeNotice> notices)
            throws IOException, InterruptedException {
        oneAtATime.lockInterruptibly();
        running = true;
        try {
            var collected = publish(this::collected, HistoryEntry.Cause.COLLECTION, told(notices));
            judge();
            return collected.report();
        } finally {
            running = false;
            oneAtATime.unlock();
        }
    }

    private SnapshotCollector.Collected collected() throws IOException, InterruptedException {
        var collected =
                new SnapshotCollector(sources.sources(), clock, progress).collect(fleet.snapshot());
        // Overtaken by another node, it is to be read anew, not to go on behind what is read now.
        progress.clear();
        return collected;
    }

    /// Joins small segments, when there are many: each refresh adds some. Readers go on with what they have.
    ///
    /// @return whether there was anything to join
    public boolean compact() throws IOException, InterruptedException {
        oneAtATime.lockInterruptibly();
        try {
            fleet.adopt();
            var now = fleet.snapshot();
            return now.isWorthCompacting() && fleet.replace(now, now.compacted());
        } finally {
            oneAtATime.unlock();
        }
    }

    private void judge() throws IOException, InterruptedException {
        for (var step : after) {
            step.run();
        }
    }

    private Attributor attributor() {
        return (id, from, until) -> {
            for (var source : sources.sources()) {
                var found = source.attributor().of(id, from, until);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        };
    }

    /// Reads resources, on top of the current snapshot.
    @FunctionalInterface
    private interface Collecting<X extends Exception> {
        SnapshotCollector.Collected now() throws X, IOException, InterruptedException;
    }

    /// Collects and publishes; anew, on top of what it published, when another node was faster.
    private <X extends Exception> SnapshotCollector.Collected publish(
            Collecting<X> collecting, HistoryEntry.Cause cause, Attributor attributor)
            throws X, IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            fleet.adopt();
            var collected = collecting.now();
            warn(collected.report().faults());
            try {
                publish(collected.snapshot(), cause, attributor);
                return collected;
            } catch (OvertakenException faster) {
                if (attempt == MOST_ATTEMPTS) {
                    throw faster;
                }
                LOG.info("collecting again: {}", faster.getMessage());
            }
        }
    }

    private void publish(Snapshot next, HistoryEntry.Cause cause, Attributor attributor)
            throws IOException {
        fleet.publish(
                new ResourceHistory(history.keep(), attributor)
                        .record(fleet.snapshot(), next, cause));
        for (var source : sources.sources()) {
            source.attributor().faults().forEach(fault -> LOG.warn("who changed what: {}", fault));
        }
    }

    private static void warn(List<SourceFault> faults) {
        for (var fault : faults) {
            if (fault.cause() != null) {
                LOG.error("collection: {}", fault.describe(), fault.cause());
            } else if (fault.isError()) {
                LOG.warn("collection: {}", fault.describe());
            } else {
                LOG.info("collection: {}", fault.describe());
            }
        }
    }
}
