package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// `make-series`: an array for each aggregate along an axis of equal steps, and the axis itself.
final class MakeSeriesOperator {
    private MakeSeriesOperator() {}

    static Relation relation(LogicalPlan.MakeSeries series, Executor executor) {
        var input = executor.relation(series.input());
        return Relation.single(sink -> {
            var batches = executor.collect(input);
            var whole =
                    batches.isEmpty()
                            ? Batch.of(0, nothing(series.input()))
                            : executor.concat(batches, series.input().schema());
            var out = series(series, whole, executor);
            return out.rows() == 0 || sink.test(out);
        });
    }

    private static List<Column> nothing(LogicalPlan input) {
        return input.schema().fields().stream().map(f -> Columns.nulls(f.type(), 0)).toList();
    }

    private static Batch series(LogicalPlan.MakeSeries series, Batch all, Executor executor) {
        Column axisOfAll = Compiled.of(series.axis(), executor).column(all);
        var axis = SeriesAxis.of(series, axisOfAll, executor);
        int length = axis.length();
        // What lies outside the range is as if it were not there.
        int[] inside = new int[all.rows()];
        int[] bins = new int[all.rows()];
        int rows = 0;
        for (int row = 0; row < all.rows(); row++) {
            int bin = axis.bin(axisOfAll.dynamic(row));
            if (bin >= 0) {
                inside[rows] = row;
                bins[rows++] = bin;
            }
        }
        if (length == 0 || rows == 0 && !(series.nonEmpty() && series.keys().isEmpty())) {
            return Batch.of(0, nothing(series));
        }
        var whole = rows == all.rows() ? all : all.select(Arrays.copyOf(inside, rows));

        var groups = new Groups(series.keys().stream().map(BoundExpr::type).toList());
        var keys = new ArrayList<Column>();
        for (var key : series.keys()) {
            keys.add(Compiled.of(key, executor).column(whole));
        }
        int[] ids = groups.of(keys, rows, true);
        int count = groups.count();
        MemoryMeter.current().charge(40L * count * length);
        int[] cells = new int[rows];
        boolean[] filled = new boolean[Math.multiplyExact(count, length)];
        for (int row = 0; row < rows; row++) {
            cells[row] = ids[row] * length + bins[row];
            filled[cells[row]] = true;
        }
        var columns = new ArrayList<>(groups.columns());
        int total = Math.multiplyExact(count, length);
        var results = new ArrayList<Column>();
        for (var aggregate : series.aggregates()) {
            var prepared = SummarizeOperator.Prepared.of(aggregate, executor);
            var accumulator = prepared.accumulator();
            if (rows > 0) {
                prepared.add(accumulator, whole, cells, total, executor);
            }
            results.addAll(prepared.results(accumulator, total));
        }
        var cellValues = Batch.of(total, results);
        for (int item = 0; item < series.items().size(); item++) {
            Column values = Compiled.of(series.items().get(item), executor).column(cellValues);
            Dynamic otherwise = executor.constant(series.defaults().get(item));
            var out = new ColumnBuilder(KqlType.DYNAMIC, count);
            for (int g = 0; g < count; g++) {
                var line = new Dynamic[length];
                for (int i = 0; i < length; i++) {
                    int cell = g * length + i;
                    line[i] = filled[cell] ? values.dynamic(cell) : otherwise;
                }
                out.add(new Dynamic.Array(Arrays.asList(line)));
            }
            columns.add(out.build());
        }
        var axisPoints = new Dynamic[length];
        for (int i = 0; i < length; i++) {
            axisPoints[i] = axis.point(i);
        }
        columns.add(
                Columns.constant(
                        new Dynamic.Array(Arrays.asList(axisPoints)), KqlType.DYNAMIC, count));
        return Batch.of(count, columns);
    }
}
