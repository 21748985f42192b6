package io.muster.kql.optimizer.rule;

import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Substitution;
import java.util.ArrayList;

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
            var moved = Substitution.below(part, project.items());
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
}
