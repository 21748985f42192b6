package io.muster.kql.binder;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.TabularOperator;

/// `partition by`.
final class PartitionBinder {
    private final Binder binder;

    PartitionBinder(Binder binder) {
        this.binder = binder;
    }

    LogicalPlan partition(
            TabularOperator.Partition partition, LogicalPlan input, Environment environment) {
        int index = input.schema().indexOf(partition.column());
        if (index < 0) {
            binder.unknownColumn(partition.column(), partition.span(), input.schema());
            throw new BindFailure();
        }
        var placeholder = new LogicalPlan.Placeholder(input.schema());
        return new LogicalPlan.Partition(
                input,
                Projection.column(input.schema(), index),
                placeholder,
                binder.subplan(partition.subquery(), placeholder, environment));
    }
}
