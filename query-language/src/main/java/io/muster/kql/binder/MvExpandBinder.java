package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Arrays and bags to rows: `mv-expand`, `mv-apply`.
final class MvExpandBinder {
    /// What `mvexpand` gives of a row at most where it says nothing; `mv-expand` gives all.
    private static final long OLD_LIMIT = 128;

    private final Binder binder;

    MvExpandBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan.MvExpand expand(
            TabularOperator.MvExpand expand, LogicalPlan input, Environment environment) {
        return expansion(
                expand.items(),
                expand.asArrays(),
                expand.itemIndex(),
                expand.limit() == null && expand.oldSpelling()
                        ? new Expression.Literal(Dynamic.of(OLD_LIMIT), KqlType.LONG, expand.span())
                        : expand.limit(),
                input,
                environment);
    }

    private LogicalPlan.MvExpand expansion(
            List<TabularOperator.ExpandItem> items,
            boolean asArrays,
            @Nullable String itemIndex,
            @Nullable Expression limit,
            LogicalPlan input,
            Environment environment) {
        var place = ExpressionBinder.Place.of(input.schema(), environment);
        var outputs = new Projection(input.schema());
        var expanded = new ArrayList<LogicalPlan.Expanded>();
        for (var item : items) {
            var value = expressions().bind(item.value(), place);
            if (value != ExpressionBinder.FAULTY && value.type() != KqlType.DYNAMIC) {
                if (value.type() == KqlType.STRING) {
                    value = expressions().convert(value, KqlType.DYNAMIC);
                } else {
                    binder.fault(
                            "KS141",
                            item.value().span(),
                            "The expression must have the type dynamic.");
                    value = ExpressionBinder.FAULTY;
                }
            }
            var type = item.type();
            var shown = new BoundExpr.Literal(Dynamic.NULL, type == null ? KqlType.DYNAMIC : type);
            String name = item.name();
            String column;
            if (name != null) {
                column = name;
                outputs.set(column, shown);
            } else if (item.value() instanceof Expression.Name(var n, var s)
                    && input.schema().indexOf(n) >= 0) {
                column = n;
                outputs.set(column, shown);
            } else {
                outputs.add(null, ResultNames.of(item.value()), shown);
                column = outputs.schema().field(outputs.size() - 1).name();
            }
            expanded.add(new LogicalPlan.Expanded(value, type, outputs.schema().indexOf(column)));
        }
        if (itemIndex != null) {
            outputs.add(itemIndex, new BoundExpr.Literal(Dynamic.NULL, KqlType.LONG));
        }
        return new LogicalPlan.MvExpand(
                Serial.whole(input, expanded.stream().map(LogicalPlan.Expanded::value).toList()),
                expanded,
                asArrays,
                itemIndex != null,
                false,
                limit == null ? null : binder.operators().sorts().count(limit, environment),
                outputs.schema());
    }

    LogicalPlan apply(TabularOperator.MvApply apply, LogicalPlan input, Environment environment) {
        var expansion =
                expansion(
                        apply.items(), false, apply.itemIndex(), apply.limit(), input, environment);
        var placeholder = new LogicalPlan.Placeholder(expansion.schema());
        var subplan = binder.subplan(apply.subquery(), placeholder, environment);
        var sub = subplan.schema();
        // Columns of the input that the subquery passes on are the subquery's.
        var outputs = new Projection();
        var kept = new ArrayList<Integer>();
        var replaced = new HashSet<String>();
        for (var item : expansion.items()) {
            replaced.add(expansion.schema().field(item.column()).name());
        }
        for (int i = 0; i < input.schema().size(); i++) {
            String name = input.schema().field(i).name();
            if (sub.indexOf(name) < 0 && !replaced.contains(name)) {
                kept.add(i);
                outputs.add(name, Projection.column(input.schema(), i));
            }
        }
        for (int i = 0; i < sub.size(); i++) {
            outputs.add(sub.field(i).name(), Projection.column(sub, i));
        }
        LogicalPlan plan =
                new LogicalPlan.MvApply(
                        input, expansion, placeholder, subplan, kept, outputs.schema());
        // The input's order for its own columns, then what is new.
        var ordered = new Projection();
        for (var field : input.schema().fields()) {
            int index = plan.schema().indexOf(field.name());
            if (index >= 0) {
                ordered.add(field.name(), Projection.column(plan.schema(), index));
            }
        }
        for (int i = 0; i < plan.schema().size(); i++) {
            if (!ordered.has(plan.schema().field(i).name())) {
                ordered.add(plan.schema().field(i).name(), Projection.column(plan.schema(), i));
            }
        }
        return ordered.over(plan);
    }
}
