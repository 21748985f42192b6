package io.muster.policy.expression.function;

import io.muster.core.value.Dynamic;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/// Equality and order of values as the template functions see them.
public final class Values {
    private Values() {}

    public static boolean isNumber(Dynamic value) {
        return value instanceof Dynamic.Whole
                || value instanceof Dynamic.Real
                || value instanceof Dynamic.Decimal;
    }

    /// As the function `equals` has it: numbers by value whatever their form, all else deep and exact.
    public static boolean same(Dynamic a, Dynamic b) {
        return isNumber(a) && isNumber(b) ? compareNumbers(a, b) == 0 : exact(a, b);
    }

    /// Deep and exact: case, types of numbers and names of members included.
    public static boolean exact(Dynamic a, Dynamic b) {
        if (isNumber(a) && isNumber(b)) {
            return a instanceof Dynamic.Whole == b instanceof Dynamic.Whole
                    && compareNumbers(a, b) == 0;
        }
        if (a instanceof Dynamic.Array(var left) && b instanceof Dynamic.Array(var right)) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!exact(left.get(i), right.get(i))) {
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
                var other = right.get(member.getKey());
                if (other == null || !exact(member.getValue(), other)) {
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

    /// A number of whatever kind, exactly; what is infinite counts as the largest there is.
    public static BigDecimal decimal(Dynamic number) {
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
        String left = fold(a);
        String right = fold(b);
        int shared = Math.min(left.length(), right.length());
        for (int i = 0; i < shared; i++) {
            char x = left.charAt(i);
            char y = right.charAt(i);
            if (x != y) {
                int kind = Integer.compare(kind(x), kind(y));
                return kind != 0 ? kind : Character.compare(x, y);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    private static int kind(char c) {
        return Character.isLetter(c) ? 2 : Character.isDigit(c) ? 1 : 0;
    }

    /// Whether two texts are equal but for case: by full folding, in which sharp s is `ss` and a ligature its letters.
    public static boolean equalIgnoringCase(String a, String b) {
        int shared = Math.min(a.length(), b.length());
        for (int i = 0; i < shared; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x >= 0x80 || y >= 0x80) {
                return fold(a).equals(fold(b));
            }
            // Each ASCII character folds to one: whatever follows, the texts differ here.
            if (x != y && lower(x) != lower(y)) {
                return false;
            }
        }
        // No character folds to nothing.
        return a.length() == b.length();
    }

    private static int lower(char ascii) {
        return ascii >= 'A' && ascii <= 'Z' ? ascii + ('a' - 'A') : ascii;
    }

    /// The text without differences of case.
    public static String fold(String text) {
        if (isAscii(text)) {
            return text.toLowerCase(Locale.ROOT);
        }
        var out = new StringBuilder(text.length() + 8);
        text.codePoints().forEach(c -> out.append(fold(c)));
        return out.toString();
    }

    /// Upper case as .NET's invariant culture has it: one character for one, so that sharp s stays.
    static String upper(String text) {
        return mapped(text, Character::toUpperCase);
    }

    /// Lower case likewise: a sigma at the end of a word is one like any other.
    static String lower(String text) {
        return mapped(text, Character::toLowerCase);
    }

    private static String mapped(String text, IntUnaryOperator to) {
        return text.codePoints()
                .map(c -> isTurkish(c) ? c : to.applyAsInt(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /// The dotted and the dotless i of Turkish are letters of their own.
    private static boolean isTurkish(int codePoint) {
        return codePoint == 0x130 || codePoint == 0x131;
    }

    private static String fold(int codePoint) {
        if (isTurkish(codePoint)) {
            return Character.toString(codePoint);
        }
        var out = new StringBuilder(4);
        Character.toString(codePoint)
                .toUpperCase(Locale.ROOT)
                .codePoints()
                .forEach(c -> out.appendCodePoint(Character.toLowerCase(c)));
        return out.toString();
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /// Where `needle` first stands in `text`, ignoring case; -1 when nowhere.
    public static int indexIgnoringCase(String text, String needle) {
        return place(text, needle, true).start();
    }

    /// Where `needle` last stands in `text`, ignoring case; -1 when nowhere.
    public static int lastIndexIgnoringCase(String text, String needle) {
        return place(text, needle, false).start();
    }

    /// Where a text stands in another, in the other's own positions; -1 when nowhere.
    record Place(int start, int end) {}

    static Place place(String text, String needle, boolean first) {
        String wanted = fold(needle);
        String folded = fold(text);
        int at = first ? folded.indexOf(wanted) : folded.lastIndexOf(wanted);
        if (at < 0) {
            return new Place(-1, -1);
        }
        return folded.length() == text.length()
                ? new Place(at, at + wanted.length())
                : new Place(unfolded(text, at), unfolded(text, at + wanted.length()));
    }

    /// The position in a text of a position in its folded form.
    private static int unfolded(String text, int position) {
        int at = 0;
        int folded = 0;
        while (at < text.length() && folded < position) {
            int codePoint = text.codePointAt(at);
            folded += fold(codePoint).length();
            at += Character.charCount(codePoint);
        }
        return at;
    }

    /// The place of a value in a list, by [#exact]; -1 when absent.
    public static int index(List<Dynamic> items, Dynamic value) {
        for (int i = 0; i < items.size(); i++) {
            if (exact(items.get(i), value)) {
                return i;
            }
        }
        return -1;
    }
}
