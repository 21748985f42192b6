package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.PlainDictionary;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoublePredicate;
import java.util.function.IntUnaryOperator;

/// Choice, nulls and emptiness.
public final class LogicFunctions {
    private LogicFunctions() {}

    public static final ScalarFunction ISNULL =
            ScalarFunction.of(
                    "isnull", "(value: any): bool", a -> Columns.bool(Conversions.nullRows(a)));
    public static final ScalarFunction NOT =
            ScalarFunction.of("not", "(value: bool): bool", LogicFunctions::not);
    private static final ScalarFunction IFF =
            ScalarFunction.of(
                    "iff",
                    "(if: bool, then: common, else: common): common",
                    LogicFunctions::choose);

    static FunctionFamily family() {
        var isNotNull =
                ScalarFunction.of(
                        "isnotnull",
                        "(value: any): bool",
                        a -> Columns.bool(Conversions.nullRows(a).not()));
        var isEmpty =
                ScalarFunction.of("isempty", "(value: any): bool", a -> Columns.bool(emptyRows(a)));
        var isNotEmpty =
                ScalarFunction.of(
                        "isnotempty", "(value: any): bool", a -> Columns.bool(emptyRows(a).not()));
        return new FunctionFamily(
                "Logic and nulls",
                List.of(
                        IFF,
                        IFF.alias("iif"),
                        ScalarFunction.of(
                                "case",
                                "(predicate...: bool, then...: common, else: common): common",
                                LogicFunctions::choose),
                        ScalarFunction.of(
                                "coalesce",
                                "(value: common, more...: common): common",
                                LogicFunctions::coalesce),
                        NOT,
                        ISNULL,
                        isNotNull,
                        isNotNull.alias("notnull"),
                        isEmpty,
                        isNotEmpty,
                        isNotEmpty.alias("notempty"),
                        ScalarFunction.of(
                                "isascii",
                                "(value: text): bool",
                                a ->
                                        Columns.bool(
                                                Columns.test(
                                                        a.texts(0),
                                                        true,
                                                        s -> s.chars().allMatch(c -> c < 128)))),
                        ScalarFunction.of(
                                "isutf8",
                                "(value: text): bool",
                                a -> Columns.bool(Bits.all(a.rows()))),
                        real("isnan", Double::isNaN),
                        real("isinf", Double::isInfinite),
                        real("isfinite", Double::isFinite),
                        extreme("min_of", -1),
                        extreme("max_of", 1),
                        ScalarFunction.of(
                                "assert",
                                "(predicate: bool, message: string): bool",
                                a -> a.bools(0))));
    }

    private static Column not(Arguments arguments) {
        BoolColumn in = arguments.bools(0);
        return new BoolColumn(in.present().andNot(in.values()), in.present());
    }

    private static Bits emptyRows(Arguments arguments) {
        Column column = arguments.column(0).dense();
        if (column instanceof StringColumn s) {
            return Columns.equal(s, true, "");
        }
        if (arguments.type(0) != KqlType.DYNAMIC) {
            return column.present().not();
        }
        var bits = new Bits.Builder(column.size());
        for (int row = 0; row < column.size(); row++) {
            if (column.isNull(row)
                    || column.dynamic(row) instanceof Dynamic.Text(var t) && t.isEmpty()) {
                bits.set(row);
            }
        }
        return bits.build(column.size());
    }

    private static ScalarFunction real(String name, DoublePredicate test) {
        Kernel kernel =
                arguments -> {
                    RealColumn in = arguments.reals(0);
                    var bits = new Bits.Builder(in.size());
                    for (int row = 0; row < in.size(); row++) {
                        if (in.present().get(row) && test.test(in.values()[row])) {
                            bits.set(row);
                        }
                    }
                    return new BoolColumn(bits.build(in.size()), in.present());
                };
        return ScalarFunction.of(name, "(number: real): bool", kernel);
    }

    /// Arguments are condition, value, condition, value, ..., else: picks by the first condition that is true.
    private static Column choose(Arguments arguments) {
        int rows = arguments.rows();
        int values = arguments.count() / 2 + 1;
        char[] chosen = new char[rows];
        var left = Bits.all(rows);
        for (int i = 0; i + 1 < arguments.count(); i += 2) {
            Bits hit = Kernels.trueRows(arguments.column(i)).and(left);
            char index = (char) (i / 2);
            hit.forEach(row -> chosen[row] = index);
            left = left.andNot(hit);
        }
        char otherwise = (char) (values - 1);
        left.forEach(row -> chosen[row] = otherwise);
        return pick(arguments, chosen, i -> i == values - 1 ? arguments.count() - 1 : 2 * i + 1);
    }

