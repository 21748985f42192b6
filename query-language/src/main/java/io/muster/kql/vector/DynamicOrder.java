package io.muster.kql.vector;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.TextLimit;
import java.math.BigDecimal;
import java.util.Comparator;

/// How dynamic values compare: numbers by value whatever their form, texts by code unit, nulls first; values of different kinds by
/// a fixed order of kinds, so that sorting is total.
public final class DynamicOrder implements Comparator<Dynamic> {
    public static final DynamicOrder INSTANCE = new DynamicOrder();

    private DynamicOrder() {}

    /// The value in a form whose `equals` is KQL's: a whole real number is the whole number.
    public static Dynamic keyOf(Dynamic value) {
        return value instanceof Dynamic.Real(var r) && r == Math.rint(r) && Math.abs(r) < 9e15
                ? Dynamic.of((long) r)
                : value;
    }

    /// Equality of values: `1` is `1.0`, arrays and bags member by member.
    public static boolean equal(Dynamic a, Dynamic b) {
        if (a instanceof Dynamic.Array(var left) && b instanceof Dynamic.Array(var right)) {
            if (left.size() != right.size()) {
                return false;
            }
            for (int i = 0; i < left.size(); i++) {
                if (!equal(left.get(i), right.get(i))) {
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
                if (other == null || !equal(member.getValue(), other)) {
                    return false;
                }
            }
            return true;
        }
        return isNumber(a) && isNumber(b) ? compareNumbers(a, b) == 0 : a.equals(b);
    }

    public static boolean isNumber(Dynamic value) {
        return value instanceof Dynamic.Whole
                || value instanceof Dynamic.Real
                || value instanceof Dynamic.Decimal;
    }

    public static int compareNumbers(Dynamic a, Dynamic b) {
        if (a instanceof Dynamic.Whole(var x) && b instanceof Dynamic.Whole(var y)) {
            return Long.compare(x, y);
        }
        if (a instanceof Dynamic.Decimal || b instanceof Dynamic.Decimal) {
            double x = Columns.doubleOf(a);
            double y = Columns.doubleOf(b);
            return Double.isFinite(x) && Double.isFinite(y)
                    ? decimal(a).compareTo(decimal(b))
                    : Double.compare(x, y);
        }
        return Double.compare(Columns.doubleOf(a) + 0.0, Columns.doubleOf(b) + 0.0);
    }

    private static BigDecimal decimal(Dynamic value) {
        return switch (value) {
            case Dynamic.Decimal(var d) -> d;
            case Dynamic.Whole(var w) -> BigDecimal.valueOf(w);
            default -> BigDecimal.valueOf(Columns.doubleOf(value));
        };
    }

    /// The order of two values' kinds alone.
    public static int compareKinds(Dynamic a, Dynamic b) {
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Dynamic value) {
        return switch (value) {
            case Dynamic.Null n -> 0;
            case Dynamic.Bool b -> 1;
            case Dynamic.Whole w -> 2;
            case Dynamic.Real r -> 2;
            case Dynamic.Decimal d -> 2;
            case Dynamic.Span s -> 3;
            case Dynamic.DateTime d -> 4;
            case Dynamic.Text t -> 5;
            case Dynamic.Guid g -> 6;
            case Dynamic.Array a -> 7;
            case Dynamic.Bag b -> 8;
        };
    }

    @Override
    public int compare(Dynamic a, Dynamic b) {
        int rank = rank(a);
        if (rank != rank(b)) {
            return Integer.compare(rank, rank(b));
        }
        return switch (a) {
            case Dynamic.Null n -> 0;
            case Dynamic.Bool(var x) -> Boolean.compare(x, b.boolOr(false));
            case Dynamic.Whole w -> compareNumbers(a, b);
            case Dynamic.Real r -> compareNumbers(a, b);
            case Dynamic.Decimal d -> compareNumbers(a, b);
            case Dynamic.Span(var x) -> Long.compare(x, Columns.longOf(b));
            case Dynamic.DateTime(var x) -> Long.compare(x, Columns.longOf(b));
            case Dynamic.Text(var x) -> x.compareTo(b.textOr(""));
            case Dynamic.Guid(var x) ->
                    b instanceof Dynamic.Guid(var y) ? x.toString().compareTo(y.toString()) : 0;
            case Dynamic.Array x -> TextLimit.json(x).compareTo(TextLimit.json(b));
            case Dynamic.Bag x -> TextLimit.json(x).compareTo(TextLimit.json(b));
        };
    }
}
