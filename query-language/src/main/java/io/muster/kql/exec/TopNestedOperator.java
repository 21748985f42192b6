package io.muster.kql.exec;

import io.muster.core.column.Column;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// `top-nested`: the best groups of the first level, within each of them those of the second, and so on; what is left out may be gathered
/// in a row of its own.
final class TopNestedOperator {
    private TopNestedOperator() {}

    static Relation relation(LogicalPlan.TopNested nested, Executor executor) {
        var input = executor.relation(nested.input());
        return Relation.single(sink -> {
            var batches = executor.collect(input);
            if (batches.isEmpty()) {
                return true;
            }
            var whole = executor.concat(batches, nested.input().schema());
            var out = new ArrayList<ColumnBuilder>();
            for (var field : nested.schema().fields()) {
                out.add(new ColumnBuilder(field.type(), 16));
            }
            level(nested, 0, whole, new ArrayList<>(), out, executor);
            int rows = out.getFirst().size();
            var columns = new ArrayList<Column>();
            for (var builder : out) {
                columns.add(builder.build());
            }
            return rows == 0 || sink.test(Batch.of(rows, columns));
        });
    }

    private static void level(
            LogicalPlan.TopNested nested,
            int depth,
            Batch rows,
            List<Dynamic> prefix,
            List<ColumnBuilder> out,
            Executor executor) {
        executor.context().check();
        if (depth == nested.levels().size()) {
            for (int i = 0; i < prefix.size(); i++) {
                out.get(i).add(prefix.get(i));
            }
            return;
        }
        var level = nested.levels().get(depth);
        var value = Compiled.of(level.value(), executor).column(rows);
        var groups = new Groups(List.of(level.value().type()));
        int[] ids = groups.of(List.of(value), rows.rows(), true);
        int count = groups.count();
        var prepared = SummarizeOperator.Prepared.of(level.by(), executor);
        var accumulator = prepared.accumulator();
        prepared.add(accumulator, rows, ids, count, executor);
        Column results = accumulator.results(count).getFirst();
        Column names = groups.columns().getFirst();
        KqlType type = level.by().results().getFirst();
        long[][] keys = {SortKeys.of(results, type, level.ascending(), false)};
        int[] order = SortKeys.order(keys, count);
        var counted = level.count();
        int kept = counted == null ? count : (int) Math.min(count, executor.count(counted));
        int[][] members = PartitionOperator.byGroup(ids, count);
        var othersExpr = level.others();
        for (int i = 0; i < kept; i++) {
            int group = order[i];
            var line = new ArrayList<>(prefix);
            line.add(nonNull(names.dynamic(group), level.value().type()));
            line.add(results.dynamic(group));
            level(nested, depth + 1, rows.select(members[group]), line, out, executor);
        }
        if (othersExpr != null) {
            int rest = 0;
            for (int i = kept; i < count; i++) {
                rest += members[order[i]].length;
            }
            int[] picked = new int[rest];
            int n = 0;
            for (int i = kept; i < count; i++) {
                for (int row : members[order[i]]) {
                    picked[n++] = row;
                }
            }
            Arrays.sort(picked);
            var others = rows.select(picked);
            var total = prepared.accumulator();
            if (rest > 0) {
                prepared.add(total, others, new int[rest], 1, executor);
            }
            var line = new ArrayList<>(prefix);
            line.add(executor.constant(othersExpr));
            line.add(rest == 0 ? Dynamic.NULL : total.results(1).getFirst().dynamic(0));
            remainder(nested, depth + 1, others, line, out, executor);
        }
    }

    /// Below an `others` row every further level is null, or its own `others` where it has one.
    private static void remainder(
            LogicalPlan.TopNested nested,
            int depth,
            Batch rows,
            List<Dynamic> line,
            List<ColumnBuilder> out,
            Executor executor) {
        for (int d = depth; d < nested.levels().size(); d++) {
            var level = nested.levels().get(d);
            var prepared = SummarizeOperator.Prepared.of(level.by(), executor);
            var total = prepared.accumulator();
            if (rows.rows() > 0) {
                prepared.add(total, rows, new int[rows.rows()], 1, executor);
            }
            var othersExpr = level.others();
            line.add(othersExpr == null ? Dynamic.NULL : executor.constant(othersExpr));
            line.add(rows.rows() == 0 ? Dynamic.NULL : total.results(1).getFirst().dynamic(0));
        }
        for (int i = 0; i < line.size(); i++) {
            out.get(i).add(line.get(i));
        }
    }

    private static Dynamic nonNull(Dynamic value, KqlType type) {
        return value.isNull() && type == KqlType.STRING ? Dynamic.of("") : value;
    }
}
