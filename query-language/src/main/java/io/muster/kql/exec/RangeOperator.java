package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.List;
import java.util.function.Predicate;

/// `range`: made a batch at a time, so that a long one costs nothing until it is read.
final class RangeOperator {
    private static final int CHUNK = 65_536;

    private RangeOperator() {}

    static Relation relation(LogicalPlan.Range range, Executor executor) {
        return Relation.single(sink -> {
            var from = executor.constant(range.from());
            var to = executor.constant(range.to());
            var step = executor.constant(range.step());
            if (from.isNull() || to.isNull() || step.isNull()) {
                return true;
            }
            KqlType type = range.schema().type(0);
            if (type == KqlType.REAL) {
                return reals(
                        executor,
                        sink,
                        Columns.doubleOf(from),
                        Columns.doubleOf(to),
                        Columns.doubleOf(step));
            }
            long at = Columns.longOf(from);
            long end = Columns.longOf(to);
            long by = Columns.longOf(step);
            if (by == 0) {
                return true;
            }
            while (by > 0 ? at <= end : at >= end) {
                executor.context().check();
                // As unsigned numbers, for the distance may not fit a long.
                long left =
                        by > 0
                                ? Long.divideUnsigned(end - at, by)
                                : Long.divideUnsigned(at - end, -by);
                int rows = Long.compareUnsigned(left, CHUNK) < 0 ? (int) left + 1 : CHUNK;
                long[] values = new long[rows];
                for (int i = 0; i < rows; i++) {
                    values[i] = at + i * by;
                }
                Column column = new LongColumn(type, values, Bits.all(rows));
                if (!passed(column, sink)) {
                    return false;
                }
                long next = at + rows * by;
                if (by > 0 ? next < at : next > at) {
                    return true;
                }
                at = next;
            }
            return true;
        });
    }

    private static boolean reals(
            Executor executor, Predicate<Batch> sink, double from, double to, double step) {
        double count = Math.floor((to - from) / step + 1e-9) + 1;
        if (!(count >= 1) || step == 0) {
            return true;
        }
        for (double done = 0; done < count; done += CHUNK) {
            executor.context().check();
            int rows = (int) Math.min(CHUNK, count - done);
            double[] values = new double[rows];
            for (int i = 0; i < rows; i++) {
                values[i] = from + (done + i) * step;
            }
            Column column = new RealColumn(values, Bits.all(rows));
            if (!passed(column, sink)) {
                return false;
            }
        }
        return true;
    }

    /// Hands the values on, counted: a batch that keeps a few of them holds all until they are picked.
    private static boolean passed(Column column, Predicate<Batch> sink) {
        return Batch.of(column.size(), List.of(column))
                .pass(batch -> {
                    MemoryMeter.current().charge(Columns.rowBytes(column));
                    return sink.test(batch);
                });
    }
}
