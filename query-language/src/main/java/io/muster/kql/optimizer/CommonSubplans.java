package io.muster.kql.optimizer;

import io.muster.kql.function.ScalarFunction;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Groups that a plan reads more than once, as those of a table named by `let`, are computed once. Only where every reading would
/// give the same: chance in it makes each its own. Confined to one plan.
final class CommonSubplans {
    private final Map<LogicalPlan, Integer> readings = new HashMap<>();
    private final Map<LogicalPlan, LogicalPlan.Materialize> shared = new HashMap<>();
    private final IdentityHashMap<LogicalPlan, LogicalPlan> done = new IdentityHashMap<>();
    private final IdentityHashMap<LogicalPlan, Boolean> repeatable = new IdentityHashMap<>();

    private CommonSubplans() {}

    static LogicalPlan share(LogicalPlan plan) {
        var subplans = new CommonSubplans();
        subplans.count(plan);
        return subplans.readings.values().stream().anyMatch(n -> n > 1)
                ? subplans.rewrite(plan)
                : plan;
    }

    private void count(LogicalPlan plan) {
        Optimizer.look();
        // What stands in a table computed once is read once.
        if (plan instanceof LogicalPlan.Materialize) {
            return;
        }
        if (isWorthwhile(plan) && readings.merge(plan, 1, Integer::sum) > 1) {
            return;
        }
        Plans.mapInputs(
                plan,
                input -> {
                    count(input);
                    return input;
                });
        for (var expr : Plans.expressions(plan)) {
            Plans.visit(expr, column -> {}, subquery -> count(subquery.plan()));
        }
    }

    private boolean isWorthwhile(LogicalPlan plan) {
        return (plan instanceof LogicalPlan.Summarize
                        || plan instanceof LogicalPlan.MakeSeries
                        || plan instanceof LogicalPlan.TopNested
                        || plan instanceof LogicalPlan.Reduce)
                && isRepeatable(plan);
    }

    /// Whether a second run gives the same rows: no chance, and no rows handed in by a step around.
    private boolean isRepeatable(LogicalPlan plan) {
        var known = repeatable.get(plan);
        if (known == null) {
            boolean[] all = {
                !(plan instanceof LogicalPlan.Placeholder || plan instanceof LogicalPlan.Sample)
            };
            for (var expr : Plans.expressions(plan)) {
                all[0] &= isRepeatable(expr);
            }
            Plans.mapInputs(
                    plan,
                    input -> {
                        all[0] &= isRepeatable(input);
                        return input;
                    });
            known = all[0];
            repeatable.put(plan, known);
        }
        return known;
    }

    private boolean isRepeatable(BoundExpr expr) {
        return switch (expr) {
            case BoundExpr.Literal e -> true;
            case BoundExpr.ColumnRef e -> true;
            case BoundExpr.Member e -> isRepeatable(e.target());
            case BoundExpr.Element e -> isRepeatable(e.target());
            case BoundExpr.Call e ->
                    e.function().stability() != ScalarFunction.Stability.PER_ROW
                            && e.arguments().stream().allMatch(this::isRepeatable);
            case BoundExpr.Logical e -> e.operands().stream().allMatch(this::isRepeatable);
            case BoundExpr.Subquery e -> isRepeatable(e.plan());
        };
    }

    private LogicalPlan rewrite(LogicalPlan plan) {
        var known = done.get(plan);
        if (known == null) {
            Optimizer.look();
            known = rewritten(plan, readings.getOrDefault(plan, 0) > 1 ? plan : null);
            done.put(plan, known);
        }
        return known;
    }

    private LogicalPlan rewritten(LogicalPlan plan, @Nullable LogicalPlan common) {
        if (common != null && shared.containsKey(common)) {
            return shared.get(common);
        }
        var rebuilt = Subqueries.map(Plans.mapInputs(plan, this::rewrite), this::rewrite);
        if (common == null) {
            return rebuilt;
        }
        var once = new LogicalPlan.Materialize(rebuilt);
        shared.put(common, once);
        return once;
    }
}
