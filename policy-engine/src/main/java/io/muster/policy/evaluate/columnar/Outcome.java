package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Bits;
import org.jspecify.annotations.Nullable;

/// How a condition came out for some rows: those for which it holds, and those for which it failed. Every other row asked about does not hold.
///
/// @param fails null when none failed, as nearly always: then nothing is to be combined
record Outcome(Bits holds, @Nullable Bits fails) {
    static Outcome none(int size) {
        return new Outcome(Bits.none(size), null);
    }

    /// The same for the rows asked about only.
    Outcome within(Bits active) {
        return new Outcome(holds.and(active), fails == null ? null : fails.and(active));
    }

    /// What failed in either.
    static @Nullable Bits either(@Nullable Bits one, @Nullable Bits other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.or(other);
    }

    /// Rows without those that failed.
    static Bits without(Bits rows, @Nullable Bits fails) {
        return fails == null ? rows : rows.andNot(fails);
    }

    boolean failsAt(int row) {
        return fails != null && fails.get(row);
    }
}
