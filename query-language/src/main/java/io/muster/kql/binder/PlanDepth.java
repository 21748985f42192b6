package io.muster.kql.binder;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.IdentityHashMap;

/// How many steps stand on one another in a plan, and how many there are when each is counted as often as it is read: planning and running
/// go down them one by one, on the caller's stack. Confined to one thread and one query.
final class PlanDepth {
    /// More than any honest query has, and a quarter of what a stack of 1 MB holds.
    static final int MOST = 200;

    /// Names that stand for two of a name before them double what is to be done: thirty of them would be a billion steps.
    static final long MOST_STEPS = 20_000;

    private final IdentityHashMap<LogicalPlan, Extent> known = new IdentityHashMap<>();

    record Extent(int depth, long steps) {}

    Extent of(LogicalPlan plan) {
        var extent = known.get(plan);
        if (extent == null) {
            int[] deepest = new int[1];
            long[] steps = {1};
            Plans.mapInputs(
                    plan,
                    input -> {
                        var below = of(input);
                        deepest[0] = Math.max(deepest[0], below.depth());
                        steps[0] = Math.min(Integer.MAX_VALUE, steps[0] + below.steps());
                        return input;
                    });
            extent = new Extent(1 + deepest[0], steps[0]);
            known.put(plan, extent);
        }
        return extent;
    }
}
