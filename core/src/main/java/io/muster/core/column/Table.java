package io.muster.core.column;

import io.muster.core.value.KqlType;
import java.util.List;
import java.util.Optional;

/// Rows as ordered, immutable segments.
///
/// @param key the string column whose text no two live rows share, where there is one
public record Table(String name, Schema schema, List<Segment> segments, Optional<String> key)
        implements TableSource {
    public Table {
        segments = List.copyOf(segments);
        for (var segment : segments) {
            if (segment.columns().size() != schema.size()) {
                throw new IllegalArgumentException(
                        segment.columns().size() + " columns, " + schema.size() + " fields");
            }
        }
        key.ifPresent(column -> {
            int index = schema.indexOf(column);
            if (index < 0 || schema.type(index) != KqlType.STRING) {
                throw new IllegalArgumentException("no string column " + column);
            }
        });
    }

    /// A table without a key.
    public Table(String name, Schema schema, List<Segment> segments) {
        this(name, schema, segments, Optional.empty());
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
