package io.muster.service.fleet;

import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotStore;
import io.muster.inventory.table.ResourceGraphTables;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.InstantSource;

/// The current snapshot. Readers take it once and keep it for as long as their work lasts; a new one is kept in the store before anybody
/// sees it. Safe for many threads.
@Singleton
public final class Fleet {
    private final SnapshotStore store;
    private volatile Snapshot current;

    /// Begins with the snapshot that was kept last; an empty one when there is none.
    ///
    /// @throws IOException when the store cannot be read
    public Fleet(SnapshotStore store, InstantSource clock)
            throws IOException, DamagedSegmentException {
        this.store = store;
        this.current =
                store.latest()
                        .orElseGet(() ->
                                Snapshot.empty(ResourceGraphTables.STANDARD, clock.instant()));
    }

    public Snapshot snapshot() {
        return current;
    }

    /// Whether anything was ever collected.
    public boolean isCollected() {
        return snapshot().version() > 0;
    }

    /// Keeps the snapshot and makes it the current one.
    ///
    /// @throws IOException when it could not be kept; the current one stays then
    public synchronized void publish(Snapshot snapshot) throws IOException {
        store.publish(snapshot);
        current = snapshot;
    }
}
