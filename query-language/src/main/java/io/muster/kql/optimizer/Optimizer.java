package io.muster.kql.optimizer;

import io.muster.kql.plan.LogicalPlan;

/// Runs the rules. Stateless.
public final class Optimizer {
    private Optimizer() {}

    public static LogicalPlan optimize(LogicalPlan plan) {
        return plan;
    }
}
