package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.InstantDictionary;
import io.muster.core.column.LongColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.PlainDictionary;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.math.BigDecimal;
import java.util.List;
import java.util.function.Function;

/// Conversions between types. What cannot be converted becomes null (for strings ""), never an error.
public final class Conversions {
    private static final JsonLimits LIMITS = new JsonLimits(200, 20_000_000, 64L << 20);

    private Conversions() {}

    static final ScalarFunction TOSTRING =
            ScalarFunction.of("tostring", "(value: any): string", Conversions::toText).keepsName();
    static final ScalarFunction TOLONG = converter("tolong", KqlType.LONG);
    static final ScalarFunction TOINT = converter("toint", KqlType.INT);
    static final ScalarFunction TOREAL = converter("toreal", KqlType.REAL);
    static final ScalarFunction TODOUBLE = converter("todouble", KqlType.REAL);
    static final ScalarFunction TODECIMAL = converter("todecimal", KqlType.DECIMAL);
    static final ScalarFunction TOBOOL = converter("tobool", KqlType.BOOL);
    static final ScalarFunction TODATETIME = converter("todatetime", KqlType.DATETIME);
    static final ScalarFunction TOTIMESPAN = converter("totimespan", KqlType.TIMESPAN);
    static final ScalarFunction TOGUID = converter("toguid", KqlType.GUID);
    static final ScalarFunction PARSE_JSON =
            ScalarFunction.of("parse_json", "(json: any): dynamic", Conversions::parseJson)
                    .keepsName();

    public static FunctionFamily family() {
        return new FunctionFamily(
                "Conversion",
                List.of(
                        TOSTRING,
                        TOLONG,
                        TOINT,
                        TOREAL,
                        TODOUBLE,
                        TODECIMAL,
                        TOBOOL,
                        TOBOOL.alias("toboolean"),
                        TODATETIME,
                        TOTIMESPAN,
                        TOTIMESPAN.alias("totime"),
                        TOGUID,
                        PARSE_JSON,
                        PARSE_JSON.alias("todynamic"),
                        PARSE_JSON.alias("parsejson"),
                        PARSE_JSON.alias("toobject"),
                        ScalarFunction.of(
                                        "tohex",
                                        "(value: int, length?: long): string",
                                        Kernels.perRow((v, c) -> hex(v, true)))
                                .or(
                                        "(value: long, length?: long): string",
                                        Kernels.perRow((v, c) -> hex(v, false)))
                                .keepsName(),
                        ScalarFunction.of("gettype", "(value: any): string", Conversions::typeName)
                                .prefixed("type")));
    }

    /// In two's complement as wide as the type; zeros before the digits up to the length asked for, 16 at most.
    private static Dynamic hex(Dynamic[] v, boolean isInt) {
        long value = Columns.longOf(v[0]);
        String digits = isInt ? Integer.toHexString((int) value) : Long.toHexString(value);
        int width = v.length > 1 ? Math.clamp(Columns.longOf(v[1]), 0, 16) : 0;
        return Dynamic.of("0".repeat(Math.max(0, width - digits.length())) + digits);
    }

    private static ScalarFunction converter(String name, KqlType to) {
        return ScalarFunction.of(
                        name, "(value: any): " + to.wireName(), arguments -> convert(arguments, to))
                .keepsName();
    }

    /// The function that brings a value to a type as `tolong`, `tostring`, ... do.
    public static ScalarFunction to(KqlType type) {
        return switch (type) {
            case BOOL -> TOBOOL;
            case INT -> TOINT;
            case LONG -> TOLONG;
            case REAL -> TOREAL;
            case DECIMAL -> TODECIMAL;
            case DATETIME -> TODATETIME;
            case TIMESPAN -> TOTIMESPAN;
            case GUID -> TOGUID;
            case STRING -> TOSTRING;
            case DYNAMIC -> AS_DYNAMIC;
        };
    }

    /// A typed value as a dynamic one, unparsed.
    private static final ScalarFunction AS_DYNAMIC =
            ScalarFunction.of("dynamic", "(value: any): dynamic", arguments -> arguments.column(0));

    /// The value inside a dynamic when its kind fits the type, else null: how a dynamic meets a typed operand. Texts are read as
    /// datetimes, timespans and GUIDs.
    public static ScalarFunction as(KqlType type) {
        return ScalarFunction.of(
                "as " + type.wireName(), "(value: any): " + type.wireName(), a -> cast(a, type));
    }

