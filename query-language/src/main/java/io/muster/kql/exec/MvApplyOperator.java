package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// `mv-apply`: the subplan runs once a row over that row's elements.
final class MvApplyOperator {
    private MvApplyOperator() {}

    static Relation relation(LogicalPlan.MvApply apply, Executor executor) {
        var input = executor.relation(apply.input());
        var limitExpr = apply.expansion().limit();
        return Relation.single(sink -> {
            long limit = limitExpr == null ? Long.MAX_VALUE : executor.count(limitExpr);
            var values = MvExpandOperator.compile(apply.expansion(), executor);
            return input.forEach(batch -> {
                var expansion =
                        MvExpandOperator.expand(apply.expansion(), values, limit, batch, executor);
                int[] rows = expansion.rows().numbers();
                for (int from = 0; from < rows.length; ) {
                    int to = from + 1;
                    while (to < rows.length && rows[to] == rows[from]) {
                        to++;
                    }
                    int row = rows[from];
                    var elements = expansion.batch().slice(from, to);
                    if (!MemoryMeter.passing(
                            () -> row(apply, batch, row, elements, executor, sink))) {
                        return false;
                    }
                    from = to;
                }
                return true;
            });
        });
    }

    private static boolean row(
            LogicalPlan.MvApply apply,
            Batch outer,
            int row,
            Batch elements,
            Executor executor,
            Predicate<Batch> sink) {
        executor.context().check();
        executor.context().place(apply.placeholder(), List.of(elements));
        return executor.relation(apply.subplan())
                .forEach(result -> {
                    if (result.rows() == 0) {
                        return true;
                    }
                    int[] repeated = new int[result.rows()];
                    Arrays.fill(repeated, row);
                    var kept = outer.select(repeated);
                    var columns = new ArrayList<Supplier<Column>>();
                    for (int index : apply.kept()) {
                        columns.add(kept.supplier(index));
                    }
                    columns.addAll(result.suppliers());
                    return Batch.lazy(result.rows(), columns).pass(sink);
                });
    }
}
