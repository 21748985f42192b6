package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.kql.vector.MemoryMeter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Row numbers to pick, computed when a column needs them. Confined to one thread at a time.
final class Rows {
    /// How often a few of an expansion's numbers are looked for; more often all numbers are cheaper.
    private static final int LOOKS = 4;

    private @Nullable Supplier<int[]> source;
    private int @Nullable [] numbers;
    private int looks;

    /// The numbers as a set, where they are one.
    private @Nullable Bits set;

    /// Number r comes `offsets[r + 1] - offsets[r]` times, where that is how they come.
    private int @Nullable [] offsets;

    /// The last composition asked for: all columns of a batch ask for the same.
    private @Nullable Rows lastOuter;

    private @Nullable Rows lastComposed;

    private Rows(Supplier<int[]> source) {
        this.source = source;
    }

    static Rows of(int[] numbers) {
        return new Rows(() -> numbers);
    }

    static Rows of(Bits set) {
        var rows = new Rows(set::toArray);
        rows.set = set;
        return rows;
    }

    static Rows lazy(Supplier<int[]> source) {
        return new Rows(source);
    }

    /// Each row as often as it has elements: row r those from `offsets[r]` on, below `offsets[r + 1]`.
    static Rows repeated(int[] offsets) {
        var rows = new Rows(() -> numbers(offsets));
        rows.offsets = offsets;
        return rows;
    }

    int[] numbers() {
        var known = numbers;
        if (known == null) {
            var from = source;
            if (from == null) {
                throw new IllegalStateException("rows that need themselves");
            }
            source = null;
            known = from.get();
            numbers = known;
        }
        return known;
    }

    /// Of what these rows pick, those.
    Rows then(Rows outer) {
        var composed = lastComposed;
        if (lastOuter != outer || composed == null) {
            composed = new Rows(() -> compose(outer.numbers()));
            lastOuter = outer;
            lastComposed = composed;
        }
        return composed;
    }

    private int[] compose(int[] outer) {
        var repeats = offsets;
        if (repeats != null && numbers == null && looks++ < LOOKS) {
            int[] found = sources(repeats, outer);
            if (found.length == outer.length) {
                return found;
            }
        }
        int[] inner = numbers();
        int[] out = new int[outer.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = outer[i] < 0 ? -1 : inner[outer[i]];
        }
        return out;
    }

    private static int[] numbers(int[] offsets) {
        int rows = offsets.length - 1;
        MemoryMeter.current().charge(4L * offsets[rows]);
        int[] from = new int[offsets[rows]];
        for (int row = 0; row < rows; row++) {
            for (int i = offsets[row]; i < offsets[row + 1]; i++) {
                from[i] = row;
            }
        }
        return from;
    }

    /// The rows that those elements, which ascend, come from; row -1 comes from none. Empty when they do not ascend.
    private static int[] sources(int[] offsets, int[] wanted) {
        int[] out = new int[wanted.length];
        int row = 0;
        for (int i = 0; i < out.length; i++) {
            int at = wanted[i];
            if (at < 0) {
                out[i] = -1;
                continue;
            }
            if (at < offsets[row]) {
                return new int[0];
            }
            while (at >= offsets[row + 1]) {
                row++;
            }
            out[i] = row;
        }
        return out;
    }

    /// Which rows come, and how often, when it is known without looking at every number that these rows repeat others and `picked`, where given, is a set of them;
    /// else null.
    Bits.@Nullable Counts counts(@Nullable Rows picked) {
        var repeats = offsets;
        if (repeats == null) {
            return null;
        }
        var chosen = picked == null ? Bits.all(repeats[repeats.length - 1]) : picked.set;
        if (chosen == null) {
            return null;
        }
        MemoryMeter.current().charge(4L * repeats.length);
        return chosen.counts(repeats);
    }

    /// The rows as a set of others, when that is how they were chosen; null else.
    @Nullable Bits set() {
        return set;
    }
}
