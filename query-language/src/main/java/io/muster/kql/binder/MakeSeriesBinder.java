package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// `make-series`.
final class MakeSeriesBinder {
    private final Binder binder;

    MakeSeriesBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan makeSeries(
            TabularOperator.MakeSeries series, LogicalPlan input, Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var constants = ExpressionBinder.Place.of(null, environment);
        var keys = new Projection();
        for (var key : series.by()) {
            keys.add(
                    key.name(),
                    ResultNames.of(key.value()),
                    expressions().bind(key.value(), place));
        }
        var outputs = new Projection(keys.schema());
        var collector = new AggregateBinder(binder, input.schema(), environment, 0, Set.of());
        var items = new ArrayList<BoundExpr>();
        var defaults = new ArrayList<BoundExpr>();
        for (var item : series.items()) {
            var bound =
                    expressions()
                            .bind(
                                    item.aggregate().value(),
                                    new ExpressionBinder.Place(null, environment, collector));
            if (bound == ExpressionBinder.FAULTY) {
                throw new BindFailure();
            }
            items.add(bound);
            var otherwise = item.otherwise();
            var type = bound.type();
            defaults.add(
                    otherwise == null
                            ? new BoundExpr.Literal(nothing(type), KqlType.DYNAMIC)
                            : fitting(expressions().bind(otherwise, constants), type));
            outputs.add(
                    item.aggregate().name(),
                    ResultNames.summarized(item.aggregate().value()),
                    new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC));
        }
        var axis = expressions().bind(series.on().value(), place);
        var step = series.step();
        BoundExpr boundStep;
        if (step == null) {
            boundStep =
                    axis.type() == KqlType.DATETIME
                            ? new BoundExpr.Literal(
                                    new Dynamic.Span(Ticks.PER_DAY), KqlType.TIMESPAN)
                            : new BoundExpr.Literal(Dynamic.of(1L), KqlType.LONG);
        } else {
            boundStep = expressions().bind(step, constants);
            // What is computed from other values is looked at when the query runs.
            if (boundStep instanceof BoundExpr.Literal(var by, var t)
                    && !(Columns.doubleOf(by) > 0)) {
                binder.fault(
                        "query-argument", step.span(), "The step of make-series is not positive.");
            }
        }
        outputs.add(
                series.on().name(),
                ResultNames.of(series.on().value()),
                new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC));
        var from = series.from();
        var to = series.to();
        if (binder.hasFaults()) {
            return new LogicalPlan.Rows(outputs.schema(), List.of());
        }
        return new LogicalPlan.MakeSeries(
                input,
                outputs.schema(),
                keys.items(),
                collector.aggregates(),
                items,
                defaults,
                axis,
                from == null ? null : expressions().bind(from, constants),
                to == null ? null : expressions().bind(to, constants),
                boundStep,
                series.inclusive(),
                series.nonEmpty());
    }

    /// A whole number among reals is a real, as every other number of its series.
    private BoundExpr fitting(BoundExpr value, KqlType type) {
        return type == KqlType.REAL && value.type().isNumeric()
                ? expressions().convert(value, KqlType.REAL)
                : value;
    }

    /** What stands where a series has no rows and the query names nothing. */
    private static Dynamic nothing(KqlType type) {
        if (type == KqlType.REAL) {
            return Dynamic.of(0.0);
        }
        return type.isNumeric() ? Dynamic.of(0L) : Dynamic.NULL;
    }
}
