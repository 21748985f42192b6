package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Dictionary;
import io.muster.core.column.LongColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// `condense`: of the rows that share a text's code the first, with their number, in the order of their first; over all batches whose texts are of one
/// dictionary, for then a code means the same in each. Where codes are as many as rows, each row with the number one.
final class CondenseOperator {
    /// Rows a code, on average, that make it worthwhile.
    private static final int ROWS_A_CODE = 4;

    private CondenseOperator() {}

    static Relation relation(LogicalPlan.Condense condense, Executor executor) {
        var by = Compiled.of(condense.by(), executor);
        int index = condense.by() instanceof BoundExpr.ColumnRef ref ? ref.index() : -1;
        return executor.relation(condense.input())
                .through(sink -> new Counting(by, index, executor, sink));
    }

    /// Rows of a batch that each stand for some.
    ///
    /// @param codes of their texts, plus one; null where their texts are not counted by code
    /// @param some the rows at those places of `codes` and `numbers`
    private record Counted(
            @Nullable Dictionary dictionary,
            int @Nullable [] codes,
            long[] numbers,
            Function<int[], Batch> some) {}

    /// The counts of one dictionary's texts over batches, and rows that have them. Confined to one thread.
    private static final class Counting implements Morsels.Step {
        private final Compiled by;
        private final int index;
        private final Executor executor;
        private final Predicate<Batch> sink;
        private final MemoryMeter home = MemoryMeter.current();

        /// By code + 1.
        private final IdentityHashMap<Dictionary, long[]> totals = new IdentityHashMap<>();

        private final List<Part> parts = new ArrayList<>();
        private long charged;

        /// Rows kept, and of each the code + 1.
        private record Part(Batch batch, int[] codes, long[] totals) {}

        Counting(Compiled by, int index, Executor executor, Predicate<Batch> sink) {
            this.by = by;
            this.index = index;
            this.executor = executor;
            this.sink = sink;
        }

        @Override
        public boolean test(Batch batch) {
            executor.context().check();
            if (batch.rows() == 0) {
                return true;
            }
            var origin = index < 0 ? null : batch.origin(index);
            var counted = origin == null ? ofBatch(batch, by) : ofOrigin(batch, index, origin);
            int[] codes = counted.codes;
            if (codes == null || counted.dictionary == null) {
                // In its place among the others.
                return flush()
                        && sink.test(
                                numbered(
                                        counted.some.apply(all(counted.numbers.length)),
                                        counted.numbers));
            }
            var total = totals.get(counted.dictionary);
            if (total == null) {
                total = new long[counted.dictionary.size() + 1];
                home.charge(8L * total.length);
                charged += 8L * total.length;
                totals.put(counted.dictionary, total);
            }
            int[] fresh = new int[codes.length];
            int n = 0;
            for (int i = 0; i < codes.length; i++) {
                if (total[codes[i]] == 0) {
                    fresh[n++] = i;
                }
                total[codes[i]] += counted.numbers[i];
            }
            if (n > 0) {
                int[] kept = Arrays.copyOf(fresh, n);
                int[] keptCodes = new int[n];
                for (int i = 0; i < n; i++) {
                    keptCodes[i] = codes[kept[i]];
                }
                parts.add(
                        new Part(Executor.hold(counted.some.apply(kept), home), keptCodes, total));
            }
            return true;
        }

        @Override
        public boolean end() {
            return flush();
        }

        /// Hands on what was counted, and begins anew.
        boolean flush() {
            var done = List.copyOf(parts);
            parts.clear();
            totals.clear();
            home.charge(-charged);
            charged = 0;
            for (var part : done) {
                long[] numbers = new long[part.codes.length];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = part.totals[part.codes[i]];
                }
                if (!numbered(part.batch, numbers).pass(sink)) {
                    return false;
                }
            }
            return true;
        }
    }

    private static int[] all(int count) {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }

    private static int[] picked(int[] from, int[] places) {
        int[] out = new int[places.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = from[places[i]];
        }
        return out;
    }

    private static Counted ofBatch(Batch batch, Compiled by) {
        int rows = batch.rows();
        if (by.column(batch).dense() instanceof StringColumn texts
                && !texts.codes().isIdentity()
                && (long) texts.dictionary().size() * ROWS_A_CODE <= rows) {
            var codes = texts.codes();
            var counts = codes.counts(texts.dictionary().size());
            int[] firsts = counts.firsts();
            int[] own = new int[firsts.length];
            long[] numbers = new long[firsts.length];
            for (int i = 0; i < firsts.length; i++) {
                own[i] = codes.get(firsts[i]) + 1;
                numbers[i] = counts.counts()[own[i]];
            }
            return new Counted(
                    texts.dictionary(),
                    own,
                    numbers,
                    places -> batch.select(picked(firsts, places)));
        }
        MemoryMeter.current().charge(8L * rows);
        long[] ones = new long[rows];
        Arrays.fill(ones, 1);
        return new Counted(null, null, ones, places -> batch);
    }

    /// Rows that an expansion made of fewer: those of one have the same text, so it is enough to know how many they are.
    private static Counted ofOrigin(Batch batch, int index, Batch.Origin origin) {
        int[] rows = origin.rows();
        var column = origin.column().get().dense();
        MemoryMeter.current().charge(16L * rows.length);
        int[] from = new int[rows.length];
        int[] own = new int[rows.length];
        long[] numbers = new long[rows.length];
        int n = 0;
        Dictionary dictionary = null;
        if (column instanceof StringColumn texts
                && !texts.codes().isIdentity()
                && texts.dictionary().size() <= rows.length) {
            dictionary = texts.dictionary();
            int[] codes = texts.codes().toInts();
            // By code + 1, the group + 1.
            int[] groups = new int[dictionary.size() + 1];
            for (int row = 0; row < rows.length; row++) {
                int number = rows[row];
                if (number == 0) {
                    continue;
                }
                int group = groups[codes[row] + 1];
                if (group == 0) {
                    own[n] = codes[row] + 1;
                    from[n++] = row;
                    group = n;
                    groups[codes[row] + 1] = group;
                }
                numbers[group - 1] += number;
            }
        } else {
            for (int row = 0; row < rows.length; row++) {
                from[n] = row;
                numbers[n] = rows[row];
                n += rows[row] > 0 ? 1 : 0;
            }
        }
        int[] kept = Arrays.copyOf(from, n);
        return new Counted(
                dictionary,
                dictionary == null ? null : Arrays.copyOf(own, n),
                Arrays.copyOf(numbers, n),
                places -> {
                    int[] wanted = picked(kept, places);
                    return batch.select(
                            wanted.length,
                            Rows.lazy(() -> firsts(rows, wanted)),
                            index,
                            () -> column.gather(wanted));
                });
    }

    /// Where among all expanded rows the first of each of those stands.
    private static int[] firsts(int[] rows, int[] kept) {
        int[] firsts = new int[kept.length];
        int start = 0;
        int row = 0;
        for (int i = 0; i < kept.length; i++) {
            for (; row < kept[i]; row++) {
                start += rows[row];
            }
            firsts[i] = start;
        }
        return firsts;
    }

    private static Batch numbered(Batch batch, long[] numbers) {
        var columns = batch.suppliers();
        columns.add(() -> new LongColumn(KqlType.LONG, numbers, Bits.all(numbers.length)));
        return Batch.lazy(numbers.length, columns);
    }
}
