package io.muster.service.fleet;

import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.history.ResourceVersions;
import io.muster.inventory.history.StatesWithin;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The fleet as it was. The two past snapshots asked for last are kept in memory: a past state never changes. Safe for many threads.
@Singleton
public final class FleetHistory {
    private static final int KEPT = 2;

    private final Fleet fleet;
    private final HistoryStore store;

    /// By version, the one used last at the end. Guarded by this.
    private final LinkedHashMap<Long, Snapshot> past = new LinkedHashMap<>(4, 0.75f, true);

    public FleetHistory(Fleet fleet, HistoryStore store) {
        this.fleet = fleet;
        this.store = store;
    }

    /// An instant that no state is known for.
    public static final class UnknownInstantException extends Exception {
        private static final long serialVersionUID = 1L;

        UnknownInstantException(String message) {
            super(message);
        }
    }

    /// When the earliest state known began; empty when nothing was ever collected.
    public Optional<Instant> begins() throws IOException {
        var earliest = store.begins();
        return earliest.isPresent() || !fleet.isCollected()
                ? earliest
                : Optional.of(fleet.snapshot().takenAt());
    }

    /// The state at an instant: the current one when it counted then already.
    ///
    /// @throws UnknownInstantException when the instant is before what is kept
    /// @throws IOException when the store cannot be read
    public Snapshot asOf(Instant instant) throws UnknownInstantException, IOException {
        var now = fleet.snapshot();
        if (!instant.isBefore(now.takenAt())) {
            return now;
        }
        var version = store.versionAt(instant);
        if (version.isEmpty() || store.begins().filter(b -> !b.isAfter(instant)).isEmpty()) {
            throw new UnknownInstantException(
                    begins().map(from ->
                                    "The fleet as of %s is not known: what is kept begins at %s."
                                            .formatted(instant, from))
                            .orElse("Nothing was collected yet."));
        }
        return asOf(now, instant, version.get());
    }

    /// Every state that resources had in an interval, as far back as is kept.
    ///
    /// @param end not included; later than `start`
    /// @throws IOException when the store cannot be read
    public StatesWithin within(Instant start, Instant end) throws IOException {
        // A tick: the end itself does not count.
        var last = end.minusNanos(100);
        if (store.begins().or(() -> Optional.of(fleet.snapshot().takenAt())).get().isAfter(last)) {
            return StatesWithin.of(Snapshot.empty(fleet.snapshot().layout(), last), List.of());
        }
        try {
            var state = asOf(last);
            return StatesWithin.of(
                    state,
                    store.after(start).stream()
                            .filter(step -> !step.until().isAfter(last))
                            .toList());
        } catch (UnknownInstantException | DamagedSegmentException lost) {
            throw new IOException(
                    "the states between %s and %s cannot be had back: %s"
                            .formatted(start, end, lost.getMessage()),
                    lost);
        }
    }

    /// When each earlier state counted, earliest first.
    ///
    /// @throws IOException when the store cannot be read
    public List<HistoryStore.Step> steps() throws IOException {
        return store.steps();
    }

    /// Some resources as they were since a time.
    ///
    /// @throws IOException when the store cannot be read
    public ResourceVersions versions(Instant since, Set<ResourceId> resources) throws IOException {
        // First: what is published meanwhile is in the steps too, which count before it.
        var now = fleet.snapshot();
        try {
            return ResourceVersions.of(now, store.after(since), resources);
        } catch (DamagedSegmentException damaged) {
            throw new IOException(
                    "resources cannot be had back as they were: " + damaged.getMessage(), damaged);
        }
    }

    /// One at a time: two that ask for one state should not both put it together.
    private synchronized Snapshot asOf(Snapshot now, Instant instant, long version)
            throws IOException {
        @Nullable Snapshot known = past.get(version);
        if (known != null) {
            return known;
        }
        // Room first, so that there are never three.
        while (past.size() >= KEPT) {
            past.remove(past.firstEntry().getKey());
        }
        try {
            var built = ResourceHistory.asOf(now, instant, store.after(instant));
            past.put(version, built);
            return built;
        } catch (DamagedSegmentException damaged) {
            throw new IOException(
                    "the fleet as of %s cannot be had back: %s"
                            .formatted(instant, damaged.getMessage()),
                    damaged);
        }
    }
}
