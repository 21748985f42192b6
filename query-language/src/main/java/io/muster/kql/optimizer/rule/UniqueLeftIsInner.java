package io.muster.kql.optimizer.rule;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.plan.Uniqueness;

/// `innerunique` over a left side that has each key once anyway, as a table by its id or groups by what they are made of, is `inner`: no row
/// depends on those before, and so several threads may probe.
public final class UniqueLeftIsInner implements Rule {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        return plan instanceof LogicalPlan.Join join
                        && join.kind() == JoinKind.INNERUNIQUE
                        && Uniqueness.isUniqueBy(join.left(), join.leftKeys())
                ? new LogicalPlan.Join(
                        JoinKind.INNER,
                        join.left(),
                        join.right(),
                        join.leftKeys(),
                        join.rightKeys(),
                        join.schema())
                : plan;
    }
}
