package io.muster.kql.vector;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.DecimalColumn;
import io.muster.core.column.Dictionary;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.GuidColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.column.LowerDictionary;
import io.muster.core.column.NullColumn;
import io.muster.core.column.PlainDictionary;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextHashes;
import io.muster.core.column.UnionDictionary;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// Columns in the canonical form of their logical type: [LongColumn] for int, long, datetime and timespan, [StringColumn] for string
/// (code -1 reads as ""), and so on; any form for dynamic.
public final class Columns {
    private static final PlainDictionary EMPTY_TEXT = new PlainDictionary(new String[] {""}, true);

    private Columns() {}

    /// The column in the canonical form of the type; what does not fit the type becomes null.
    public static Column canonical(Column column, KqlType type) {
        Column dense = column.dense();
        boolean fits =
                switch (type) {
                    case BOOL -> dense instanceof BoolColumn;
                    case INT, LONG, DATETIME, TIMESPAN ->
                            dense instanceof LongColumn l && l.type() == type;
                    case REAL -> dense instanceof RealColumn;
                    case DECIMAL -> dense instanceof DecimalColumn;
                    case GUID -> dense instanceof GuidColumn;
                    case STRING -> dense instanceof StringColumn;
                    case DYNAMIC -> true;
                };
        if (fits) {
            return dense;
        }
        if (dense instanceof NullColumn) {
            return nulls(type, dense.size());
        }
        if (dense instanceof LongColumn l && (type == KqlType.INT || type == KqlType.LONG)) {
            return new LongColumn(type, l.values(), l.present());
        }
        var builder = new ColumnBuilder(type, dense.size());
        for (int row = 0; row < dense.size(); row++) {
            builder.add(dense.dynamic(row));
        }
        return builder.build();
    }

    public static Column nulls(KqlType type, int rows) {
        return switch (type) {
            case BOOL -> new BoolColumn(Bits.none(rows), Bits.none(rows));
            case INT, LONG, DATETIME, TIMESPAN ->
                    new LongColumn(type, new long[rows], Bits.none(rows));
            case REAL -> new RealColumn(new double[rows], Bits.none(rows));
            case DECIMAL -> new DecimalColumn(new java.math.BigDecimal[rows], Bits.none(rows));
            case GUID -> new GuidColumn(new java.util.UUID[rows], Bits.none(rows));
            case STRING -> new StringColumn(Codes.of(new int[rows], 1), EMPTY_TEXT);
            case DYNAMIC -> new NullColumn(rows);
        };
    }

    /// The same value in every row.
    public static Column constant(Dynamic value, KqlType type, int rows) {
        if (value.isNull()) {
            return nulls(type, rows);
        }
        return switch (type) {
            case BOOL ->
                    new BoolColumn(
                            value.boolOr(false) ? Bits.all(rows) : Bits.none(rows), Bits.all(rows));
            case INT, LONG, DATETIME, TIMESPAN -> {
                long[] values = new long[rows];
                Arrays.fill(values, longOf(value));
                yield new LongColumn(type, values, Bits.all(rows));
            }
            case REAL -> {
                double[] values = new double[rows];
                Arrays.fill(values, doubleOf(value));
                yield new RealColumn(values, Bits.all(rows));
            }
            case STRING ->
                    new StringColumn(
                            Codes.of(new int[rows], 1),
                            new PlainDictionary(new String[] {value.textOr("")}, true));
            case DECIMAL, GUID -> {
                var builder = new ColumnBuilder(type, rows);
                for (int i = 0; i < rows; i++) {
                    builder.add(value);
                }
                yield builder.build();
            }
            case DYNAMIC -> {
                var values = new Dynamic[rows];
                Arrays.fill(values, value);
                yield new DynamicColumn(values);
            }
        };
    }

