package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.Set;

/// `top-nested`.
final class TopNestedBinder {
    private final Binder binder;

    TopNestedBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan topNested(
            TabularOperator.TopNested nested, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var outputs = new Projection();
        var levels = new ArrayList<LogicalPlan.NestedLevel>();
        for (var level : nested.levels()) {
            var value = expressions().bind(level.of().value(), place);
            var collector = new AggregateBinder(binder, input.schema(), environment, 0, Set.of());
            var by =
                    expressions()
                            .bind(
                                    level.by().value(),
                                    new ExpressionBinder.Place(null, environment, collector));
            if (by == ExpressionBinder.FAULTY || collector.aggregates().isEmpty()) {
                if (by != ExpressionBinder.FAULTY) {
                    binder.fault(
                            "KS123", level.by().span(), "An aggregate is expected after 'by'.");
                }
                throw new BindFailure();
            }
            var others = level.others();
            var counted = level.count();
            var aggregate = collector.aggregates().getFirst();
            var resultType = aggregate.results().getFirst();
            String name = ResultNames.of(level.of().value());
            outputs.add(level.of().name(), name, value);
            String columnName = level.of().name() != null ? level.of().name() : name;
            outputs.add(
                    level.by().name(),
                    "aggregated_" + columnName,
                    new BoundExpr.Literal(Dynamic.NULL, resultType));
            levels.add(
                    new LogicalPlan.NestedLevel(
                            counted == null
                                    ? null
                                    : binder.operators().sorts().count(counted, environment),
                            value,
                            others == null
                                    ? null
                                    : expressions()
                                            .convert(
                                                    expressions()
                                                            .bind(
                                                                    others,
                                                                    ExpressionBinder.Place.of(
                                                                            null, environment)),
                                                    value.type()),
                            aggregate,
                            level.ascending()));
        }
        return new LogicalPlan.TopNested(input, levels, outputs.schema());
    }
}