    private static Column cast(Arguments arguments, KqlType type) {
        Column column = arguments.column(0).dense();
        int rows = arguments.rows();
        switch (type) {
            case STRING -> {
                if (column instanceof StringColumn) {
                    return column;
                }
            }
            case INT, LONG, REAL, BOOL, DECIMAL -> {
                if (column instanceof LongColumn
                        || column instanceof RealColumn
                        || column instanceof BoolColumn
                        || column instanceof NullColumn) {
                    return column instanceof LongColumn l
                                    && l.type() != KqlType.LONG
                                    && l.type() != KqlType.INT
                            ? Columns.nulls(type, rows)
                            : Columns.canonical(column, type);
                }
            }
            case DATETIME, TIMESPAN, GUID -> {
                if (type == KqlType.DATETIME
                        && column instanceof StringColumn s
                        && s.dictionary() instanceof InstantDictionary times) {
                    return times(s.codes(), times);
                }
                if (column instanceof StringColumn s) {
                    return byText(s, false, type, t -> castOne(new Dynamic.Text(t), type));
                }
            }
            case DYNAMIC -> {
                return column;
            }
        }
        var out = new ColumnBuilder(type, rows);
        for (int row = 0; row < rows; row++) {
            out.add(castOne(column.dynamic(row), type));
        }
        return out.build();
    }

    private static Dynamic castOne(Dynamic value, KqlType type) {
        return switch (type) {
            case DATETIME, TIMESPAN, GUID ->
                    value instanceof Dynamic.Text ? convert(value, type) : value;
            default -> value;
        };
    }

    // tostring

    private static Column toText(Arguments arguments) {
        Column column = arguments.column(0).dense();
        int rows = arguments.rows();
        boolean typedBool = arguments.type(0) == KqlType.BOOL;
        return switch (column) {
            case StringColumn s -> s;
            case NullColumn n -> Columns.nulls(KqlType.STRING, rows);
            case BoolColumn b -> {
                int[] codes = new int[rows];
                for (int row = 0; row < rows; row++) {
                    codes[row] = b.isNull(row) ? -1 : b.values().get(row) ? 1 : 0;
                }
                var texts =
                        typedBool ? new String[] {"False", "True"} : new String[] {"false", "true"};
                yield new StringColumn(Codes.of(codes, 2), new PlainDictionary(texts, true));
            }
            default -> {
                var out = new String[rows];
                var made = new MemoryMeter.Tally();
                for (int row = 0; row < rows; row++) {
                    out[row] = ScalarText.of(column.dynamic(row));
                    made.add(MemoryMeter.sizeOf(out[row]));
                }
                made.settle();
                yield Columns.texts(out);
            }
        };
    }

    // to numbers, times and the rest

    private static Column convert(Arguments arguments, KqlType to) {
        Column column = arguments.column(0).dense();
        int rows = arguments.rows();
        switch (column) {
            case StringColumn s
                    when to == KqlType.DATETIME
                            && s.dictionary() instanceof InstantDictionary times -> {
                return times(s.codes(), times);
            }
            case StringColumn s -> {
                return byText(s, false, to, t -> convert(new Dynamic.Text(t), to));
            }
            case NullColumn n -> {
                return Columns.nulls(to, rows);
            }
            case LongColumn l when l.type() == to -> {
                return l;
            }
            case LongColumn l when to == KqlType.LONG && (l.type() == KqlType.INT) -> {
                return new LongColumn(KqlType.LONG, l.values(), l.present());
            }
            case LongColumn l
                    when to == KqlType.REAL
                            && (l.type() == KqlType.INT || l.type() == KqlType.LONG) -> {
                double[] out = new double[rows];
                for (int row = 0; row < rows; row++) {
                    out[row] = l.values()[row];
                }
                return new RealColumn(out, l.present());
            }
            case RealColumn r when to == KqlType.REAL -> {
                return r;
            }
            case BoolColumn b when to == KqlType.BOOL -> {
                return b;
            }
            default -> {
                var out = new ColumnBuilder(to, rows);
                boolean whole =
                        arguments.type(0) == KqlType.DYNAMIC
                                && (to == KqlType.INT || to == KqlType.LONG);
                for (int row = 0; row < rows; row++) {
                    var value = column.dynamic(row);
                    out.add(whole ? truncated(value, to) : convert(value, to));
                }
                return out.build();
            }
        }
    }

