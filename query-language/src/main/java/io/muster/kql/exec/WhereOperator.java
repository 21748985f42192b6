package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.kql.function.Kernels;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `where`: rows for which the predicate is true. The parts of a conjunction are tested in order; once few rows are left the rest is
/// tested on those only.
final class WhereOperator {
    private WhereOperator() {}

    static Relation relation(LogicalPlan.Where where, Executor executor) {
        var parts = new ArrayList<Compiled>();
        List<BoundExpr> conjuncts =
                where.predicate() instanceof BoundExpr.Logical(var and, var operands) && and
                        ? operands
                        : List.of(where.predicate());
        for (var part : conjuncts) {
            parts.add(Compiled.of(part, executor));
        }
        return executor.relation(where.input()).map(batch -> filter(batch, parts, executor));
    }

    private static Batch filter(Batch input, List<Compiled> parts, Executor executor) {
        executor.context().check();
        Batch batch = input;
        // Null for all: most conditions are one, and sets of all rows cost as much as they do.
        @Nullable Bits kept = null;
        int left = batch.rows();
        for (var part : parts) {
            if (left == 0) {
                return batch;
            }
            var hits = Kernels.trueRows(part.column(batch));
            kept = kept == null ? hits : kept.and(hits);
            left = kept.cardinality();
            if (left == 0 || left < batch.rows() / 8) {
                batch = batch.select(kept);
                kept = null;
            }
        }
        return kept == null || left == batch.rows() ? batch : batch.select(kept);
    }
}
