package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.MemoryMeter;
import java.util.List;

/// `partition by`: the subplan runs once a distinct value, over its rows.
final class PartitionOperator {
    private PartitionOperator() {}

    static Relation relation(LogicalPlan.Partition partition, Executor executor) {
        var input = executor.relation(partition.input());
        return Relation.single(sink -> {
            var batches = executor.collect(input);
            if (batches.isEmpty()) {
                return true;
            }
            var whole = executor.concat(batches, partition.input().schema());
            var groups = new Groups(List.of(partition.key().type()));
            var key = Compiled.of(partition.key(), executor).column(whole);
            int[] ids = groups.of(List.of(key), whole.rows(), true);
            int[][] rows = byGroup(ids, groups.count());
            for (int[] picked : rows) {
                executor.context().check();
                executor.context().place(partition.placeholder(), List.of(whole.select(picked)));
                if (!MemoryMeter.passing(
                        () -> executor.relation(partition.subplan()).forEach(sink))) {
                    return false;
                }
            }
            return true;
        });
    }

    /// The rows of each group, in order.
    static int[][] byGroup(int[] ids, int groups) {
        int[] sizes = new int[groups];
        for (int id : ids) {
            sizes[id]++;
        }
        int[][] rows = new int[groups][];
        for (int g = 0; g < groups; g++) {
            rows[g] = new int[sizes[g]];
            sizes[g] = 0;
        }
        for (int row = 0; row < ids.length; row++) {
            rows[ids[row]][sizes[ids[row]]++] = row;
        }
        return rows;
    }
}