    /// A number inside a dynamic loses its upper bits, a real one stops at the type's ends.
    private static Dynamic truncated(Dynamic value, KqlType to) {
        boolean narrow = to == KqlType.INT;
        return switch (value) {
            case Dynamic.Whole(var w) when narrow -> Dynamic.of((long) (int) w);
            case Dynamic.Real(var r) -> narrow ? Dynamic.of((long) (int) r) : Dynamic.of((long) r);
            default -> convert(value, to);
        };
    }

    /// Texts that are kept as times need not be read.
    private static Column times(Codes codes, InstantDictionary times) {
        long[] out = new long[codes.size()];
        for (int row = 0; row < out.length; row++) {
            int code = codes.get(row);
            out[row] = code < 0 ? 0 : times.ticks(code) + Ticks.OF_1970;
        }
        return new LongColumn(KqlType.DATETIME, out, codes.present());
    }

    private static Column byText(
            StringColumn column,
            boolean keepEmpty,
            KqlType to,
            Function<String, Dynamic> function) {
        int rows = column.size();
        int size = column.dictionary().size();
        if (size <= rows) {
            var table = new ColumnBuilder(to, size + 1);
            var texts = column.dictionary().reader();
            for (int code = 0; code < size; code++) {
                table.add(function.apply(texts.apply(code)));
            }
            table.add(keepEmpty ? function.apply("") : Dynamic.NULL);
            return Columns.byCode(table.build(), column.codes());
        }
        var out = new ColumnBuilder(to, rows);
        for (int row = 0; row < rows; row++) {
            out.add(function.apply(Columns.text(column, row)));
        }
        return out.build();
    }

    /// One value as `toint`, `todatetime`, ... give it; `NULL` when it has no such form.
    public static Dynamic convert(Dynamic value, KqlType to) {
        return switch (to) {
            case BOOL -> toBool(value);
            case INT -> {
                var whole = toLong(value);
                yield whole instanceof Dynamic.Whole(var w) && w != (int) w ? Dynamic.NULL : whole;
            }
            case LONG -> toLong(value);
            case REAL -> toReal(value);
            case DECIMAL -> toDecimal(value);
            case DATETIME -> toDateTime(value);
            case TIMESPAN -> toTimespan(value);
            case GUID ->
                    switch (value) {
                        case Dynamic.Guid g -> g;
                        case Dynamic.Text(var t) -> {
                            var guid = ScalarText.leadingGuid(t);
                            yield guid.isPresent() ? new Dynamic.Guid(guid.get()) : Dynamic.NULL;
                        }
                        default -> Dynamic.NULL;
                    };
            case STRING -> Dynamic.of(ScalarText.of(value));
            case DYNAMIC -> value;
        };
    }

