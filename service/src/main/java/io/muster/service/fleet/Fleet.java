package io.muster.service.fleet;

import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotStore;
import io.muster.inventory.source.CollectionLog;
import io.muster.inventory.table.ResourceGraphTables;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The current snapshot. Readers take it once and keep it for as long as their work lasts; a new one is kept in the store before anybody
/// sees it. Safe for many threads.
@Singleton
public final class Fleet {
    private static final Logger LOG = LoggerFactory.getLogger(Fleet.class);

    private final SnapshotStore store;
    private final HistoryStore history;
    private final InstantSource clock;
    private volatile List<DamagedSegmentException> damaged;
    private volatile Snapshot current;

    /// Begins with the snapshot that was kept last; an empty one when there is none. Segments that are damaged are left out and named, in the
    /// log and in `collections`, until a complete collection has read their resources again.
    ///
    /// @throws IOException when the store cannot be read
    public Fleet(SnapshotStore store, HistoryStore history, InstantSource clock)
            throws IOException {
        this.store = store;
        this.history = history;
        this.clock = clock;
        var found = new ArrayList<DamagedSegmentException>();
        this.current = kept(store, found, clock);
        this.damaged = List.copyOf(found);
    }

    private static Snapshot kept(
            SnapshotStore store, List<DamagedSegmentException> damaged, InstantSource clock)
            throws IOException {
        var kept =
                store.salvaged(damaged::add)
                        .orElseGet(() ->
                                Snapshot.empty(ResourceGraphTables.STANDARD, clock.instant()));
        for (var damage : damaged) {
            LOG.error("{}; its resources are to be collected again", damage.getMessage());
            kept = CollectionLog.withDamage(kept, damage, clock.instant());
        }
        return kept;
    }

    /// Takes over what another node has published, if one has.
    ///
    /// @throws IOException when the store cannot be read; the current one stays then
    public synchronized boolean adopt() throws IOException {
        if (!store.isOvertaken()) {
            return false;
        }
        var found = new ArrayList<DamagedSegmentException>();
        current = kept(store, found, clock);
        damaged = List.copyOf(found);
        return true;
    }

    public Snapshot snapshot() {
        return current;
    }

    /// Segments of the kept snapshot that could not be read when the server started.
    public List<DamagedSegmentException> damaged() {
        return damaged;
    }

    /// Whether anything was ever collected.
    public boolean isCollected() {
        return snapshot().version() > 0;
    }

    /// Keeps the snapshot with the step that led to it and makes it the current one.
    ///
    /// @throws IOException when it could not be kept; the current one stays then
    public synchronized void publish(ResourceHistory.Recorded recorded) throws IOException {
        history.publish(recorded);
        current = recorded.snapshot();
    }

    /// Takes the same state in another form: compacted, or with what follows from it.
    ///
    /// @return false when the current one is another by now
    /// @throws IOException when it could not be kept; the current one stays then
    public synchronized boolean replace(Snapshot expected, Snapshot same) throws IOException {
        if (current != expected) {
            return false;
        }
        store.publish(same);
        current = same;
        return true;
    }
}
