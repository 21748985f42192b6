package io.muster.inventory.history;

import io.muster.inventory.snapshot.DamagedSegmentException;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Port: keeps snapshots with the way back to those before them. Publishing is atomic: a reader finds the snapshot and its history as they were
/// before, or both as they are after. Thread-safe.
public interface HistoryStore {

    /// Keeps a snapshot, and the step that led to it.
    ///
    /// @throws IOException when it cannot be kept; nothing has changed then
    void publish(ResourceHistory.Recorded recorded) throws IOException;

    /// The entries that ended after an instant, earliest first.
    ///
    /// @throws DamagedSegmentException when the bytes of one do not match their checksum
    List<HistoryEntry> after(Instant instant) throws IOException, DamagedSegmentException;

    /// When each earlier state counted, earliest first: the entries without what they hold.
    List<Step> steps() throws IOException;

    /// @param version of the state
    /// @param until not included
    record Step(long version, Instant from, Instant until) {}

    /// The version of the state that counted at an instant, when it is not the current one.
    Optional<Long> versionAt(Instant instant) throws IOException;

    /// When the earliest state that can be had back began; empty when only the current one can.
    Optional<Instant> begins() throws IOException;
}
