package io.muster.kql.optimizer;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.function.UnaryOperator;

/// Plans within expressions: `toscalar`, `in (table)`.
final class Subqueries {
    private Subqueries() {}

    /// The step with the subqueries of its condition or its columns mapped. Those of other steps stay: they are constants, and what is read
    /// there keeps its identity whichever form it has.
    static LogicalPlan map(LogicalPlan plan, UnaryOperator<LogicalPlan> function) {
        if (plan instanceof LogicalPlan.Where where) {
            var predicate = Plans.mapSubqueries(where.predicate(), function);
            return predicate == where.predicate()
                    ? where
                    : new LogicalPlan.Where(where.input(), predicate);
        }
        if (plan instanceof LogicalPlan.Project project) {
            return Plans.mapSubqueries(project.items(), function)
                    .<LogicalPlan>map(items ->
                            new LogicalPlan.Project(
                                    project.input(), project.schema(), items, project.serial()))
                    .orElse(project);
        }
        return plan;
    }
}
