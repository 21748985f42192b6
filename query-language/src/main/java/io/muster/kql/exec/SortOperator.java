package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Substitution;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/// `sort` and `top`. For `top` each batch first gives up all but its own best rows.
final class SortOperator {
    private static final int CHUNK = 65_536;

    private SortOperator() {}

    static Relation relation(LogicalPlan.Sort sort, Executor executor) {
        var input = executor.relation(sort.input());
        return Relation.single(sink -> {
            var keys = new ArrayList<Compiled>();
            for (var key : sort.keys()) {
                keys.add(Compiled.of(key.value(), executor));
            }
            var wanted = sort.count();
            long count = wanted == null ? Long.MAX_VALUE : executor.count(wanted);
            if (count == 0) {
                return true;
            }
            // What is by chance would be drawn again for those that were the best.
            boolean isSteady =
                    sort.keys().stream().allMatch(key -> Substitution.isSteady(key.value()));
            var relation =
                    wanted == null || !isSteady
                            ? input
                            : input.map(batch ->
                                    batch.rows() <= count
                                            ? batch
                                            : best(batch, sort, keys, (int) count));
            var batches = executor.collect(relation);
            return emit(batches, sort, keys, count, executor, sink);
        });
    }

    private static Batch best(Batch batch, LogicalPlan.Sort sort, List<Compiled> keys, int count) {
        long[][] values = new long[keys.size()][];
        for (int k = 0; k < values.length; k++) {
            var key = sort.keys().get(k);
            values[k] =
                    SortKeys.of(
                            keys.get(k).column(batch),
                            key.value().type(),
                            key.ascending(),
                            key.nullsFirst());
        }
        int[] order = SortKeys.order(values, batch.rows());
        int[] picked = Arrays.copyOf(order, count);
        // In the input's order, so that ties stay as they were.
        Arrays.sort(picked);
        return batch.select(picked);
    }

    private static boolean emit(
            List<Batch> batches,
            LogicalPlan.Sort sort,
            List<Compiled> keys,
            long count,
            Executor executor,
            Predicate<Batch> sink) {
        int rows = Executor.rows(batches);
        MemoryMeter.current().charge(16L * rows * (1 + keys.size()));
        long[] refs = new long[rows];
        int n = 0;
        for (int b = 0; b < batches.size(); b++) {
            for (int row = 0; row < batches.get(b).rows(); row++) {
                refs[n++] = RowRefs.of(b, row);
            }
        }
        long[][] values = new long[keys.size()][];
        for (int k = 0; k < values.length; k++) {
            executor.context().check();
            var key = sort.keys().get(k);
            KqlType type = key.value().type();
            var columns = new ArrayList<Column>();
            for (var batch : batches) {
                columns.add(keys.get(k).column(batch));
            }
            Column whole =
                    columns.isEmpty()
                            ? Columns.nulls(type, 0)
                            : RowRefs.gather(columns, type, refs);
            values[k] = SortKeys.of(whole, type, key.ascending(), key.nullsFirst());
        }
        int[] order = SortKeys.order(values, rows);
        executor.context().check();
        int total = (int) Math.min(count, rows);
        var types = Executor.types(sort.schema());
        for (int from = 0; from < total; from += CHUNK) {
            int to = Math.min(total, from + CHUNK);
            long[] picked = new long[to - from];
            for (int i = from; i < to; i++) {
                picked[i - from] = refs[order[i]];
            }
            var batch = Batch.lazy(picked.length, Batch.gather(batches, types, picked));
            if (!batch.pass(sink)) {
                return false;
            }
        }
        return true;
    }
}
