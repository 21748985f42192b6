package io.muster.kql.oracle;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.Comparator;
import java.util.Locale;

/// What operators and functions do to single values. Null is `Dynamic.NULL`; a string is never null.
final class Rules {
    private Rules() {}

    static Dynamic bool(boolean value) {
        return Dynamic.of(value);
    }

    static double number(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole(var w) -> w;
            case Dynamic.Real(var r) -> r;
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    static Dynamic arithmetic(char sign, Dynamic a, Dynamic b) {
        if (a.isNull() || b.isNull()) {
            return Dynamic.NULL;
        }
        if (a instanceof Dynamic.Whole(var x) && b instanceof Dynamic.Whole(var y)) {
            return switch (sign) {
                case '+' -> Dynamic.of(x + y);
                case '-' -> Dynamic.of(x - y);
                case '*' -> Dynamic.of(x * y);
                case '/' -> y == 0 ? Dynamic.NULL : Dynamic.of(x / y);
                default -> y == 0 ? Dynamic.NULL : Dynamic.of(Math.floorMod(x, Math.abs(y)));
            };
        }
        double x = number(a);
        double y = number(b);
        return Dynamic.of(
                switch (sign) {
                    case '+' -> x + y;
                    case '-' -> x - y;
                    default -> x * y;
                });
    }

    /// `==` and `!=` of two typed values.
    static Dynamic equal(boolean negated, Dynamic a, Dynamic b) {
        if (a.isNull() && b.isNull()) {
            return Dynamic.NULL;
        }
        return bool((!a.isNull() && !b.isNull() && same(a, b)) != negated);
    }

    private static boolean same(Dynamic a, Dynamic b) {
        boolean numbers = isNumber(a) && isNumber(b);
        return numbers ? number(a) == number(b) : a.equals(b);
    }

    static boolean isNumber(Dynamic value) {
        return value instanceof Dynamic.Whole || value instanceof Dynamic.Real;
    }

    /// `<`, `<=`, `>`, `>=` of two typed values.
    static Dynamic ordered(String sign, Dynamic a, Dynamic b) {
        if (a.isNull() || b.isNull()) {
            return Dynamic.NULL;
        }
        if (apart(a) > 0 || apart(b) > 0) {
            return Dynamic.FALSE;
        }
        int order = compare(a, b);
        return bool(
                switch (sign) {
                    case "<" -> order < 0;
                    case "<=" -> order <= 0;
                    case ">" -> order > 0;
                    default -> order >= 0;
                });
    }

    /// Values of one type in order; null is the smallest.
    static int compare(Dynamic a, Dynamic b) {
        if (a.isNull() || b.isNull()) {
            return Boolean.compare(b.isNull(), a.isNull());
        }
        return switch (a) {
            case Dynamic.Bool(var x) when b instanceof Dynamic.Bool(var y) -> Boolean.compare(x, y);
            case Dynamic.Text(var x) when b instanceof Dynamic.Text(var y) -> ordinal(x, y);
            case Dynamic.DateTime(var x) when b instanceof Dynamic.DateTime(var y) ->
                    Long.compare(x, y);
            case Dynamic.Whole(var x) when b instanceof Dynamic.Whole(var y) -> Long.compare(x, y);
            // Zero has no sign here.
            default -> Double.compare(number(a) + 0.0, number(b) + 0.0);
        };
    }

    /// A value as what groups and distinct counts tell it by.
    static Dynamic key(Dynamic value) {
        return value instanceof Dynamic.Real(var r) ? Dynamic.of(r + 0.0) : value;
    }

    private static int ordinal(String a, String b) {
        return Comparator.<String>naturalOrder().compare(a, b);
    }

    /// Nulls sort to one end, what is no number beside them.
    static int apart(Dynamic value) {
        return value.isNull() ? 2 : value instanceof Dynamic.Real(var r) && Double.isNaN(r) ? 1 : 0;
    }

    static Dynamic and(Dynamic a, Dynamic b) {
        if (Dynamic.FALSE.equals(a) || Dynamic.FALSE.equals(b)) {
            return Dynamic.FALSE;
        }
        return a.isNull() || b.isNull() ? Dynamic.NULL : Dynamic.TRUE;
    }

    static Dynamic not(Dynamic a) {
        return a.isNull() ? a : bool(Dynamic.FALSE.equals(a));
    }

    static Dynamic or(Dynamic a, Dynamic b) {
        return not(and(not(a), not(b)));
    }

    /// The text operators, by their name; a leading `!` negates.
    static Dynamic text(String operator, String text, String part) {
        if (operator.startsWith("!")) {
            return not(text(operator.equals("!~") ? "=~" : operator.substring(1), text, part));
        }
        String lower = text.toLowerCase(Locale.ROOT);
        String wanted = part.toLowerCase(Locale.ROOT);
        return bool(
                switch (operator) {
                    case "=~" -> lower.equals(wanted);
                    case "contains" -> lower.contains(wanted);
                    case "contains_cs" -> text.contains(part);
                    case "startswith" -> lower.startsWith(wanted);
                    case "endswith" -> lower.endsWith(wanted);
                    case "has" -> has(lower, wanted);
                    case "has_cs" -> has(text, part);
                    default -> throw new IllegalArgumentException(operator);
                });
    }

    /// The part stands where no letter or digit adjoins its own letters or digits.
    private static boolean has(String text, String part) {
        if (part.isEmpty()) {
            return true;
        }
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            int end = at + part.length();
            boolean before =
                    at == 0
                            || !Character.isLetterOrDigit(text.charAt(at - 1))
                            || !Character.isLetterOrDigit(part.charAt(0));
            boolean after =
                    end == text.length()
                            || !Character.isLetterOrDigit(text.charAt(end))
                            || !Character.isLetterOrDigit(part.charAt(part.length() - 1));
            if (before && after) {
                return true;
            }
        }
        return false;
    }

