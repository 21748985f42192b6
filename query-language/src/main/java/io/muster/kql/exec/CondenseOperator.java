package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.LongColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.KqlType;
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
        return executor.relation(condense.input()).map(batch -> condense(batch, by, executor));
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
