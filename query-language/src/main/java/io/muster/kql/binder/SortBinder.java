package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.TabularOperator;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/// Order and number of rows: `sort`, `top`, `take`, `sample`.
final class SortBinder {
    private final Binder binder;

    SortBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    BoundExpr count(Expression expression, Environment environment) {
        return count(expression, environment, false);
    }

    /// Of `sample` and its kin, which take any number: what is behind its point counts for nothing.
    BoundExpr countOfAnyNumber(Expression expression, Environment environment) {
        return count(expression, environment, true);
    }

    private BoundExpr count(Expression expression, Environment environment, boolean any) {
        var bound = expressions().bind(expression, ExpressionBinder.Place.of(null, environment));
        if (bound != ExpressionBinder.FAULTY
                && bound.type() != KqlType.LONG
                && bound.type() != KqlType.INT
                && bound.type() != KqlType.DYNAMIC
                && !(any && bound.type().isNumeric())) {
            return expressions()
                    .faulty("KS134", expression.span(), "The expression value must be an integer.");
        }
        if (bound instanceof BoundExpr.Literal literal && isBeyondLongs(literal.value())) {
            return new BoundExpr.Literal(Dynamic.of(Long.MAX_VALUE), KqlType.LONG);
        }
        return bound == ExpressionBinder.FAULTY
                ? bound
                : expressions().convert(bound, KqlType.LONG);
    }

    private static boolean isBeyondLongs(Dynamic number) {
        return switch (number) {
            case Dynamic.Real(double real) -> real >= Long.MAX_VALUE;
            case Dynamic.Decimal(var decimal) ->
                    decimal.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0;
            default -> false;
        };
    }

    List<LogicalPlan.SortKey> sortKeys(
            List<TabularOperator.SortKey> keys, ExpressionBinder.Place place, boolean top) {
        var out = new ArrayList<LogicalPlan.SortKey>();
        for (var key : keys) {
            var value = expressions().bind(key.value().value(), place);
            var nulls = key.nullsFirst();
            boolean first = nulls != null ? nulls : key.ascending() && !top;
            out.add(new LogicalPlan.SortKey(value, key.ascending(), first));
        }
        return out;
    }
}
