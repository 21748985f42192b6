package io.muster.core.column;

import java.util.List;

/// Rows as ordered, immutable segments.
public record Table(String name, Schema schema, List<Segment> segments) implements TableSource {
    public Table {
        segments = List.copyOf(segments);
        for (var segment : segments) {
            if (segment.columns().size() != schema.size()) {
                throw new IllegalArgumentException(
                        segment.columns().size() + " columns, " + schema.size() + " fields");
            }
        }
    }

    /// Rows that are not deleted.
    public long rowCount() {
        return segments.stream().mapToLong(Segment::liveSize).sum();
    }

    @Override
    public List<Segment> scan(ScanRequest request) {
        return segments;
    }
}
