package io.muster.kql.optimizer.rule;

import io.muster.kql.function.ScalarFunction;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Parts of a condition that read only columns which a projection passes on unchanged may be tested before it. Not below a projection that
/// sees the rows around: there the rows left out would be missed.
public final class PushWhereThroughProject implements Rule {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Where(LogicalPlan.Project project, var predicate))
                || project.serial()) {
            return plan;
        }
        var below = new ArrayList<BoundExpr>();
        var above = new ArrayList<BoundExpr>();
        for (var part : MergeWheres.conjuncts(predicate)) {
            var moved = moved(part, project.items());
            if (moved.isPresent()) {
                below.add(moved.get());
            } else {
                above.add(part);
            }
        }
        if (below.isEmpty()) {
            return plan;
        }
        LogicalPlan pushed =
                new LogicalPlan.Project(
                        new LogicalPlan.Where(project.input(), MergeWheres.conjunction(below)),
                        project.schema(),
                        project.items(),
                        false);
        return above.isEmpty()
                ? pushed
                : new LogicalPlan.Where(pushed, MergeWheres.conjunction(above));
    }

    /// The expression over the projection's input; empty when it reads a computed column or is not the same each time.
    private static Optional<BoundExpr> moved(BoundExpr expr, List<BoundExpr> items) {
        return switch (expr) {
            case BoundExpr.Literal l -> Optional.of(l);
            case BoundExpr.Subquery s -> Optional.of(s);
            case BoundExpr.ColumnRef c ->
                    items.get(c.index()) instanceof BoundExpr.ColumnRef ref
                            ? Optional.of(ref)
                            : Optional.empty();
            case BoundExpr.Member m ->
                    moved(m.target(), items).map(t -> new BoundExpr.Member(t, m.name()));
            case BoundExpr.Element e ->
                    moved(e.target(), items).map(t -> new BoundExpr.Element(t, e.index()));
            case BoundExpr.Call c -> {
                if (c.function().stability() == ScalarFunction.Stability.PER_ROW) {
                    yield Optional.empty();
                }
                yield all(c.arguments(), items)
                        .map(a -> new BoundExpr.Call(c.function(), c.kernel(), a, c.type()));
            }
            case BoundExpr.Logical l ->
                    all(l.operands(), items).map(o -> new BoundExpr.Logical(l.and(), o));
        };
    }

    private static Optional<List<BoundExpr>> all(List<BoundExpr> parts, List<BoundExpr> items) {
        var out = new ArrayList<BoundExpr>();
        for (var part : parts) {
            var one = moved(part, items);
            if (one.isEmpty()) {
                return Optional.empty();
            }
            out.add(one.get());
        }
        return Optional.of(out);
    }
}
