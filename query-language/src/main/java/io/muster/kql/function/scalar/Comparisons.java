package io.muster.kql.function.scalar;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.ResultNaming;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.Signature;
import io.muster.kql.value.TextCase;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// `==`, `!=`, `<`, `<=`, `>`, `>=` over two values of one type, and `in`.
///
/// INVARIANT (null comparison): with one side null `==` is false and `!=` true, with both sides null both are null; an ordering with a
/// null is null. Strings have no null.
public final class Comparisons {
    private Comparisons() {}

    /// The comparison of that sign; arguments are of one type, or both dynamic.
    public static ScalarFunction of(String sign) {
        // One bit each for less, equal, greater, unordered (a NaN).
        int accepts =
                switch (sign) {
                    case "==" -> 0b0010;
                    case "!=" -> 0b1101;
                    case "<" -> 0b0001;
                    case "<=" -> 0b0011;
                    case ">" -> 0b0100;
                    case ">=" -> 0b0110;
                    default -> throw new IllegalArgumentException(sign);
                };
        boolean ordering = !sign.equals("==") && !sign.equals("!=");
        Kernel kernel = arguments -> compare(arguments, accepts, ordering, sign.equals("!="));
        return operator(sign, "(left: any, right: any): bool", kernel);
    }

    static ScalarFunction operator(String name, String signature, Kernel kernel) {
        return new ScalarFunction(
                name,
                List.of(Signature.parse(signature, kernel)),
                ResultNaming.NONE,
                name,
                ScalarFunction.Stability.CONSTANT,
                false,
                "");
    }

    private static Column compare(
            Arguments arguments, int accepts, boolean ordering, boolean unequal) {
        int rows = arguments.rows();
        if (arguments.isConstant(0) && !arguments.isConstant(1)) {
            return compare(swapped(arguments), mirrored(accepts), ordering, unequal);
        }
        KqlType type = arguments.type(0);
        Bits result;
        Bits left;
        Bits right;
        switch (type) {
            case STRING -> {
                return Columns.bool(texts(arguments, accepts));
            }
            case INT, LONG, DATETIME, TIMESPAN -> {
                LongColumn a = arguments.longs(0);
                left = a.present();
                if (arguments.isConstant(1) && !arguments.constant(1).isNull()) {
                    right = null;
                    result = longs(a.values(), Columns.longOf(arguments.constant(1)), accepts);
                } else {
                    LongColumn b = arguments.longs(1);
                    right = b.present();
                    result = longs(a.values(), b.values(), accepts);
                }
            }
            case REAL -> {
                RealColumn a = arguments.reals(0);
                RealColumn b = arguments.reals(1);
                left = a.present();
                right = b.present();
                result = reals(a.values(), b.values(), accepts);
            }
            default -> {
                Column a = arguments.column(0);
                Column b = arguments.column(1);
                long[] words = new long[Bits.words(rows)];
                var presentLeft = new Bits.Builder(rows);
                var presentRight = new Bits.Builder(rows);
                for (int row = 0; row < rows; row++) {
                    Dynamic x = a.dynamic(row);
                    Dynamic y = b.dynamic(row);
                    if (!x.isNull()) {
                        presentLeft.set(row);
                    }
                    if (!y.isNull()) {
                        presentRight.set(row);
                    }
                    int bit;
                    if (ordering) {
                        bit = Integer.signum(DynamicOrder.INSTANCE.compare(x, y)) + 1;
                    } else {
                        bit = DynamicOrder.equal(x, y) ? 1 : 0;
                    }
                    words[row >>> 6] |= (long) (accepts >> bit & 1) << row;
                }
                result = Bits.wrap(words, rows);
                left = presentLeft.build(rows);
                right = presentRight.build(rows);
            }
        }
        if (right == null) {
            right = Bits.all(rows);
        }
        Bits both = left.and(right);
        if (ordering) {
            return new BoolColumn(result.and(both), both);
        }
        Bits known = left.or(right);
        Bits values = unequal ? result.and(both).or(known.andNot(both)) : result.and(both);
        return new BoolColumn(values, known);
    }

    private static Arguments swapped(Arguments arguments) {
        return new Arguments(
                arguments.rows(),
                List.of(
                        new Arguments.Argument(arguments.type(1), null, arguments.column(1)),
                        new Arguments.Argument(arguments.type(0), arguments.constant(0), null)),
                arguments.resultType(),
                arguments.context());
    }

    private static int mirrored(int accepts) {
        return accepts & 0b1010 | (accepts & 1) << 2 | accepts >> 2 & 1;
    }

    private static Bits texts(Arguments arguments, int accepts) {
        StringColumn a = arguments.texts(0);
        if (arguments.isConstant(1)) {
            String constant = arguments.constant(1).textOr("");
            if (accepts == 0b0010) {
                return Columns.equal(a, true, constant);
            }
            if (accepts == 0b1101) {
                return Columns.equal(a, true, constant).not();
            }
            return Columns.test(a, true, s -> (accepts >> order(s, constant) & 1) != 0);
        }
        StringColumn b = arguments.texts(1);
        int rows = arguments.rows();
        long[] words = new long[Bits.words(rows)];
        for (int row = 0; row < rows; row++) {
            int bit = order(Columns.text(a, row), Columns.text(b, row));
            words[row >>> 6] |= (long) (accepts >> bit & 1) << row;
        }
        return Bits.wrap(words, rows);
    }