    private static Dynamic toBool(Dynamic value) {
        return switch (value) {
            case Dynamic.Bool b -> b;
            case Dynamic.Whole(var w) -> Dynamic.of(w != 0);
            case Dynamic.Real(var r) -> Dynamic.of(r != 0);
            case Dynamic.Decimal(var d) -> Dynamic.of(d.signum() != 0);
            case Dynamic.Text(var t) -> {
                var bool = ScalarText.parseBool(t);
                yield bool.isPresent() ? Dynamic.of(bool.get()) : Dynamic.NULL;
            }
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic toLong(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole w -> w;
            case Dynamic.Bool(var b) -> Dynamic.of(b ? 1L : 0L);
            case Dynamic.Real(var r) ->
                    Double.isFinite(r) && Math.abs(r) < 9.3e18
                            ? Dynamic.of((long) r)
                            : Dynamic.NULL;
            case Dynamic.Decimal(var d) ->
                    d.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                            ? Dynamic.NULL
                            : Dynamic.of(d.longValue());
            case Dynamic.DateTime(var t) -> Dynamic.of(t);
            case Dynamic.Span(var t) -> Dynamic.of(t);
            case Dynamic.Text(var t) -> {
                var whole = ScalarText.parseLong(t);
                yield whole.isPresent() ? Dynamic.of(whole.getAsLong()) : Dynamic.NULL;
            }
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic toReal(Dynamic value) {
        return switch (value) {
            case Dynamic.Real r -> r;
            case Dynamic.Whole(var w) -> Dynamic.of((double) w);
            case Dynamic.Decimal(var d) -> Dynamic.of(d.doubleValue());
            case Dynamic.Bool(var b) -> Dynamic.of(b ? 1.0 : 0.0);
            case Dynamic.DateTime(var t) -> Dynamic.of((double) t);
            case Dynamic.Span(var t) -> Dynamic.of((double) t);
            case Dynamic.Text(var t) -> {
                var real = ScalarText.parseReal(t);
                yield real.isPresent() ? Dynamic.of(real.getAsDouble()) : Dynamic.NULL;
            }
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic toDecimal(Dynamic value) {
        return switch (value) {
            case Dynamic.Decimal d -> d;
            case Dynamic.Whole(var w) -> new Dynamic.Decimal(BigDecimal.valueOf(w));
            case Dynamic.Real(var r) ->
                    Double.isFinite(r) ? new Dynamic.Decimal(BigDecimal.valueOf(r)) : Dynamic.NULL;
            case Dynamic.Bool(var b) -> new Dynamic.Decimal(b ? BigDecimal.ONE : BigDecimal.ZERO);
            case Dynamic.Text(var t) -> {
                var decimal = ScalarText.parseDecimal(t);
                yield decimal.isPresent() ? new Dynamic.Decimal(decimal.get()) : Dynamic.NULL;
            }
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic toDateTime(Dynamic value) {
        return switch (value) {
            case Dynamic.DateTime d -> d;
            case Dynamic.Whole(var w) ->
                    w >= 0 && w <= Ticks.MAX_DATETIME ? new Dynamic.DateTime(w) : Dynamic.NULL;
            case Dynamic.Real(var r) ->
                    r >= 0 && r <= Ticks.MAX_DATETIME
                            ? new Dynamic.DateTime((long) r)
                            : Dynamic.NULL;
            case Dynamic.Text(var t) -> {
                var ticks = ScalarText.parseDateTime(t);
                yield ticks.isPresent() ? new Dynamic.DateTime(ticks.getAsLong()) : Dynamic.NULL;
            }
            default -> Dynamic.NULL;
        };
    }

    private static Dynamic toTimespan(Dynamic value) {
        return switch (value) {
            case Dynamic.Span s -> s;
            case Dynamic.Whole(var w) -> new Dynamic.Span(w);
            case Dynamic.Text(var t) -> {
                var ticks = ScalarText.parseTimespan(t);
                yield ticks.isPresent() ? new Dynamic.Span(ticks.getAsLong()) : Dynamic.NULL;
            }
            default -> Dynamic.NULL;
        };
    }

    // dynamic

    private static Column parseJson(Arguments arguments) {
        Column column = arguments.column(0).dense();
        if (arguments.type(0) == KqlType.DYNAMIC && !(column instanceof StringColumn)) {
            return column;
        }
        if (column instanceof StringColumn s) {
            return byText(s, false, KqlType.DYNAMIC, Conversions::json);
        }
        return column;
    }

    /// The value a JSON text stands for; text that is no JSON stands for itself.
    public static Dynamic json(String text) {
        if (text.isBlank()) {
            return Dynamic.NULL;
        }
        char first = text.stripLeading().charAt(0);
        if (first != '{'
                && first != '['
                && first != '"'
                && first != '-'
                && first != 't'
                && first != 'f'
                && first != 'n'
                && !Character.isDigit(first)) {
            return Dynamic.of(text);
        }
        try {
            return Json.parse(text, LIMITS);
        } catch (JsonException notJson) {
            return Dynamic.of(text);
        }
    }

    private static final Kernel TYPE_NAME =
            Kernels.perRowWithNulls((v, c) -> Dynamic.of(kindName(v[0])));

    private static Column typeName(Arguments arguments) {
        if (arguments.type(0) != KqlType.DYNAMIC) {
            String name = arguments.type(0) == KqlType.REAL ? "real" : arguments.type(0).wireName();
            return Columns.constant(Dynamic.of(name), KqlType.STRING, arguments.rows());
        }
        return TYPE_NAME.apply(arguments);
    }

    /// What `gettype` calls a dynamic's kind.
    static String kindName(Dynamic value) {
        return switch (value) {
            case Dynamic.Null n -> "null";
            case Dynamic.Bool b -> "bool";
            case Dynamic.Whole w -> "long";
            case Dynamic.Real r -> "double";
            case Dynamic.Decimal d -> "decimal";
            case Dynamic.Text t -> "string";
            case Dynamic.DateTime d -> "datetime";
            case Dynamic.Span s -> "timespan";
            case Dynamic.Guid g -> "guid";
            case Dynamic.Array a -> "array";
            case Dynamic.Bag b -> "dictionary";
        };
    }

    /// Bits of the rows whose value is null by KQL's `isnull`: a string never is.
    static Bits nullRows(Arguments arguments) {
        if (arguments.type(0) == KqlType.STRING) {
            return Bits.none(arguments.rows());
        }
        return arguments.column(0).present().not();
    }
}
