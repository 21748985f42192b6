package io.muster.kql.optimizer.rule;

import io.muster.kql.plan.LogicalPlan;

/// Rewrites the root of a plan, or gives it back as it is. Stateless.
@FunctionalInterface
public interface Rule {
    LogicalPlan apply(LogicalPlan plan);
}
