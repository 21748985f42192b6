package io.muster.kql.vector;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.QueryStoppedException;

/// What an array or a bag takes: of the heap, and when it is read to its last value. The two differ where values are shared: forty times
/// `x = pack_array(x, x)` take forty small arrays, and no end of reading.
final class ValueSize {
    /// Values nested deeper than this are mostly shared with what they were made from.
    private static final int DEPTH = 3;

    /// Units that reading it to the end may take: characters, and eight for each value.
    private static final long MOST = 1L << 27;

    private static final int VALUE = 8;

    /// Levels of arrays and bags in one another.
    private static final int LEVELS = 2000;

    private static final long LOOK = 1L << 20;

    private long bytes;
    private long units;

    long bytes() {
        return bytes;
    }

    ValueSize add(Dynamic value) {
        add(value, DEPTH);
        return this;
    }

    /// @param depth how many levels count for the heap, too
    private void add(Dynamic value, int depth) {
        if (depth < DEPTH - LEVELS) {
            throw new QueryStoppedException(
                    "query-too-deep",
                    "The query makes an array or a property bag of more than %,d levels."
                            .formatted(LEVELS));
        }
        long before = units;
        units += VALUE;
        switch (value) {
            case Dynamic.Array(var items) -> {
                bytes += depth < 0 ? 0 : 56 + 8L * items.size();
                for (var item : items) {
                    add(item, depth - 1);
                }
            }
            case Dynamic.Bag(var members) -> {
                bytes += depth < 0 ? 0 : 80 + 64L * members.size();
                for (var member : members.entrySet()) {
                    units += member.getKey().length();
                    add(member.getValue(), depth - 1);
                }
            }
            case Dynamic.Text(var text) -> {
                units += text.length();
                bytes += depth < 0 ? 0 : ofScalar(value);
            }
            default -> bytes += depth < 0 ? 0 : ofScalar(value);
        }
        if (units > MOST) {
            throw new QueryStoppedException(
                    "query-memory",
                    "The query makes an array or a property bag of more than %,d values and characters, which is the most one may have."
                            .formatted(MOST));
        }
        if (before / LOOK != units / LOOK) {
            MemoryMeter.current().charge(0);
        }
    }

    static long ofScalar(Dynamic value) {
        return switch (value) {
            case Dynamic.Null n -> 0;
            case Dynamic.Bool b -> 0;
            case Dynamic.Whole w -> 24;
            case Dynamic.Real r -> 24;
            case Dynamic.DateTime d -> 24;
            case Dynamic.Span s -> 24;
            case Dynamic.Decimal d -> 64;
            case Dynamic.Guid g -> 48;
            case Dynamic.Text(var text) -> 16 + MemoryMeter.sizeOf(text);
            case Dynamic.Array a -> 56;
            case Dynamic.Bag b -> 80;
        };
    }
}
