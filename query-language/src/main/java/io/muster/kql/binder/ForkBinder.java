package io.muster.kql.binder;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.TabularOperator;
import java.util.List;

/// Operators that end a query with several tables: `fork`, `facet`. The first is the query's own result, the others stand beside it.
final class ForkBinder {
    private final Binder binder;

    ForkBinder(Binder binder) {
        this.binder = binder;
    }

    LogicalPlan fork(TabularOperator.Fork fork, LogicalPlan input, Environment environment) {
        var shared = new LogicalPlan.Materialize(input);
        LogicalPlan first = null;
        int number = 0;
        for (var leg : fork.legs()) {
            number++;
            var plan = binder.operators().pipeline(leg.pipeline(), shared, environment);
            String name = leg.name();
            if (first == null) {
                first = plan;
            } else {
                binder.beside(name == null ? "GenericResult" + number : name, plan, fork.span());
            }
        }
        return first == null ? shared : first;
    }

    LogicalPlan facet(TabularOperator.Facet facet, LogicalPlan input, Environment environment) {
        var shared = new LogicalPlan.Materialize(input);
        LogicalPlan first = null;
        for (var column : facet.columns()) {
            binder.did(32L * input.schema().size());
            var plan = counts(column, facet.span(), shared, environment);
            if (first == null) {
                first = plan;
            } else {
                binder.beside(column, plan, facet.span());
            }
        }
        var with = facet.with();
        if (with != null) {
            binder.beside(
                    "with", binder.operators().pipeline(with, shared, environment), facet.span());
        }
        return first == null ? shared : first;
    }

    /// `summarize count_column = count() by column`
    private LogicalPlan counts(
            String column, SourceSpan span, LogicalPlan input, Environment environment) {
        var count = new Expression.Call("count", List.of(), span, span);
        return binder.operators()
                .summaries()
                .summarize(
                        List.of(new Named(List.of("count_" + column), count, span)),
                        List.of(new Named(List.of(), new Expression.Name(column, span), span)),
                        true,
                        input,
                        environment,
                        span);
    }
}
