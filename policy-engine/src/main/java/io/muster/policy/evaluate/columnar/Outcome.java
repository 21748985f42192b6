package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Bits;

/// How a condition came out for some rows: those for which it holds, and those for which it failed. Every other row asked about does not hold.
record Outcome(Bits holds, Bits fails) {
    static Outcome none(int size) {
        return new Outcome(Bits.none(size), Bits.none(size));
    }

    /// The same for the rows asked about only.
    Outcome within(Bits active) {
        return new Outcome(holds.and(active), fails.and(active));
    }
}