    private static int order(String a, String b) {
        return Integer.signum(a.compareTo(b)) + 1;
    }

    private static Bits longs(long[] a, long b, int accepts) {
        int rows = a.length;
        long[] words = new long[Bits.words(rows)];
        for (int w = 0; w < words.length; w++) {
            int from = w << 6;
            int to = Math.min(from + 64, rows);
            long word = 0;
            for (int i = from; i < to; i++) {
                int bit = a[i] < b ? 0 : a[i] == b ? 1 : 2;
                word |= (long) (accepts >> bit & 1) << i;
            }
            words[w] = word;
        }
        return Bits.wrap(words, rows);
    }

    private static Bits longs(long[] a, long[] b, int accepts) {
        int rows = a.length;
        long[] words = new long[Bits.words(rows)];
        for (int i = 0; i < rows; i++) {
            int bit = a[i] < b[i] ? 0 : a[i] == b[i] ? 1 : 2;
            words[i >>> 6] |= (long) (accepts >> bit & 1) << i;
        }
        return Bits.wrap(words, rows);
    }

    private static Bits reals(double[] a, double[] b, int accepts) {
        int rows = a.length;
        long[] words = new long[Bits.words(rows)];
        for (int i = 0; i < rows; i++) {
            int bit = a[i] < b[i] ? 0 : a[i] == b[i] ? 1 : a[i] > b[i] ? 2 : 3;
            words[i >>> 6] |= (long) (accepts >> bit & 1) << i;
        }
        return Bits.wrap(words, rows);
    }

    /// `in`, `!in`, `in~`, `!in~`: the second argument is an array. Never null.
    public static ScalarFunction in(String name) {
        boolean negated = name.startsWith("!");
        boolean ignoreCase = name.endsWith("~");
        Kernel kernel =
                arguments -> {
                    Bits found =
                            arguments.isConstant(1)
                                    ? inConstant(arguments, ignoreCase)
                                    : inColumn(arguments, ignoreCase);
                    return Columns.bool(negated ? found.not() : found);
                };
        return operator(name, "(left: any, right: dynamic): bool", kernel);
    }

    private static Bits inConstant(Arguments arguments, boolean ignoreCase) {
        var items = items(arguments.constant(1));
        int rows = arguments.rows();
        switch (arguments.type(0)) {
            case STRING -> {
                Set<String> texts =
                        items.stream()
                                .filter(i -> i instanceof Dynamic.Text)
                                .map(i -> fold(i.textOr(""), ignoreCase))
                                .collect(Collectors.toSet());
                return Columns.test(
                        arguments.texts(0), true, s -> texts.contains(fold(s, ignoreCase)));
            }
            case INT, LONG -> {
                Set<Long> numbers = new HashSet<>();
                for (var item : items) {
                    if (DynamicOrder.keyOf(item) instanceof Dynamic.Whole(var w)) {
                        numbers.add(w);
                    }
                }
                LongColumn column = arguments.longs(0);
                long[] values = column.values();
                if (numbers.size() == 1) {
                    return longs(values, numbers.iterator().next(), 0b0010).and(column.present());
                }
                var bits = new Bits.Builder(rows);
                for (int row = 0; row < rows; row++) {
                    if (column.present().get(row) && numbers.contains(values[row])) {
                        bits.set(row);
                    }
                }
                return bits.build(rows);
            }
            default -> {
                Set<Dynamic> keys = new HashSet<>();
                for (var item : items) {
                    if (!item.isNull()) {
                        keys.add(key(item, ignoreCase));
                    }
                }
                Column column = arguments.column(0);
                if (column.dense() instanceof StringColumn s) {
                    return Columns.test(
                            s, false, t -> keys.contains(new Dynamic.Text(fold(t, ignoreCase))));
                }
                var bits = new Bits.Builder(rows);
                for (int row = 0; row < rows; row++) {
                    if (keys.contains(key(column.dynamic(row), ignoreCase))) {
                        bits.set(row);
                    }
                }
                return bits.build(rows);
            }
        }
    }

    private static Bits inColumn(Arguments arguments, boolean ignoreCase) {
        int rows = arguments.rows();
        var bits = new Bits.Builder(rows);
        for (int row = 0; row < rows; row++) {
            Dynamic value = arguments.value(0, row);
            if (value.isNull()) {
                continue;
            }
            Dynamic wanted = key(value, ignoreCase);
            for (var item : items(arguments.value(1, row))) {
                if (DynamicOrder.equal(wanted, key(item, ignoreCase))) {
                    bits.set(row);
                    break;
                }
            }
        }
        return bits.build(rows);
    }

    /// The values of an array, nested arrays opened; a scalar is the only one of its list.
    static List<Dynamic> items(Dynamic value) {
        return switch (value) {
            case Dynamic.Array(var items) ->
                    items.stream().anyMatch(i -> i instanceof Dynamic.Array)
                            ? items.stream().flatMap(i -> items(i).stream()).toList()
                            : items;
            case Dynamic.Null n -> List.of();
            default -> List.of(value);
        };
    }

    private static Dynamic key(Dynamic value, boolean ignoreCase) {
        return value instanceof Dynamic.Text(var t) && ignoreCase
                ? new Dynamic.Text(fold(t, true))
                : DynamicOrder.keyOf(value);
    }

    private static String fold(String text, boolean ignoreCase) {
        return ignoreCase ? TextCase.fold(text) : text;
    }
}
