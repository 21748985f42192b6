package io.muster.kql.optimizer;

import io.muster.kql.optimizer.rule.CondenseBelowSummarize;
import io.muster.kql.optimizer.rule.DropNullsOfExpansion;
import io.muster.kql.optimizer.rule.MergeWheres;
import io.muster.kql.optimizer.rule.OuterJoinOfPartners;
import io.muster.kql.optimizer.rule.PushEqualitiesIntoScan;
import io.muster.kql.optimizer.rule.PushWhereBelowSubplan;
import io.muster.kql.optimizer.rule.PushWhereDown;
import io.muster.kql.optimizer.rule.Rule;
import io.muster.kql.optimizer.rule.TakeOfSortIsTop;
import io.muster.kql.optimizer.rule.UniqueLeftIsInner;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import io.muster.kql.vector.MemoryMeter;
import java.util.IdentityHashMap;
import java.util.List;

/// Runs the rules, batch after batch, each until nothing changes; then what concerns the plan as a whole. Stateless. Asks the current
/// [MemoryMeter] at each step of a plan whether to go on.
public final class Optimizer {
    private static final int MOST_ROUNDS = 50;

    private static final List<List<Rule>> BATCHES =
            List.of(
                    // What may go below a join depends on its kind.
                    List.of(new UniqueLeftIsInner()),
                    List.of(
                            new MergeWheres(),
                            new OuterJoinOfPartners(),
                            new PushWhereDown(),
                            new PushWhereBelowSubplan(),
                            new TakeOfSortIsTop(),
                            new DropNullsOfExpansion()),
                    List.of(new PushEqualitiesIntoScan(), new CondenseBelowSummarize()));

    private Optimizer() {}

    public static LogicalPlan optimize(LogicalPlan plan) {
        // First: a condition of one of its readers would make another table of what several read.
        var at = CommonSubplans.share(plan);
        for (var batch : BATCHES) {
            at = new Pass(batch).rewrite(at);
        }
        return ScanColumns.narrow(CommonSubplans.share(at));
    }

    /// Before work on one step, which takes at most about what reading its text took.
    static void look() {
        MemoryMeter.current().charge(0);
    }

    /// One batch over one plan: each step once, however many names it is read by.
    private static final class Pass {
        private final List<Rule> rules;
        private final IdentityHashMap<LogicalPlan, LogicalPlan> done = new IdentityHashMap<>();

        Pass(List<Rule> rules) {
            this.rules = rules;
        }

        LogicalPlan rewrite(LogicalPlan plan) {
            var known = done.get(plan);
            if (known == null) {
                var at = plan;
                for (int round = 0; round < MOST_ROUNDS; round++) {
                    var before = at;
                    for (var rule : rules) {
                        look();
                        at = rule.apply(at);
                    }
                    if (at == before) {
                        break;
                    }
                }
                known = Subqueries.map(Plans.mapInputs(at, this::rewrite), this::rewrite);
                done.put(plan, known);
            }
            return known;
        }
    }
}
