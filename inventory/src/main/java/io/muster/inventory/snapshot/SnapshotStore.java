package io.muster.inventory.snapshot;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/// Port: keeps the latest snapshot across restarts. Publishing is atomic: a reader finds the previous snapshot or the new one, never between. Thread-safe.
public interface SnapshotStore {

    /// Keeps a snapshot; only segments not yet kept are written.
    ///
    /// @throws OvertakenException when another node has published since this store was last read here
    void publish(Snapshot snapshot) throws IOException;

    /// Whether another node has published since this store was last read or written here.
    boolean isOvertaken() throws IOException;

    /// The snapshot published last; empty when none was.
    ///
    /// @throws DamagedSegmentException when a segment's bytes do not match their checksum
    Optional<Snapshot> latest() throws IOException, DamagedSegmentException;

    /// The snapshot published last without the segments that are damaged, which are told.
    Optional<Snapshot> salvaged(Consumer<DamagedSegmentException> damaged) throws IOException;
}
