package io.muster.kql.optimizer.rule;

import io.muster.kql.plan.LogicalPlan;

/// `sort by k | take n` is `top n by k`: no more than n rows of a batch need be kept. Through a projection as well, which changes no row's place.
public final class TakeOfSortIsTop implements Rule {
    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Take(var input, var count))) {
            return plan;
        }
        if (input instanceof LogicalPlan.Sort sort && sort.count() == null) {
            return new LogicalPlan.Sort(sort.input(), sort.keys(), count);
        }
        if (input instanceof LogicalPlan.Project project
                && !project.serial()
                && project.input() instanceof LogicalPlan.Sort sort
                && sort.count() == null) {
            return new LogicalPlan.Project(
                    new LogicalPlan.Sort(sort.input(), sort.keys(), count),
                    project.schema(),
                    project.items(),
                    false);
        }
        return plan;
    }
}
