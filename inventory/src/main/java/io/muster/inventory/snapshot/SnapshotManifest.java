package io.muster.inventory.snapshot;

import io.muster.core.column.Bits;
import io.muster.core.value.Dynamic;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a kept snapshot consists of: its segments by id, and which of their rows are deleted.
public record SnapshotManifest(
        long version, Instant takenAt, int nextOrdinal, Dynamic metadata, List<Entry> entries) {
    public SnapshotManifest {
        entries = List.copyOf(entries);
    }

    /// @param deleted null when no row is
    public record Entry(long segmentId, String type, int rows, @Nullable Bits deleted) {}

    public static SnapshotManifest of(Snapshot snapshot) {
        return new SnapshotManifest(
                snapshot.version(),
                snapshot.takenAt(),
                snapshot.nextOrdinal(),
                snapshot.metadata(),
                snapshot.segments().stream()
                        .map(s -> new Entry(s.id(), s.type(), s.size(), s.rows().deleted()))
                        .toList());
    }
}
