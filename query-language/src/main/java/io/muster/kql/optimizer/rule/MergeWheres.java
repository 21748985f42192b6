package io.muster.kql.optimizer.rule;

import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;

/// `where p | where q` is `where p and q`: a row is kept when both are true, and null is not true either way.
public final class MergeWheres implements Rule {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (plan
                instanceof LogicalPlan.Where(LogicalPlan.Where(var input, var first), var second)) {
            var all = new ArrayList<>(conjuncts(first));
            all.addAll(conjuncts(second));
            return new LogicalPlan.Where(input, new BoundExpr.Logical(true, all));
        }
        return plan;
    }

    static List<BoundExpr> conjuncts(BoundExpr predicate) {
        return predicate instanceof BoundExpr.Logical(var and, var operands) && and
                ? operands
                : List.of(predicate);
    }

    static BoundExpr conjunction(List<BoundExpr> parts) {
        return parts.size() == 1 ? parts.getFirst() : new BoundExpr.Logical(true, parts);
    }
}