    /// The number, ticks or truth of a scalar as 64 bits; 0 for what has none.
    public static long longOf(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole(var w) -> w;
            case Dynamic.DateTime(var t) -> t;
            case Dynamic.Span(var t) -> t;
            case Dynamic.Real(var r) -> (long) r;
            case Dynamic.Decimal(var d) -> d.longValue();
            case Dynamic.Bool(var b) -> b ? 1 : 0;
            case Dynamic.Null n -> 0;
            case Dynamic.Text t -> 0;
            case Dynamic.Guid g -> 0;
            case Dynamic.Array a -> 0;
            case Dynamic.Bag b -> 0;
        };
    }

    public static double doubleOf(Dynamic value) {
        return switch (value) {
            case Dynamic.Real(var r) -> r;
            case Dynamic.Decimal(var d) -> d.doubleValue();
            default -> longOf(value);
        };
    }

    /// The text of a string column's row; "" where null.
    public static String text(StringColumn column, int row) {
        int code = column.codes().get(row);
        return code < 0 ? "" : column.dictionary().get(code);
    }

    /// A function of the text, computed once a distinct value where the dictionary is smaller than the rows. Null reads as "".
    public static StringColumn mapText(StringColumn column, UnaryOperator<String> change) {
        var made = new MemoryMeter.Tally();
        var pace = new MemoryMeter.Pace();
        UnaryOperator<String> function =
                text -> {
                    pace.did(64 + text.length());
                    String changed = change.apply(text);
                    made.add(MemoryMeter.sizeOf(changed));
                    return changed;
                };
        var mapped = mapEach(column, function);
        made.settle();
        return mapped;
    }

    private static StringColumn mapEach(StringColumn column, UnaryOperator<String> function) {
        int rows = column.size();
        Dictionary dictionary = column.dictionary();
        Codes codes = column.codes();
        var texts = dictionary.reader();
        if (dictionary.size() <= rows) {
            var mapped = new String[dictionary.size()];
            for (int code = 0; code < mapped.length; code++) {
                mapped[code] = function.apply(texts.apply(code));
            }
            String ofEmpty = codes.hasNulls() ? function.apply("") : "";
            if (ofEmpty.isEmpty()) {
                return new StringColumn(codes, new PlainDictionary(mapped, false));
            }
            var extended = Arrays.copyOf(mapped, mapped.length + 1);
            extended[mapped.length] = ofEmpty;
            int[] out = new int[rows];
            for (int row = 0; row < rows; row++) {
                int code = codes.get(row);
                out[row] = code < 0 ? mapped.length : code;
            }
            return new StringColumn(
                    Codes.of(out, extended.length), new PlainDictionary(extended, false));
        }
        var out = new String[rows];
        for (int row = 0; row < rows; row++) {
            int code = codes.get(row);
            out[row] = function.apply(code < 0 ? "" : texts.apply(code));
        }
        return texts(out);
    }

    /// A value a code, the last one for rows without, as a value a row. Texts keep the codes where no row without becomes a text.
    public static Column byCode(Column table, Codes codes) {
        if (table instanceof StringColumn s
                && isEach(s.codes())
                && (!codes.hasNulls() || s.isNull(s.size() - 1))) {
            return new StringColumn(codes, s.dictionary());
        }
        if (table instanceof BoolColumn b) {
            var values = select(b.values(), codes);
            return b.present().isAll()
                    ? new BoolColumn(values, Bits.all(codes.size()))
                    : new BoolColumn(values, select(b.present(), codes));
        }
        int last = table.size() - 1;
        if (table instanceof LongColumn numbers
                && !codes.hasNulls()
                && numbers.present().count(0, last) == last) {
            long[] out = picked(numbers.values(), codes);
            return new LongColumn(numbers.type(), out, Bits.all(out.length));
        }
        int[] rows = codes.toInts();
        if (codes.hasNulls()) {
            for (int row = 0; row < rows.length; row++) {
                rows[row] = rows[row] < 0 ? last : rows[row];
            }
        }
        // In the narrowest form: one dictionary entry a code, whatever the rows.
        return table instanceof StringColumn s && s.codes().isIdentity()
                ? new StringColumn(Codes.of(rows, table.size()), s.dictionary())
                : table.gather(rows);
    }

    private static long[] picked(long[] values, Codes codes) {
        long[] out = new long[codes.size()];
        byte[] bytes = codes.bytes();
        short[] shorts = codes.shorts();
        int[] ints = codes.ints();
        if (bytes != null) {
            for (int row = 0; row < out.length; row++) {
                out[row] = values[bytes[row]];
            }
        } else if (shorts != null) {
            for (int row = 0; row < out.length; row++) {
                out[row] = values[shorts[row]];
            }
        } else if (ints != null) {
            for (int row = 0; row < out.length; row++) {
                out[row] = values[ints[row]];
            }
        } else {
            System.arraycopy(values, 0, out, 0, out.length);
        }
        return out;
    }

    /// Whether each code is its row, but for the last one at most.
    private static boolean isEach(Codes codes) {
        if (codes.isIdentity()) {
            return true;
        }
        for (int row = 0; row < codes.size() - 1; row++) {
            if (codes.get(row) != row) {
                return false;
            }
        }
        return true;
    }

    /// The rows whose code the table marks, those without when it marks the last.
    private static Bits select(Bits table, Codes codes) {
        int last = table.size() - 1;
        var marks = new boolean[last];
        for (int code = 0; code < last; code++) {
            marks[code] = table.get(code);
        }
        var rows = codes.select(marks);
        return table.get(last) && codes.hasNulls() ? rows.or(codes.present().not()) : rows;
    }

    /// One text a row.
    public static StringColumn texts(String[] values) {
        return new StringColumn(Codes.identity(values.length), new PlainDictionary(values, false));
    }

    /// The rows whose text passes, tested once a distinct value where that is less work. Null reads as "" when `nullIsEmpty`, else never
    /// passes.
    public static Bits test(StringColumn column, boolean nullIsEmpty, Predicate<String> asked) {
        var pace = new MemoryMeter.Pace();
        Predicate<String> predicate =
                text -> {
                    pace.did(16 + text.length());
                    return asked.test(text);
                };
        var texts = column.dictionary().reader();
        return testCodes(
                column,
                code -> predicate.test(texts.apply(code)),
                nullIsEmpty && predicate.test(""));
    }

    /// The rows whose code passes, tested once a code where that is less work.
    ///
    /// @param nulls whether rows of null do
    private static Bits testCodes(StringColumn column, IntPredicate predicate, boolean nulls) {
        int rows = column.size();
        Dictionary dictionary = column.dictionary();
        Codes codes = column.codes();
        if (dictionary.size() <= 2L * rows) {
            boolean[] table = new boolean[dictionary.size()];
            boolean any = false;
            for (int code = 0; code < table.length; code++) {
                table[code] = predicate.test(code);
                any |= table[code];
            }
            Bits bits = any ? codes.select(table) : Bits.none(rows);
            if (nulls) {
                bits = bits.or(codes.present().not());
            }
            return bits;
        }
        long[] words = new long[Bits.words(rows)];
        for (int row = 0; row < rows; row++) {
            int code = codes.get(row);
            if (code < 0 ? nulls : predicate.test(code)) {
                words[row >>> 6] |= 1L << row;
            }
        }
        return Bits.wrap(words, rows);
    }

    /// The rows that hold exactly that text.
    public static Bits equal(StringColumn column, boolean nullIsEmpty, String text) {
        int rows = column.size();
        Dictionary dictionary = column.dictionary();
        if (dictionary instanceof LowerDictionary) {
            // From the end, part by part: no text is put together and made small for it.
            var pace = new MemoryMeter.Pace();
            return testCodes(
                    column,
                    code -> {
                        pace.did(16);
                        return TextHashes.isEqual(dictionary, code, text);
                    },
                    nullIsEmpty && text.isEmpty());
        }
        if (!dictionary.isDistinct() || (nullIsEmpty && text.isEmpty())) {
            return test(column, nullIsEmpty, text::equals);
        }
        int code = dictionary.find(text);
        if (code < 0) {
            return Bits.none(rows);
        }
        return dictionary.size() == 1 && !column.codes().hasNulls()
                ? Bits.all(rows)
                : column.codes().equal(code);
    }

    /// The texts in lower case, each made when it is read; only where [LowerDictionary#isPossible].
    public static StringColumn lower(StringColumn column) {
        return column.dictionary() instanceof LowerDictionary
                ? column
                : new StringColumn(column.codes(), new LowerDictionary(column.dictionary()));
    }

    /// A string column whose nulls are "".
    public static Column withoutNulls(Column column) {
        if (!(column instanceof StringColumn s)) {
            return column;
        }
        return s.codes().hasNulls() ? mapNulls(s) : s;
    }

    private static StringColumn mapNulls(StringColumn column) {
        var dictionary = new UnionDictionary(List.of(column.dictionary(), EMPTY_TEXT));
        int empty = column.dictionary().size();
        int[] codes = column.codes().toInts();
        for (int row = 0; row < codes.length; row++) {
            codes[row] = codes[row] < 0 ? empty : codes[row];
        }
        return new StringColumn(Codes.of(codes, dictionary.size()), dictionary);
    }

    /// Not null and true.
    public static BoolColumn bool(Bits values) {
        return new BoolColumn(values, Bits.all(values.size()));
    }

    /// About how many bytes a computed column holds, its texts and values included; what a snapshot holds anyway counts by its rows.
    public static long heldBytes(Column column) {
        long held = rowBytes(column);
        switch (column) {
            case StringColumn s -> held += ownTexts(s.dictionary());
            case DynamicColumn d -> {
                for (int row = 0; row < d.size(); row++) {
                    held += MemoryMeter.sizeOf(d.dynamic(row));
                }
            }
            case DecimalColumn d -> held += 64L * d.size();
            case GuidColumn g -> held += 32L * g.size();
            default -> {}
        }
        return held;
    }

    private static long ownTexts(Dictionary dictionary) {
        long held = 0;
        switch (dictionary) {
            case PlainDictionary texts -> {
                for (String text : texts.values()) {
                    held += MemoryMeter.sizeOf(text);
                }
            }
            case UnionDictionary union -> {
                for (var part : union.parts()) {
                    held += ownTexts(part);
                }
            }
            default -> {}
        }
        return held;
    }

    /// About how many bytes the column's arrays of a row take; texts and dynamic values are counted where they are made.
    public static long rowBytes(Column column) {
        return switch (column) {
            case BoolColumn b -> b.size() / 4 + 16L;
            case StringColumn s -> s.codes().isIdentity() ? 8L * s.size() : 4L * s.size();
            case NullColumn n -> 16;
            case LongColumn l -> 8L * l.size();
            case RealColumn r -> 8L * r.size();
            default -> 8L * column.size();
        };
    }
}
