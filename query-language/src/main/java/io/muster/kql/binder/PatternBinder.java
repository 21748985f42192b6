package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// `declare pattern`: constant texts that stand for tables.
final class PatternBinder {
    private final Binder binder;

    PatternBinder(Binder binder) {
        this.binder = binder;
    }

    /// The table of `name(arguments).path`.
    LogicalPlan table(
            Environment.Named.Pattern pattern,
            Expression.Call call,
            @Nullable String path,
            Environment caller) {
        var texts = new ArrayList<String>();
        for (var argument : call.arguments()) {
            var bound =
                    binder.expressions()
                            .fold(
                                    binder.expressions()
                                            .bind(
                                                    argument.value(),
                                                    ExpressionBinder.Place.of(null, caller)));
            if (bound == ExpressionBinder.FAULTY) {
                throw new BindFailure();
            }
            if (!(bound instanceof BoundExpr.Literal(Dynamic.Text t, var type))) {
                binder.fault("KS131", argument.value().span(), "The expression must be a literal.");
                throw new BindFailure();
            }
            texts.add(ScalarText.of(t));
        }
        for (var arm : pattern.definition().arms()) {
            boolean same = path == null ? arm.path() == null : path.equals(arm.path());
            if (same && arm.arguments().equals(texts)) {
                var plan =
                        binder.statements(
                                arm.body(), new Environment(pattern.environment()), false);
                if (plan != null) {
                    return plan;
                }
            }
        }
        binder.fault(
                "SEM0036",
                call.span(),
                "One or more pattern references were not declared: "
                        + call.name()
                        + "('"
                        + String.join("','", texts)
                        + "')"
                        + (path == null ? "" : ".['" + path + "']")
                        + ".");
        throw new BindFailure();
    }
}
