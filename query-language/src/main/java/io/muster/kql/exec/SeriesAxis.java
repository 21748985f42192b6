package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.vector.Columns;

/// The equal steps of `make-series`. Times and whole numbers are counted exactly, a tick before a step belongs to the step before.
///
/// @param type of the axis
/// @param start the first step, ticks or a number; `startReal` where the axis is real
/// @param length how many steps
record SeriesAxis(
        KqlType type, long start, long step, double startReal, double stepReal, int length) {
    private static final int MAX_POINTS = 1_048_576;

    static SeriesAxis of(LogicalPlan.MakeSeries series, Column axis, Executor executor) {
        var type = series.axis().type();
        var step = executor.constant(series.step());
        if (!(Columns.doubleOf(step) > 0)) {
            throw new QueryStoppedException(
                    "query-argument", "The step of make-series is not positive.");
        }
        var from = series.from();
        var to = series.to();
        return of(
                series,
                type == KqlType.REAL || type == KqlType.DECIMAL ? KqlType.REAL : type,
                axis,
                step,
                from == null ? Dynamic.NULL : executor.constant(from),
                to == null ? Dynamic.NULL : executor.constant(to));
    }

    private static SeriesAxis of(
            LogicalPlan.MakeSeries series,
            KqlType type,
            Column axis,
            Dynamic step,
            Dynamic from,
            Dynamic to) {
        Dynamic least = Dynamic.NULL;
        Dynamic most = Dynamic.NULL;
        for (int row = 0; row < axis.size() && (from.isNull() || to.isNull()); row++) {
            var value = axis.dynamic(row);
            if (!value.isNull()) {
                least = least.isNull() || less(type, value, least) ? value : least;
                most = most.isNull() || less(type, most, value) ? value : most;
            }
        }
        // Steps begin at `from` where it is given; `in range` and the data's own beginning are
        // binned.
        boolean binned = from.isNull() || series.inclusive();
        boolean inclusive = series.inclusive() || to.isNull();
        var first = from.isNull() ? least : from;
        var last = to.isNull() ? most : to;
        if (first.isNull() || last.isNull()) {
            // Nothing to begin or to end with.
            return new SeriesAxis(type, 0, 1, 0, 1, 0);
        }
        if (type == KqlType.REAL) {
            double stepReal = Columns.doubleOf(step);
            double start = Columns.doubleOf(first);
            start = binned ? Math.floor(start / stepReal) * stepReal : start;
            double steps = (Columns.doubleOf(last) - start) / stepReal;
            double points = inclusive ? Math.floor(steps + 1e-9) + 1 : Math.ceil(steps - 1e-9);
            return new SeriesAxis(type, 0, 1, start, stepReal, length(points));
        }
        long stepWhole = Math.max(1, Columns.longOf(step));
        long start = Columns.longOf(first);
        start = binned ? Math.floorDiv(start, stepWhole) * stepWhole : start;
        long end = Columns.longOf(last);
        // Differences of whole numbers may be wider than a long: as doubles they are far beyond any
        // limit.
        double span = (double) end - start;
        double points =
                Math.abs(span) > 0x1p62
                        ? span / stepWhole
                        : inclusive
                                ? Math.floorDiv(end - start, stepWhole) + 1.0
                                : Math.ceilDiv(end - start, stepWhole);
        return new SeriesAxis(type, start, stepWhole, 0, 1, length(points));
    }

    private static boolean less(KqlType type, Dynamic a, Dynamic b) {
        return type == KqlType.REAL
                ? Columns.doubleOf(a) < Columns.doubleOf(b)
                : Columns.longOf(a) < Columns.longOf(b);
    }

    private static int length(double points) {
        if (points > MAX_POINTS) {
            throw new QueryStoppedException(
                    "query-rows", "make-series would make more than " + MAX_POINTS + " points.");
        }
        return points > 0 ? (int) points : 0;
    }

    /// The step a value belongs to; -1 outside and for null.
    int bin(Dynamic value) {
        if (value.isNull()) {
            return -1;
        }
        if (type == KqlType.REAL) {
            double bin = Math.floor((Columns.doubleOf(value) - startReal) / stepReal + 1e-9);
            return bin >= 0 && bin < length ? (int) bin : -1;
        }
        long at = Columns.longOf(value);
        if (at < start) {
            return -1;
        }
        long distance = at - start;
        long bin = Long.divideUnsigned(distance, step);
        return Long.compareUnsigned(bin, length) < 0 ? (int) bin : -1;
    }

    Dynamic point(int index) {
        return switch (type) {
            case DATETIME -> new Dynamic.DateTime(start + index * step);
            case TIMESPAN -> new Dynamic.Span(start + index * step);
            case REAL -> Dynamic.of(startReal + index * stepReal);
            default -> Dynamic.of(start + index * step);
        };
    }
}