    /// `tostring`: of a dynamic its own text, objects and arrays as JSON.
    static String textOf(Dynamic value, boolean dynamic) {
        return switch (value) {
            case Dynamic.Null n -> "";
            case Dynamic.Text(var t) -> t;
            case Dynamic.Bool(var b) -> dynamic ? String.valueOf(b) : b ? "True" : "False";
            default -> json(value);
        };
    }

    private static String json(Dynamic value) {
        return switch (value) {
            case Dynamic.Null n -> "null";
            case Dynamic.Bool(var b) -> String.valueOf(b);
            case Dynamic.Whole(var w) -> String.valueOf(w);
            case Dynamic.Real(var r) -> String.valueOf(r);
            case Dynamic.Text(var t) -> "\"" + t + "\"";
            case Dynamic.Array(var items) ->
                    "[" + String.join(",", items.stream().map(Rules::json).toList()) + "]";
            case Dynamic.Bag(var members) ->
                    "{"
                            + String.join(
                                    ",",
                                    members.entrySet().stream()
                                            .map(m ->
                                                    "\"" + m.getKey() + "\":" + json(m.getValue()))
                                            .toList())
                            + "}";
            default -> throw new IllegalArgumentException(value.toString());
        };
    }

    /// `tolong`
    static Dynamic toLong(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole w -> w;
            case Dynamic.Real(var r) -> Dynamic.of((long) r);
            case Dynamic.Bool(var b) -> Dynamic.of(b ? 1L : 0L);
            case Dynamic.Text(var t) ->
                    t.strip().matches("[+-]?\\d{1,15}")
                            ? Dynamic.of(Long.parseLong(t.strip()))
                            : Dynamic.NULL;
            default -> Dynamic.NULL;
        };
    }

    static Dynamic member(Dynamic value, String name) {
        return value instanceof Dynamic.Bag(var members)
                ? members.getOrDefault(name, Dynamic.NULL)
                : Dynamic.NULL;
    }

    static Dynamic element(Dynamic value, int index) {
        if (!(value instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        int at = index < 0 ? items.size() + index : index;
        return at >= 0 && at < items.size() ? items.get(at) : Dynamic.NULL;
    }

    /// A dynamic against a typed constant: by value when its kind fits, else unequal.
    static Dynamic equalKind(boolean negated, Dynamic value, Dynamic constant) {
        boolean fits =
                isNumber(value) && isNumber(constant)
                        || value.getClass() == constant.getClass() && !value.isNull();
        return bool((fits && same(value, constant)) != negated);
    }

    static Dynamic empty(KqlType type) {
        return type == KqlType.STRING ? Dynamic.of("") : Dynamic.NULL;
    }
}
