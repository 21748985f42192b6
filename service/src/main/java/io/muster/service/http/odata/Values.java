package io.muster.service.http.odata;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import java.util.Comparator;
import java.util.Locale;

/// How values of records compare.
public final class Values {
    private Values() {}

    static boolean equal(Dynamic a, Dynamic b) {
        if (a.isNull() || b.isNull()) {
            return a.isNull() && b.isNull();
        }
        return compare(a, b) == 0;
    }

    /// Null first; numbers as numbers, ISO times as times, everything else as text ignoring case.
    public static int compare(Dynamic a, Dynamic b) {
        if (a.isNull() || b.isNull()) {
            return Boolean.compare(!a.isNull(), !b.isNull());
        }
        if (isNumber(a) && isNumber(b)) {
            return Double.compare(number(a), number(b));
        }
        String left = text(a);
        String right = text(b);
        var leftTime = Ticks.parseIso(left);
        var rightTime = Ticks.parseIso(right);
        if (leftTime.isPresent() && rightTime.isPresent()) {
            return Long.compare(leftTime.getAsLong(), rightTime.getAsLong());
        }
        return String.CASE_INSENSITIVE_ORDER.compare(left, right);
    }

    /// For sorting and extremes: like [#compare], and total over values of any kinds: null, numbers, times, texts.
    public static final Comparator<Dynamic> ORDER =
            Comparator.comparingInt(Values::kind).thenComparing(Values::compare);

    private static int kind(Dynamic value) {
        if (value.isNull()) {
            return 0;
        }
        if (isNumber(value)) {
            return 1;
        }
        return Ticks.parseIso(text(value)).isPresent() ? 2 : 3;
    }

    /// The same for values that are equal but for case.
    static Dynamic folded(Dynamic value) {
        return value instanceof Dynamic.Text(var text)
                ? Dynamic.of(text.toLowerCase(Locale.ROOT))
                : value;
    }

    static boolean isNumber(Dynamic value) {
        return value instanceof Dynamic.Whole || value instanceof Dynamic.Real;
    }

    static double number(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole(var n) -> n;
            case Dynamic.Real(var d) -> d;
            default -> Double.NaN;
        };
    }

    static String text(Dynamic value) {
        return value instanceof Dynamic.Text(var text)
                ? text
                : value.isNull() ? "" : Json.write(value);
    }
}
