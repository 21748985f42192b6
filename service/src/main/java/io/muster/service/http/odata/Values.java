package io.muster.service.http.odata;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;

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
