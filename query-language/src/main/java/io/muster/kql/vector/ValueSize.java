package io.muster.kql.vector;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.ValueLimits;

/// What an array or a bag takes: of the heap, and when it is read to its last value. The two differ where values are shared: forty times
/// `x = pack_array(x, x)` take forty small arrays, and no end of reading.
final class ValueSize {
    /// Values nested deeper than this are mostly shared with what they were made from.
    private static final int DEPTH = 3;

    private static final int VALUE = 8;

    /// Levels of arrays and bags in one another. No setting: what reads a value goes down its levels on the stack.
    private static final int LEVELS = 2000;

    private static final long LOOK = 1L << 20;

    /// An array or bag of so many, or one met after so many units, is looked up before it is walked: with less, looking costs more than
    /// it saves.
    private static final int WIDE = 128;

    private static final long LONG = 1L << 15;

    private long bytes;
    private long units;

    private ValueSize() {}

    /// @throws QueryStoppedException if no value may be as large
    static ValueSize of(Dynamic value) {
        var size = new ValueSize();
        size.add(value, DEPTH, 0);
        return size;
    }

    long bytes() {
        return bytes;
    }

    /// One frame a level: what is deep stays within the stack.
    ///
    /// @param heap how many levels count for the heap, too; negative: none
    /// @param level of this value in the whole
    /// @return levels of arrays and bags from here on
    private int add(Dynamic value, int heap, int level) {
        int size = members(value);
        if (size < 0) {
            did(VALUE + length(value), heap < 0 ? 0 : ofScalar(value));
            return 0;
        }
        var known = isLookedUp(size) ? MemoryMeter.current().sizes().of(value, heap) : null;
        checkLevel(level + (known == null ? 1 : known.levels()));
        if (known != null) {
            did(known.units(), known.bytes());
            return known.levels();
        }
        long bytesBefore = bytes;
        long unitsBefore = units;
        int levels = 0;
        int below = Math.max(-1, heap - 1);
        did(VALUE, heap < 0 ? 0 : ofContainer(value, size));
        if (value instanceof Dynamic.Array(var items)) {
            for (var item : items) {
                levels = Math.max(levels, add(item, below, level + 1));
            }
        } else if (value instanceof Dynamic.Bag(var members)) {
            for (var member : members.entrySet()) {
                units += member.getKey().length();
                levels = Math.max(levels, add(member.getValue(), below, level + 1));
            }
        }
        if (isLookedUp(size)) {
            MemoryMeter.current()
                    .sizes()
                    .keep(value, heap, bytes - bytesBefore, units - unitsBefore, levels + 1);
        }
        return levels + 1;
    }

    /// How many an array or a bag has; -1 for other values.
    private static int members(Dynamic value) {
        return switch (value) {
            case Dynamic.Array(var items) -> items.size();
            case Dynamic.Bag(var members) -> members.size();
            default -> -1;
        };
    }

    private static int length(Dynamic scalar) {
        return scalar instanceof Dynamic.Text(var text) ? text.length() : 0;
    }

    private static long ofContainer(Dynamic value, int size) {
        return value instanceof Dynamic.Array ? 56 + 8L * size : 80 + 64L * size;
    }

    private boolean isLookedUp(int size) {
        return size >= WIDE || units >= LONG;
    }

    private static void checkLevel(int levels) {
        if (levels > LEVELS) {
            throw new QueryStoppedException(
                    "query-too-deep",
                    "The query makes an array or a property bag of more than %,d levels."
                            .formatted(LEVELS));
        }
    }

    private void did(long moreUnits, long moreBytes) {
        long before = units;
        units += moreUnits;
        bytes += moreBytes;
        if (units > ValueLimits.LEAST_VALUE) {
            checkUnits();
        }
        if (before / LOOK != units / LOOK) {
            MemoryMeter.current().charge(0);
        }
    }

    private void checkUnits() {
        long most = ValueLimits.current().value();
        if (units > most) {
            throw new QueryStoppedException(
                    "query-memory",
                    "The query makes an array or a property bag of more than %,d values and characters, which is the most one may have."
                            .formatted(most));
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
