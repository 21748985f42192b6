package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Groups and their aggregates: `summarize`, `distinct`, `count`, `top-hitters`.
final class SummarizeBinder {
    private final Binder binder;

    SummarizeBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan summarize(
            List<Named> aggregates,
            List<Named> keys,
            boolean by,
            LogicalPlan input,
            Environment environment,
            SourceSpan span) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var keyColumns = new Projection();
        var keyNames = new HashSet<String>();
        for (var key : keys) {
            if (key.value() instanceof Expression.Star) {
                continue;
            }
            var bound = expressions().bind(key.value(), place);
            if (bound.type() == KqlType.DYNAMIC && bound != ExpressionBinder.FAULTY) {
                binder.fault(
                        "KS116",
                        key.span(),
                        "The value of type 'dynamic' is not allowed in this context: a group key needs a type.",
                        Optional.empty());
            }
            keyColumns.add(key.name(), ResultNames.of(key.value()), bound);
            if (key.value() instanceof Expression.Name(var name, var s)) {
                keyNames.add(name);
            }
        }
        int width = keyColumns.size();
        var collector = new AggregateBinder(binder, input.schema(), environment, width, keyNames);
        var outputs = new Projection();
        var keySchema = keyColumns.schema();
        for (int i = 0; i < width; i++) {
            outputs.add(keySchema.field(i).name(), Projection.column(keySchema, i));
        }
        var outside = new ExpressionBinder.Place(keySchema, environment, collector);
        for (var item : aggregates) {
            var several = collector.several(item.value());
            if (!several.isEmpty()) {
                binder.checkNames(item, several.size());
                for (int i = 0; i < several.size(); i++) {
                    String given = i < item.names().size() ? item.names().get(i) : null;
                    outputs.add(given, several.get(i).name(), several.get(i).value());
                }
                continue;
            }
            binder.checkNames(item, 1);
            var bound = expressions().bind(item.value(), outside);
            outputs.add(item.name(), ResultNames.summarized(item.value()), bound);
        }
        if (binder.hasFaults()) {
            // Columns are named but not computed: what follows can still be checked.
            return outputs.over(nothing(collector, keySchema));
        }
        var fields = new ArrayList<>(keySchema.fields());
        for (var aggregate : collector.aggregates()) {
            for (var type : aggregate.results()) {
                fields.add(new Field("$" + fields.size(), type));
            }
        }
        var serial = new Serial(input);
        var groupKeys = keyColumns.items().stream().map(serial::lift).toList();
        var lifted = collector.aggregates().stream().map(a -> lifted(a, serial)).toList();
        return outputs.over(
                new LogicalPlan.Summarize(serial.input(), new Schema(fields), groupKeys, lifted));
    }

    private static LogicalPlan.Aggregate lifted(LogicalPlan.Aggregate aggregate, Serial serial) {
        var filter = aggregate.filter();
        return new LogicalPlan.Aggregate(
                aggregate.function(),
                aggregate.arguments().stream().map(serial::lift).toList(),
                filter == null ? null : serial.lift(filter),
                aggregate.results(),
                aggregate.settings());
    }

    private static LogicalPlan nothing(AggregateBinder collector, Schema keys) {
        var fields = new ArrayList<>(keys.fields());
        for (var aggregate : collector.aggregates()) {
            for (var type : aggregate.results()) {
                fields.add(new Field("$" + fields.size(), type));
            }
        }
        return new LogicalPlan.Rows(new Schema(fields), List.of());
    }

    LogicalPlan summarize(
            TabularOperator.Summarize summarize, LogicalPlan input, Environment environment) {
        return summarize(
                summarize.aggregates(),
                summarize.keys(),
                summarize.by(),
                input,
                environment,
                summarize.span());
    }

    LogicalPlan distinct(
            TabularOperator.Distinct distinct, LogicalPlan input, Environment environment) {
        var items =
                distinct.items().isEmpty()
                        ? all(input.schema(), distinct.span())
                        : distinct.items();
        return summarize(List.of(), items, true, input, environment, distinct.span());
    }

    LogicalPlan count(TabularOperator.Count count, LogicalPlan input, Environment environment) {
        var name = count.name();
        var span = count.span();
        var call = new Expression.Call("count", List.of(), span, span);
        return summarize(
                List.of(new Named(List.of(name == null ? "Count" : name), call, span)),
                List.of(),
                false,
                input,
                environment,
                span);
    }

    LogicalPlan sampleDistinct(
            TabularOperator.SampleDistinct sample, LogicalPlan input, Environment environment) {
        return new LogicalPlan.Take(
                summarize(List.of(), List.of(sample.of()), true, input, environment, sample.span()),
                binder.operators().sorts().countOfAnyNumber(sample.count(), environment));
    }

    LogicalPlan topHitters(
            TabularOperator.TopHitters hitters, LogicalPlan input, Environment environment) {
        var by = hitters.by();
        var span = hitters.span();
        String of = ResultNames.of(hitters.of().value());
        Named aggregate =
                by == null
                        ? new Named(
                                List.of("approximate_count_" + of),
                                new Expression.Call("count", List.of(), span, span),
                                span)
                        : new Named(
                                List.of("approximate_sum_" + ResultNames.of(by.value())),
                                new Expression.Call(
                                        "sum",
                                        List.of(new Expression.Argument(null, by.value())),
                                        span,
                                        span),
                                span);
        var grouped =
                summarize(
                        List.of(aggregate), List.of(hitters.of()), true, input, environment, span);
        return new LogicalPlan.Sort(
                grouped,
                List.of(
                        new LogicalPlan.SortKey(
                                Projection.column(grouped.schema(), 1), false, false)),
                binder.operators().sorts().count(hitters.count(), environment));
    }

    static List<Named> all(Schema schema, SourceSpan span) {
        var out = new ArrayList<Named>();
        for (var field : schema.fields()) {
            out.add(new Named(List.of(), new Expression.Name(field.name(), span), span));
        }
        return out;
    }
}
