package io.muster.kql.optimizer.rule;

import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.Set;

/// `mv-expand x | where isnotnull(x)`: the rows that `mv-expand` keeps for a null need not be made, for the condition drops them. It stays,
/// for an element may be null too.
public final class DropNullsOfExpansion implements Rule {
    private static final Set<String> NOT_NULL = Set.of("isnotnull", "isnotempty");

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Where(LogicalPlan.MvExpand expand, var predicate))
                || expand.dropNulls()
                || expand.items().size() != 1) {
            return plan;
        }
        var item = expand.items().getFirst();
        // A text is never null.
        boolean dynamic = item.type() == null || item.type() == KqlType.DYNAMIC;
        if (!dynamic
                || MergeWheres.conjuncts(predicate).stream()
                        .noneMatch(part -> rejectsNull(part, item.column()))) {
            return plan;
        }
        return new LogicalPlan.Where(
                new LogicalPlan.MvExpand(
                        expand.input(),
                        expand.items(),
                        expand.bagsAsArrays(),
                        expand.itemIndex(),
                        true,
                        expand.limit(),
                        expand.schema()),
                predicate);
    }

    private static boolean rejectsNull(BoundExpr part, int column) {
        return part instanceof BoundExpr.Call call
                && NOT_NULL.contains(call.function().name())
                && call.arguments().size() == 1
                && isUnder(call.arguments().getFirst(), column);
    }

    /// The column, or a path below it: null where the column is.
    private static boolean isUnder(BoundExpr expr, int column) {
        return switch (expr) {
            case BoundExpr.ColumnRef(var index, var name, var type) ->
                    index == column && type == KqlType.DYNAMIC;
            case BoundExpr.Member(var target, var name) -> isUnder(target, column);
            case BoundExpr.Element(var target, var index) -> isUnder(target, column);
            case BoundExpr.Literal l -> false;
            case BoundExpr.Call c -> false;
            case BoundExpr.Logical l -> false;
            case BoundExpr.Subquery s -> false;
        };
    }
}
