package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// `project`, `extend` and their kin. Items are computed when somebody reads them.
final class ProjectOperator {
    private ProjectOperator() {}

    static Relation relation(LogicalPlan.Project project, Executor executor) {
        var input = executor.relation(project.input());
        if (project.serial()) {
            return Relation.single(sink -> {
                var all = executor.collect(input);
                if (all.isEmpty()) {
                    return true;
                }
                var whole = executor.concat(all, project.input().schema());
                return sink.test(apply(whole, project.items(), compile(project, executor)));
            });
        }
        var compiled = compile(project, executor);
        return input.map(batch -> apply(batch, project.items(), compiled));
    }

    private static List<Compiled> compile(LogicalPlan.Project project, Executor executor) {
        var compiled = new ArrayList<Compiled>();
        for (var item : project.items()) {
            compiled.add(Compiled.of(item, executor));
        }
        return compiled;
    }

    private static Batch apply(Batch batch, List<BoundExpr> items, List<Compiled> compiled) {
        var columns = new ArrayList<Supplier<Column>>();
        for (int i = 0; i < items.size(); i++) {
            var item = compiled.get(i);
            columns.add(
                    items.get(i) instanceof BoundExpr.ColumnRef ref
                            ? batch.supplier(ref.index())
                            : () -> item.column(batch));
        }
        return Batch.lazy(batch.rows(), columns);
    }
}
