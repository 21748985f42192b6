package io.muster.service.fleet;

import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
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
