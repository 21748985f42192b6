package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
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
import java.util.function.Predicate;

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

    /// The counts of one dictionary's texts over batches, and rows that have them. Confined to one thread.
    private static final class Counting implements Morsels.Step {
        private final Compiled by;
        private final int index;
        private final Executor executor;
        private final Predicate<Batch> sink;
        private final MemoryMeter home = MemoryMeter.current();

        /// By code + 1.
        private final IdentityHashMap<Dictionary, long[]> totals = new IdentityHashMap<>();

        private List<Part> parts = new ArrayList<>();

        /// What the counts and the rows kept take.
        private MemoryMeter held = home.inside();

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
            if (origin == null) {
                var subset = index < 0 ? null : batch.subset(index);
                if (subset != null
                        && subset.rows().size() < 2L * batch.rows()
                        && subset.column().get().dense() instanceof StringColumn texts
                        && isCondensed(texts)) {
                    return addMost(batch, subset.rows(), texts);
                }
                return by.column(batch).dense() instanceof StringColumn texts && isCondensed(texts)
                        ? addCodes(batch, texts)
                        : passEach(batch, ones(batch.rows()));
            }
            var rows = origin.rows();
            var column = origin.column().get().dense();
            return column instanceof StringColumn texts
                            && !texts.codes().isIdentity()
                            && texts.dictionary().size() <= texts.size()
                    ? addOrigins(batch, rows, texts)
                    : passOrigins(batch, rows, column);
        }

        private static boolean isCondensed(StringColumn texts) {
            return !texts.codes().isIdentity()
                    && (long) texts.dictionary().size() * ROWS_A_CODE <= texts.size();
        }

        /// Most rows of a column, whose codes are counted once for all queries: those that are left out are counted and taken away.
        private boolean addMost(Batch batch, Bits chosen, StringColumn texts) {
            var codes = texts.codes();
            var counts = codes.counts(texts.dictionary().size());
            int[] left = counts.counts().clone();
            chosen.not().forEach(row -> left[codes.get(row) + 1]--);
            long[] total = total(texts.dictionary());
            var wanted = new boolean[left.length];
            int n = 0;
            for (int code = 0; code < left.length; code++) {
                wanted[code] = total[code] == 0 && left[code] > 0;
                n += wanted[code] ? 1 : 0;
                total[code] += left[code];
            }
            int[] kept = new int[n];
            int[] rows = new int[n];
            int seen = 0;
            for (int found = 0, row = 0; found < n; row++) {
                if (chosen.get(row)) {
                    int code = codes.get(row) + 1;
                    if (wanted[code]) {
                        wanted[code] = false;
                        kept[found] = seen;
                        rows[found++] = row;
                    }
                    seen++;
                }
            }
            if (n > 0) {
                keep(batch.select(kept), codes, rows, total);
            }
            return true;
        }

        /// Rows whose codes are counted.
        private boolean addCodes(Batch batch, StringColumn texts) {
            var codes = texts.codes();
            var counts = codes.counts(texts.dictionary().size());
            int[] firsts = counts.firsts();
            long[] total = total(texts.dictionary());
            int[] fresh = new int[firsts.length];
            int n = 0;
            for (int first : firsts) {
                int code = codes.get(first) + 1;
                if (total[code] == 0) {
                    fresh[n++] = first;
                }
                total[code] += counts.counts()[code];
            }
            if (n > 0) {
                int[] kept = Arrays.copyOf(fresh, n);
                keep(batch.select(kept), codes, kept, total);
            }
            return true;
        }

        /// Rows that an expansion made of fewer: those of one have the same text, so it is enough to know how many they are.
        private boolean addOrigins(Batch batch, Bits.Counts origins, StringColumn texts) {
            var codes = texts.codes();
            long[] total = total(texts.dictionary());
            int[] some = origins.stretches();
            int[] numbers = origins.counts();
            int[] fresh = new int[64];
            int n = 0;
            for (int i = 0; i < numbers.length; i++) {
                int code = codes.get(some == null ? i : some[i]) + 1;
                int number = numbers[i];
                long before = total[code];
                total[code] = before + number;
                // Whether a row has an element cannot be foretold; that its code is new is soon
                // rare.
                if (before == 0 && number > 0) {
                    if (n == fresh.length) {
                        fresh = Arrays.copyOf(fresh, n * 2);
                    }
                    fresh[n++] = i;
                }
            }
            if (n > 0) {
                int[] places = Arrays.copyOf(fresh, n);
                int[] kept = new int[n];
                for (int i = 0; i < n; i++) {
                    kept[i] = some == null ? places[i] : some[places[i]];
                }
                keep(firsts(batch, numbers, places, kept, texts), codes, kept, total);
            }
            return true;
        }

        /// Of each row that has an element the first one.
        private boolean passOrigins(Batch batch, Bits.Counts origins, Column column) {
            int[] rows = origins.some();
            MemoryMeter.current().charge(12L * rows.length);
            int[] places = new int[rows.length];
            long[] numbers = new long[rows.length];
            for (int i = 0; i < rows.length; i++) {
                places[i] = origins.place(i, rows);
                numbers[i] = origins.counts()[places[i]];
            }
            return passEach(firsts(batch, origins.counts(), places, rows, column), numbers);
        }

        /// The first element of some of the rows that have one.
        ///
        /// @param numbers how many elements each has
        /// @param places which of them are kept
        /// @param rows of the column, those that are kept
        private Batch firsts(Batch batch, int[] numbers, int[] places, int[] rows, Column column) {
            return batch.select(
                    rows.length,
                    Rows.lazy(() -> starts(numbers, places)),
                    index,
                    () -> column.gather(rows));
        }

        /// Rows that are not counted by code, in their place among the others.
        private boolean passEach(Batch batch, long[] numbers) {
            return flush() && sink.test(numbered(batch, numbers));
        }

        private long[] total(Dictionary dictionary) {
            var total = totals.get(dictionary);
            if (total == null) {
                total = new long[dictionary.size() + 1];
                held.charge(8L * total.length);
                totals.put(dictionary, total);
            }
            return total;
        }

        /// @param rows where the kept rows' codes are
        private void keep(Batch kept, Codes codes, int[] rows, long[] total) {
            int[] own = new int[rows.length];
            for (int i = 0; i < own.length; i++) {
                own[i] = codes.get(rows[i]) + 1;
            }
            parts.add(new Part(Executor.hold(kept, home, held), own, total));
        }

        @Override
        public boolean end() {
            return flush();
        }

        /// Hands on what was counted, and begins anew.
        boolean flush() {
            var done = parts;
            var was = held;
            parts = new ArrayList<>();
            totals.clear();
            held = home.inside();
            return was.ending(() -> handOn(done));
        }

        private boolean handOn(List<Part> done) {
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

    private static long[] ones(int rows) {
        MemoryMeter.current().charge(8L * rows);
        long[] ones = new long[rows];
        Arrays.fill(ones, 1);
        return ones;
    }

    /// Where among all expanded rows the first of each of those stands.
    private static int[] starts(int[] numbers, int[] places) {
        int[] starts = new int[places.length];
        int start = 0;
        int at = 0;
        for (int i = 0; i < places.length; i++) {
            for (; at < places[i]; at++) {
                start += numbers[at];
            }
            starts[i] = start;
        }
        return starts;
    }

    private static Batch numbered(Batch batch, long[] numbers) {
        var columns = batch.suppliers();
        columns.add(() -> new LongColumn(KqlType.LONG, numbers, Bits.all(numbers.length)));
        return Batch.lazy(numbers.length, columns);
    }
}
