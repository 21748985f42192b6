package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// `make-series`: an array for each aggregate along an axis of equal steps, and the axis itself.
final class MakeSeriesOperator {
    private static final int MAX_POINTS = 1_048_576;

    private MakeSeriesOperator() {}

    static Relation relation(LogicalPlan.MakeSeries series, Executor executor) {
        var input = executor.relation(series.input());
        return Relation.single(sink -> {
            var batches = executor.collect(input);
            if (batches.isEmpty() && !series.keys().isEmpty()) {
                return true;
            }
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

    private static Batch series(LogicalPlan.MakeSeries series, Batch whole, Executor executor) {
        KqlType type = series.axis().type();
        boolean real = type == KqlType.REAL || type == KqlType.DECIMAL;
        Column axis = Compiled.of(series.axis(), executor).column(whole);
        int rows = whole.rows();
        double step = Columns.doubleOf(executor.constant(series.step()));
        if (!(step > 0)) {
            throw new QueryStoppedException(
                    "query-rows", "The step of make-series is not positive.");
        }
        var from = series.from();
        var to = series.to();
        double start = from == null ? Double.NaN : Columns.doubleOf(executor.constant(from));
        double end = to == null ? Double.NaN : Columns.doubleOf(executor.constant(to));
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int row = 0; row < rows; row++) {
            if (!axis.isNull(row)) {
                double at = Columns.doubleOf(axis.dynamic(row));
                least = Math.min(least, at);
                most = Math.max(most, at);
            }
        }
        boolean inclusive = series.inclusive();
        if (Double.isNaN(start)) {
            start = Double.isInfinite(least) ? 0 : Math.floor(least / step) * step;
        }
        if (Double.isNaN(end)) {
            end = Double.isInfinite(most) ? start : most;
            inclusive = true;
        }
        double exact = (end - start) / step;
        long points =
                inclusive ? (long) Math.floor(exact + 1e-9) + 1 : (long) Math.ceil(exact - 1e-9);
        if (points > MAX_POINTS) {
            throw new QueryStoppedException(
                    "query-rows", "make-series would make more than " + MAX_POINTS + " points.");
        }
        int length = (int) Math.max(0, points);
        if (length == 0) {
            return Batch.of(0, nothing(series));
        }

        var groups = new Groups(series.keys().stream().map(BoundExpr::type).toList());
        var keys = new ArrayList<Column>();
        for (var key : series.keys()) {
            keys.add(Compiled.of(key, executor).column(whole));
        }
        int[] ids = groups.of(keys, rows, true);
        int count = groups.count();
        executor.context().reserve(40L * count * length);
        int[] cells = new int[rows];
        boolean[] filled = new boolean[Math.multiplyExact(count, Math.max(1, length))];
        for (int row = 0; row < rows; row++) {
            cells[row] = -1;
            if (!axis.isNull(row)) {
                double at = Columns.doubleOf(axis.dynamic(row));
                double bin = Math.floor((at - start) / step + (real ? 1e-9 : 0));
                if (bin >= 0 && bin < length) {
                    cells[row] = ids[row] * length + (int) bin;
                    filled[cells[row]] = true;
                }
            }
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
            results.addAll(accumulator.results(total));
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
            double at = start + i * step;
            axisPoints[i] =
                    switch (type) {
                        case DATETIME -> new Dynamic.DateTime(exactTicks(start, step, i));
                        case TIMESPAN -> new Dynamic.Span(exactTicks(start, step, i));
                        case INT, LONG -> Dynamic.of(exactTicks(start, step, i));
                        default -> Dynamic.of(at);
                    };
        }
        columns.add(
                Columns.constant(
                        new Dynamic.Array(Arrays.asList(axisPoints)), KqlType.DYNAMIC, count));
        return Batch.of(count, columns);
    }

    private static long exactTicks(double start, double step, int index) {
        return (long) start + index * (long) step;
    }
}
