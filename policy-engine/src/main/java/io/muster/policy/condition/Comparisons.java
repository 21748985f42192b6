package io.muster.policy.condition;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Kinds;
import io.muster.policy.expression.Members;
import io.muster.policy.expression.function.Values;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What the operators test, without their negation. The operand is never a computed null here: that has failed before.
final class Comparisons {
    private Comparisons() {}

    /// Both sides as they are written, ignoring case. A missing value reads as "".
    static boolean equal(Dynamic value, Dynamic operand) {
        String left = written(value);
        String right = written(operand);
        if (left != null && right != null) {
            return Values.equalIgnoringCase(left, right);
        }
        if (value instanceof Dynamic.Array(var a) && operand instanceof Dynamic.Array(var b)) {
            if (a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!equal(a.get(i), b.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (value instanceof Dynamic.Bag(var a) && operand instanceof Dynamic.Bag(var b)) {
            if (a.size() != b.size()) {
                return false;
            }
            for (var member : a.entrySet()) {
                if (!Members.has(operand, member.getKey())
                        || !equal(member.getValue(), operand.getIgnoreCase(member.getKey()))) {
                    return false;
                }
            }
            return true;
        }
        return false;
    }

    /// The value as text, "" for null; null for arrays and objects.
    static @Nullable String written(Dynamic value) {
        return switch (value) {
            case Dynamic.Null() -> "";
            case Dynamic.Text(var text) -> text;
            case Dynamic.Bool(var bool) -> bool ? "true" : "false";
            case Dynamic.Whole(var whole) -> Long.toString(whole);
            case Dynamic.Real _, Dynamic.Decimal _ -> Json.write(value);
            case Dynamic.DateTime(var ticks) -> Ticks.formatDateTime(ticks);
            case Dynamic.Span(var ticks) -> Ticks.formatTimespan(ticks);
            case Dynamic.Guid(var id) -> id.toString();
            case Dynamic.Array _, Dynamic.Bag _ -> null;
        };
    }

    static boolean in(Dynamic value, Dynamic operand) throws EvaluationFailure {
        if (!(operand instanceof Dynamic.Array(var items))) {
            throw new EvaluationFailure(
                    "the operand of 'in' and 'notIn' is %s where an array is needed"
                            .formatted(Kinds.name(operand)));
        }
        for (var item : items) {
            if (equal(value, item)) {
                return true;
            }
        }
        return false;
    }

    static boolean contains(Dynamic value, Dynamic operand) {
        if (value instanceof Dynamic.Array(var items)) {
            for (var item : items) {
                if (equal(item, operand)) {
                    return true;
                }
            }
            return false;
        }
        String text = written(value);
        String part = written(operand);
        return text != null && part != null && Values.indexIgnoringCase(text, part) >= 0;
    }

    static boolean containsKey(Dynamic value, Dynamic operand) {
        String key = written(operand);
        return key != null && value instanceof Dynamic.Bag && Members.has(value, key);
    }

    /// `*` matches any run of characters. A missing value is like nothing but the empty pattern.
    static boolean like(Dynamic value, Dynamic operand) throws EvaluationFailure {
        String pattern = written(operand);
        if (pattern == null) {
            throw new EvaluationFailure(
                    "the operand of 'like' and 'notLike' is " + Kinds.name(operand));
        }
        String text = written(value);
        if (text == null) {
            return false;
        }
        if (value.isNull()) {
            return pattern.isEmpty();
        }
        return like(Values.fold(text), Values.fold(pattern));
    }

    /// Greedy two-pointer wildcard match over folded texts: linear per star, no backtracking blow-up.
    private static boolean like(String text, String pattern) {
        int t = 0;
        int p = 0;
        int star = -1;
        int retry = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = t;
            } else if (p < pattern.length() && text.charAt(t) == pattern.charAt(p)) {
                t++;
                p++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    private static boolean sameIgnoringCase(char a, char b) {
        return a == b
                || Character.toLowerCase(Character.toUpperCase(a))
                        == Character.toLowerCase(Character.toUpperCase(b));
    }

    static boolean match(Dynamic value, Dynamic operand) throws EvaluationFailure {
        return match(value, operand, false);
    }

    static boolean matchInsensitively(Dynamic value, Dynamic operand) throws EvaluationFailure {
        return match(value, operand, true);
    }

    /// `#` a digit, `?` a letter, `.` any character.
    private static boolean match(Dynamic value, Dynamic operand, boolean ignoreCase)
            throws EvaluationFailure {
        String pattern = written(operand);
        if (pattern == null) {
            throw new EvaluationFailure(
                    "the operand of 'match' and its kin is " + Kinds.name(operand));
        }
        String text = written(value);
        if (text == null || text.length() != pattern.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char p = pattern.charAt(i);
            boolean fits =
                    switch (p) {
                        case '#' -> Character.isDigit(c);
                        case '?' -> Character.isLetter(c);
                        case '.' -> true;
                        default -> ignoreCase ? sameIgnoringCase(c, p) : c == p;
                    };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /// Number with number, text with text (dates in time order); a missing value is in no order.
    static boolean ordered(Dynamic value, Dynamic operand, IntPredicate holds)
            throws EvaluationFailure {
        if (value.isNull()) {
            return false;
        }
        if (Values.isNumber(value) && Values.isNumber(operand)) {
            return holds.test(Values.compareNumbers(value, operand));
        }
        if (value instanceof Dynamic.Text(var left) && operand instanceof Dynamic.Text(var right)) {
            var leftDate = Ticks.parseIso(left);
            var rightDate = leftDate.isPresent() ? Ticks.parseIso(right) : leftDate;
            return holds.test(
                    rightDate.isPresent()
                            ? Long.compare(leftDate.getAsLong(), rightDate.getAsLong())
                            : Values.compareTextsIgnoringCase(left, right));
        }
        throw new EvaluationFailure(
                "%s and %s have no order: two numbers or two texts have one"
                        .formatted(Kinds.name(value), Kinds.name(operand)));
    }

    static boolean exists(Dynamic value, Dynamic operand) throws EvaluationFailure {
        String wanted = written(operand);
        if (wanted != null && wanted.equalsIgnoreCase("true")) {
            return !value.isNull();
        }
        if (wanted != null && wanted.equalsIgnoreCase("false")) {
            return value.isNull();
        }
        throw new EvaluationFailure("the operand of 'exists' is neither true nor false");
    }
}
