package io.muster.kql.binder;

import io.muster.kql.plan.BoundExpr;
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
        var key = Projection.column(input.schema(), index);
        // A subquery with a source of its own sees the key alone, as a scalar.
        var projection = new Projection();
        projection.add(partition.column(), null, key);
        var inner = new Environment(environment);
        inner.define(
                partition.column(),
                new Environment.Named.Scalar(
                        new BoundExpr.Subquery(projection.over(placeholder), false, key.type())));
        return new LogicalPlan.Partition(
                input, key, placeholder, binder.subplan(partition.subquery(), placeholder, inner));
    }
}
