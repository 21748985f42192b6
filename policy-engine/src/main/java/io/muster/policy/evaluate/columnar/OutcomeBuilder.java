package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Bits;

/// Collects an [Outcome] row by row. Confined to one thread.
final class OutcomeBuilder {
    static final byte NO = 0;
    static final byte HOLDS = 1;
    static final byte FAILS = 2;

    private final long[] holds;
    private final long[] fails;
    private final int size;

    OutcomeBuilder(int size) {
        this.size = size;
        this.holds = new long[Bits.words(size)];
        this.fails = new long[Bits.words(size)];
    }

    void set(int row, byte outcome) {
        holds[row >>> 6] |= (long) (outcome & 1) << row;
        fails[row >>> 6] |= (long) (outcome >>> 1) << row;
    }

    Outcome build() {
        var failed = Bits.wrap(fails, size);
        return new Outcome(Bits.wrap(holds, size), failed.isEmpty() ? null : failed);
    }

    static Outcome constant(byte outcome, int size) {
        return switch (outcome) {
            case HOLDS -> new Outcome(Bits.all(size), null);
            case FAILS -> new Outcome(Bits.none(size), Bits.all(size));
            default -> Outcome.none(size);
        };
    }
}
