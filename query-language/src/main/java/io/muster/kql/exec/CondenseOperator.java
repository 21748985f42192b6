package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.LongColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.MemoryMeter;
import java.util.Arrays;

/// `condense`: of the rows of a batch that share a text's code the first, with their number, in the order of their first; where codes are as
/// many as rows, each row with the number one.
final class CondenseOperator {
    /// Rows a code, on average, that make it worthwhile.
    private static final int ROWS_A_CODE = 4;

    private CondenseOperator() {}

    static Relation relation(LogicalPlan.Condense condense, Executor executor) {
        var by = Compiled.of(condense.by(), executor);
        int index = condense.by() instanceof BoundExpr.ColumnRef ref ? ref.index() : -1;
        return executor.relation(condense.input())
                .map(batch -> {
                    var origin = index < 0 ? null : batch.origin(index);
                    return origin == null
                            ? condense(batch, by, executor)
                            : ofOrigin(batch, index, origin, executor);
                });
    }

    /// Rows that an expansion made of fewer: those of one have the same text, so it is enough to know how many they are.
    private static Batch ofOrigin(Batch batch, int index, Batch.Origin origin, Executor executor) {
        executor.context().check();
        int[] rows = origin.rows();
        var column = origin.column().get().dense();
        MemoryMeter.current().charge(12L * rows.length);
        int[] from = new int[rows.length];
        long[] numbers = new long[rows.length];
        int[] codes = null;
        int[] groups = new int[0];
        if (column instanceof StringColumn texts
                && !texts.codes().isIdentity()
                && texts.dictionary().size() <= rows.length) {
            codes = texts.codes().toInts();
            // By code + 1, the group + 1.
            groups = new int[texts.dictionary().size() + 1];
        }
        int n = 0;
        for (int row = 0; row < rows.length; row++) {
            int number = rows[row];
            if (number == 0) {
                continue;
            }
            int group = codes == null ? 0 : groups[codes[row] + 1];
            if (group == 0) {
                from[n++] = row;
                group = n;
                if (codes != null) {
                    groups[codes[row] + 1] = group;
                }
            }
            numbers[group - 1] += number;
        }
        int[] kept = Arrays.copyOf(from, n);
        var chosen =
                batch.select(
                        n, Rows.lazy(() -> firsts(rows, kept)), index, () -> column.gather(kept));
        return numbered(chosen, Arrays.copyOf(numbers, n));
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

    private static Batch condense(Batch batch, Compiled by, Executor executor) {
        executor.context().check();
        int rows = batch.rows();
        if (by.column(batch).dense() instanceof StringColumn texts
                && !texts.codes().isIdentity()
                && (long) texts.dictionary().size() * ROWS_A_CODE <= rows) {
            return counted(batch, texts);
        }
        MemoryMeter.current().charge(8L * rows);
        long[] ones = new long[rows];
        Arrays.fill(ones, 1);
        return numbered(batch, ones);
    }

    private static Batch counted(Batch batch, StringColumn texts) {
        var codes = texts.codes();
        var counts = codes.counts(texts.dictionary().size());
        int[] firsts = counts.firsts();
        long[] numbers = new long[firsts.length];
        for (int i = 0; i < firsts.length; i++) {
            numbers[i] = counts.counts()[codes.get(firsts[i]) + 1];
        }
        return numbered(batch.select(firsts), numbers);
    }

    private static Batch numbered(Batch batch, long[] numbers) {
        var columns = batch.suppliers();
        columns.add(() -> new LongColumn(KqlType.LONG, numbers, Bits.all(numbers.length)));
        return Batch.lazy(numbers.length, columns);
    }
}
