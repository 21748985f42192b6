package io.muster.kql.function;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.value.TextLimit;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/// The shapes that most kernels have.
public final class Kernels {
    private Kernels() {}

    /// A function of one row's values; "" stands for a string without value.
    @FunctionalInterface
    public interface RowFunction {
        Dynamic apply(Dynamic[] values, EvaluationContext context);
    }

    /// A function of values; null as soon as one of them is null.
    public static Kernel perRow(RowFunction function) {
        return perRowWithNulls((values, context) -> {
            for (var value : values) {
                if (value.isNull()) {
                    return Dynamic.NULL;
                }
            }
            return function.apply(values, context);
        });
    }

    /// A function of values that says itself what null does. Computed once a distinct value when the only varying argument is a string with
    /// a small dictionary.
    public static Kernel perRowWithNulls(RowFunction function) {
        return arguments -> {
            int varying = -1;
            int count = 0;
            for (int i = 0; i < arguments.count(); i++) {
                if (!arguments.isConstant(i)) {
                    varying = i;
                    count++;
                }
            }
            var values = new Dynamic[arguments.count()];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments.constant(i);
            }
            int rows = arguments.rows();
            var context = arguments.context();
            if (count == 1
                    && arguments.column(varying).dense() instanceof StringColumn s
                    && s.dictionary().size() < rows) {
                return perCode(arguments, values, varying, s, function);
            }
            var out = new ColumnBuilder(arguments.resultType(), rows);
            var pace = new MemoryMeter.Pace();
            for (int row = 0; row < rows; row++) {
                pace.did(64);
                for (int i = 0; i < values.length; i++) {
                    if (!arguments.isConstant(i)) {
                        values[i] = arguments.value(i, row);
                        pace.did(lengthOf(values[i]));
                    }
                }
                out.add(function.apply(values, context));
            }
            return out.build();
        };
    }

    /// Makes a value that takes about so many bytes, which are charged before they are made. The column that gets the value counts what stays.
    public static Dynamic charged(long bytes, Supplier<Dynamic> value) {
        var meter = MemoryMeter.current();
        meter.charge(bytes);
        try {
            return value.get();
        } finally {
            meter.charge(-bytes);
        }
    }

    /// How much there is to read, roughly.
    private static long lengthOf(Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) -> text.length();
            case Dynamic.Array(var items) -> 16L * items.size();
            case Dynamic.Bag(var members) -> 64L * members.size();
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Decimal _,
                    Dynamic.Guid _ ->
                    0;
        };
    }

    private static Column perCode(
            Arguments arguments,
            Dynamic[] values,
            int varying,
            StringColumn column,
            RowFunction function) {
        int size = column.dictionary().size();
        var table = new ColumnBuilder(arguments.resultType(), size + 1);
        var texts = column.dictionary().reader();
        var pace = new MemoryMeter.Pace();
        for (int code = 0; code <= size; code++) {
            values[varying] =
                    code < size
                            ? new Dynamic.Text(texts.apply(code))
                            : arguments.type(varying) == KqlType.STRING
                                    ? new Dynamic.Text("")
                                    : Dynamic.NULL;
            pace.did(64 + lengthOf(values[varying]));
            table.add(function.apply(values, arguments.context()));
        }
        return Columns.byCode(table.build(), column.codes());
    }

    /// string -> string, once a distinct text.
    public static Kernel text(UnaryOperator<String> function) {
        return arguments ->
                Columns.mapText(
                        arguments.texts(0),
                        text -> {
                            String made = function.apply(text);
                            TextLimit.check(made.length());
                            return made;
                        });
    }

    /// string -> long, once a distinct text.
    public static Kernel textToLong(ToLongFunction<String> asked) {
        return arguments -> {
            var pace = new MemoryMeter.Pace();
            ToLongFunction<String> function =
                    text -> {
                        pace.did(16 + text.length());
                        return asked.applyAsLong(text);
                    };
            StringColumn texts = arguments.texts(0);
            int rows = texts.size();
            long[] out = new long[rows];
            Codes codes = texts.codes();
            if (texts.dictionary().size() <= rows) {
                long[] table = new long[texts.dictionary().size()];
                var reader = texts.dictionary().reader();
                for (int code = 0; code < table.length; code++) {
                    table[code] = function.applyAsLong(reader.apply(code));
                }
                long empty = function.applyAsLong("");
                for (int row = 0; row < rows; row++) {
                    int code = codes.get(row);
                    out[row] = code < 0 ? empty : table[code];
                }
            } else {
                for (int row = 0; row < rows; row++) {
                    out[row] = function.applyAsLong(Columns.text(texts, row));
                }
            }
            return new LongColumn(arguments.resultType(), out, Bits.all(rows));
        };
    }

    public static Kernel real(DoubleUnaryOperator function) {
        return arguments -> {
            RealColumn in = arguments.reals(0);
            double[] values = in.values();
            double[] out = new double[values.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = function.applyAsDouble(values[i]);
            }
            return new RealColumn(out, in.present());
        };
    }

    /// Over 64-bit values: whole numbers, ticks.
    public static Kernel whole(LongUnaryOperator function) {
        return arguments -> {
            LongColumn in = arguments.longs(0);
            long[] values = in.values();
            long[] out = new long[values.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = in.present().get(i) ? function.applyAsLong(values[i]) : 0;
            }
            return new LongColumn(arguments.resultType(), out, in.present());
        };
    }

    /// One value for all rows.
    public static Kernel constant(Function<Arguments, Dynamic> value) {
        return arguments ->
                Columns.constant(value.apply(arguments), arguments.resultType(), arguments.rows());
    }

    /// The rows of a bool column that are true; null counts as false.
    public static Bits trueRows(Column column) {
        return switch (column.dense()) {
            case BoolColumn b -> b.values();
            case NullColumn n -> Bits.none(n.size());
            case Column other -> ((BoolColumn) Columns.canonical(other, KqlType.BOOL)).values();
        };
    }
}
