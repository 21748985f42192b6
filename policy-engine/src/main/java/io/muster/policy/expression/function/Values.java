package io.muster.policy.expression.function;

import io.muster.core.value.Dynamic;
import java.math.BigDecimal;
import java.util.List;

/// Equality and order of values as the template functions see them.
public final class Values {
    private Values() {}

    public static boolean isNumber(Dynamic value) {
        return value instanceof Dynamic.Whole
                || value instanceof Dynamic.Real
                || value instanceof Dynamic.Decimal;
    }

    /// Deep and exact; numbers by value whatever their form; object keys ignore case.
    public static boolean same(Dynamic a, Dynamic b) {
        if (isNumber(a) && isNumber(b)) {
            return compareNumbers(a, b) == 0;
        }
        if (a instanceof Dynamic.Array(var left) && b instanceof Dynamic.Array(var right)) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!same(left.get(i), right.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (a instanceof Dynamic.Bag(var left) && b instanceof Dynamic.Bag(var right)) {
            if (left.size() != right.size()) {
                return false;
            }
            for (var member : left.entrySet()) {
                if (!io.muster.policy.expression.Members.has(b, member.getKey())
                        || !same(member.getValue(), b.getIgnoreCase(member.getKey()))) {
                    return false;
                }
            }
            return true;
        }
        return a.equals(b);
    }

    public static int compareNumbers(Dynamic a, Dynamic b) {
        if (a instanceof Dynamic.Whole(var x) && b instanceof Dynamic.Whole(var y)) {
            return Long.compare(x, y);
        }
        return decimal(a).compareTo(decimal(b));
    }

    private static BigDecimal decimal(Dynamic number) {
        return switch (number) {
            case Dynamic.Whole(var value) -> BigDecimal.valueOf(value);
            case Dynamic.Real(var value) ->
                    Double.isFinite(value)
                            ? BigDecimal.valueOf(value)
                            : BigDecimal.valueOf(value > 0 ? Double.MAX_VALUE : -Double.MAX_VALUE);
            case Dynamic.Decimal(var value) -> value;
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Text _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _,
                    Dynamic.Array _,
                    Dynamic.Bag _ ->
                    throw new IllegalArgumentException(number.toString());
        };
    }

    /// Culture-invariant order of texts: punctuation before digits before letters, letters alphabetical whatever their case; between texts
    /// that differ in case only, lower case first.
    public static int compareTexts(String a, String b) {
        int ignoring = compareTextsIgnoringCase(a, b);
        if (ignoring != 0) {
            return ignoring;
        }
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return Character.isLowerCase(x) ? -1 : 1;
            }
        }
        return 0;
    }

    /// The same order ignoring case.
    public static int compareTextsIgnoringCase(String a, String b) {
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            char x = fold(a.charAt(i));
            char y = fold(b.charAt(i));
            if (x != y) {
                int kind = Integer.compare(kind(x), kind(y));
                return kind != 0 ? kind : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    private static int kind(char c) {
        return Character.isLetter(c) ? 2 : Character.isDigit(c) ? 1 : 0;
    }

    private static char fold(char c) {
        return Character.toLowerCase(Character.toUpperCase(c));
    }

    /// Where `needle` stands in `text` from `from` on, ignoring case; -1 when nowhere.
    public static int indexIgnoringCase(String text, String needle, int from) {
        for (int i = from; i <= text.length() - needle.length(); i++) {
            if (text.regionMatches(true, i, needle, 0, needle.length())) {
                return i;
            }
        }
        return -1;
    }

    /// The place of a value in a list, by [#same]; -1 when absent.
    public static int index(List<Dynamic> items, Dynamic value) {
        for (int i = 0; i < items.size(); i++) {
            if (same(items.get(i), value)) {
                return i;
            }
        }
        return -1;
    }
}
