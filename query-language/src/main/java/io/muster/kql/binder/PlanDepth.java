package io.muster.kql.binder;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.IdentityHashMap;

/// How many steps stand on one another in a plan: planning and running go down them one by one, on the caller's stack. Confined to one
/// thread and one query.
final class PlanDepth {
    /// More than any honest query has, and a quarter of what a stack of 1 MB holds.
    static final int MOST = 200;

    private final IdentityHashMap<LogicalPlan, Integer> known = new IdentityHashMap<>();

    int of(LogicalPlan plan) {
        var depth = known.get(plan);
        if (depth == null) {
            depth =
                    1
                            + switch (plan) {
                                case LogicalPlan.Materialize p -> of(p.input());
                                case LogicalPlan.MvApply p -> Math.max(inputs(p), of(p.subplan()));
                                case LogicalPlan.Partition p ->
                                        Math.max(inputs(p), of(p.subplan()));
                                default -> inputs(plan);
                            };
            known.put(plan, depth);
        }
        return depth;
    }

    private int inputs(LogicalPlan plan) {
        int[] deepest = new int[1];
        Plans.mapInputs(
                plan,
                input -> {
                    deepest[0] = Math.max(deepest[0], of(input));
                    return input;
                });
        return deepest[0];
    }
}