    /// Row r takes the value of argument `index(chosen[r])`.
    private static Column pick(Arguments arguments, char[] chosen, IntUnaryOperator index) {
        int rows = chosen.length;
        int values = 0;
        for (char c : chosen) {
            values = Math.max(values, c + 1);
        }
        var columns = new ArrayList<Column>();
        boolean allConstant = true;
        for (int i = 0; i < values; i++) {
            int argument = index.applyAsInt(i);
            allConstant &= arguments.isConstant(argument);
        }
        KqlType type = arguments.resultType();
        if (allConstant && type == KqlType.STRING) {
            // A choice between constants is a column of codes.
            var texts = new String[values];
            int[] codes = new int[rows];
            for (int i = 0; i < values; i++) {
                texts[i] = arguments.constant(index.applyAsInt(i)).textOr("");
            }
            for (int row = 0; row < rows; row++) {
                codes[row] = chosen[row];
            }
            return new StringColumn(Codes.of(codes, values), new PlainDictionary(texts, false));
        }
        for (int i = 0; i < values; i++) {
            columns.add(arguments.column(index.applyAsInt(i)));
        }
        if (columns.size() == 1) {
            return Columns.canonical(columns.getFirst(), type);
        }
        if (type == KqlType.LONG
                || type == KqlType.INT
                || type == KqlType.DATETIME
                || type == KqlType.TIMESPAN) {
            var sources = new ArrayList<LongColumn>();
            for (var column : columns) {
                sources.add((LongColumn) Columns.canonical(column, type));
            }
            long[] out = new long[rows];
            var present = new Bits.Builder(rows);
            for (int row = 0; row < rows; row++) {
                var source = sources.get(chosen[row]);
                out[row] = source.values()[row];
                if (source.present().get(row)) {
                    present.set(row);
                }
            }
            return new LongColumn(type, out, present.build(rows));
        }
        long[] refs = new long[rows];
        for (int row = 0; row < rows; row++) {
            refs[row] = RowRefs.of(chosen[row], row);
        }
        return RowRefs.gather(columns, type, refs);
    }

    private static Column coalesce(Arguments arguments) {
        int rows = arguments.rows();
        switch (arguments.resultType()) {
            case INT, LONG, DATETIME, TIMESPAN -> {
                return coalesceLongs(arguments);
            }
            default -> {}
        }
        char[] chosen = new char[rows];
        var left = Bits.all(rows);
        int last = arguments.count() - 1;
        for (int i = 0; i < last; i++) {
            Column column = arguments.column(i);
            Bits present =
                    column.dense() instanceof StringColumn s
                            ? Columns.equal(s, true, "").not()
                            : column.present();
            char index = (char) i;
            var hit = present.and(left);
            hit.forEach(row -> chosen[row] = index);
            left = left.andNot(hit);
        }
        left.forEach(row -> chosen[row] = (char) last);
        return pick(arguments, chosen, i -> i);
    }

    private static Column coalesceLongs(Arguments arguments) {
        int rows = arguments.rows();
        var type = arguments.resultType();
        var found = (LongColumn) Columns.canonical(arguments.column(0), type);
        for (int i = 1; i < arguments.count() && !found.present().isAll(); i++) {
            var missing = found.present().not();
            var constant = arguments.constant(i);
            if (!constant.isNull() && arguments.type(i) == type) {
                long value = Columns.longOf(constant);
                return new LongColumn(type, filled(found.values(), missing, value), Bits.all(rows));
            }
            long[] out = found.values().clone();
            var next = (LongColumn) Columns.canonical(arguments.column(i), type);
            fill(out, missing, next.values());
            found = new LongColumn(type, out, found.present().or(next.present()));
        }
        return found;
    }

    /// The values with that one in those rows: the same array where it is there already, as null is often kept as 0.
    private static long[] filled(long[] values, Bits rows, long value) {
        long[] out = values;
        for (int w = 0; w < Bits.words(rows.size()); w++) {
            for (long word = rows.word(w); word != 0; word &= word - 1) {
                int row = (w << 6) + Long.numberOfTrailingZeros(word);
                if (out[row] != value) {
                    out = out == values ? values.clone() : out;
                    out[row] = value;
                }
            }
        }
        return out;
    }

    private static void fill(long[] out, Bits rows, long[] values) {
        for (int w = 0; w < Bits.words(rows.size()); w++) {
            for (long word = rows.word(w); word != 0; word &= word - 1) {
                int row = (w << 6) + Long.numberOfTrailingZeros(word);
                out[row] = values[row];
            }
        }
    }

    private static ScalarFunction extreme(String name, int sign) {
        return ScalarFunction.of(
                name,
                "(value: common, more...: common): common",
                Kernels.perRowWithNulls((values, context) -> {
                    Dynamic best = Dynamic.NULL;
                    for (var value : values) {
                        if (value instanceof Dynamic.Real(var r) && Double.isNaN(r)) {
                            return value;
                        }
                        if (!value.isNull()
                                && (best.isNull()
                                        || sign * DynamicOrder.INSTANCE.compare(value, best) > 0)) {
                            best = value;
                        }
                    }
                    return best;
                }));
    }
}
