package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.List;

/// Functions of the rows around: their kernels see all rows in order.
public final class WindowFunctions {
    private WindowFunctions() {}

    static FunctionFamily family() {
        return new FunctionFamily(
                "Window",
                List.of(
                        ScalarFunction.of(
                                        "row_number",
                                        "(start?: long, restart?: bool): long",
                                        WindowFunctions::rowNumber)
                                .inSeries(),
                        ScalarFunction.of(
                                        "row_cumsum",
                                        "(term: summable, restart?: bool): first",
                                        WindowFunctions::cumulativeSum)
                                .inSeries(),
                        rank("row_rank_dense", true),
                        rank("row_rank_min", false),
                        rank("row_rank", true),
                        neighbour("prev", -1),
                        neighbour("next", 1),
                        ScalarFunction.of(
                                        "row_window_session",
                                        "(time: datetime, from_first: timespan, between: timespan, restart?: bool): datetime",
                                        WindowFunctions::session)
                                .inSeries()));
    }

    private static boolean restarts(Arguments arguments, int index, int row) {
        return index < arguments.count() && arguments.value(index, row).boolOr(false);
    }

    private static Column rowNumber(Arguments arguments) {
        int rows = arguments.rows();
        long start = arguments.count() > 0 ? Columns.longOf(arguments.constant(0)) : 1;
        long[] out = new long[rows];
        long next = start;
        for (int row = 0; row < rows; row++) {
            if (restarts(arguments, 1, row)) {
                next = start;
            }
            out[row] = next++;
        }
        return new LongColumn(KqlType.LONG, out, Bits.all(rows));
    }

    private static Column cumulativeSum(Arguments arguments) {
        int rows = arguments.rows();
        KqlType type = arguments.resultType();
        var out = new ColumnBuilder(type, rows);
        double real = 0;
        long whole = 0;
        boolean reals = type == KqlType.REAL || type == KqlType.DECIMAL;
        for (int row = 0; row < rows; row++) {
            if (restarts(arguments, 1, row)) {
                real = 0;
                whole = 0;
            }
            Dynamic value = arguments.value(0, row);
            real += value.isNull() ? 0 : Columns.doubleOf(value);
            whole += Columns.longOf(value);
            if (reals) {
                out.add(Dynamic.of(real));
            } else {
                out.addLong(whole);
            }
        }
        return out.build();
    }

    private static ScalarFunction rank(String name, boolean dense) {
        return ScalarFunction.of(
                        name,
                        "(term: any, restart?: bool): long",
                        arguments -> {
                            int rows = arguments.rows();
                            long[] out = new long[rows];
                            long rank = 0;
                            long place = 0;
                            for (int row = 0; row < rows; row++) {
                                boolean restart = restarts(arguments, 1, row);
                                if (restart) {
                                    rank = 0;
                                    place = 0;
                                }
                                place++;
                                boolean changed =
                                        row == 0
                                                || restart
                                                || !DynamicOrder.equal(
                                                        arguments.value(0, row),
                                                        arguments.value(0, row - 1));
                                if (changed) {
                                    rank = dense ? rank + 1 : place;
                                }
                                out[row] = rank;
                            }
                            return new LongColumn(KqlType.LONG, out, Bits.all(rows));
                        })
                .inSeries();
    }

    private static ScalarFunction neighbour(String name, int direction) {
        return ScalarFunction.of(
                        name,
                        "(column: any, offset?: long, default?: any): first",
                        arguments -> {
                            int rows = arguments.rows();
                            long offset =
                                    arguments.count() > 1
                                            ? Columns.longOf(arguments.constant(1))
                                            : 1;
                            Dynamic otherwise =
                                    arguments.count() > 2 ? arguments.constant(2) : Dynamic.NULL;
                            int[] from = new int[rows];
                            boolean outside = false;
                            for (int row = 0; row < rows; row++) {
                                long at = row + direction * offset;
                                from[row] = at >= 0 && at < rows ? (int) at : -1;
                                outside |= from[row] < 0;
                            }
                            Column shifted = arguments.column(0).gather(from);
                            if (!outside || otherwise.isNull()) {
                                return Columns.canonical(shifted, arguments.resultType());
                            }
                            var out = new ColumnBuilder(arguments.resultType(), rows);
                            Dynamic fitting =
                                    arguments.resultType() == KqlType.DYNAMIC
                                            ? otherwise
                                            : Conversions.convert(
                                                    otherwise, arguments.resultType());
                            for (int row = 0; row < rows; row++) {
                                out.add(from[row] < 0 ? fitting : shifted.dynamic(row));
                            }
                            return out.build();
                        })
                .inSeries();
    }

    /// The time at which each row's session began.
    private static Column session(Arguments arguments) {
        int rows = arguments.rows();
        var out = new ColumnBuilder(KqlType.DATETIME, rows);
        long began = 0;
        long last = 0;
        boolean open = false;
        long longest = Columns.longOf(arguments.constant(1));
        long gap = Columns.longOf(arguments.constant(2));
        for (int row = 0; row < rows; row++) {
            if (!(arguments.value(0, row) instanceof Dynamic.DateTime(var time))) {
                out.addNull();
                open = false;
                continue;
            }
            if (!open
                    || restarts(arguments, 3, row)
                    || time - began >= longest
                    || time - last >= gap) {
                began = time;
                open = true;
            }
            last = time;
            out.addLong(began);
        }
        return out.build();
    }
}
