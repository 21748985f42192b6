package io.muster.kql.optimizer;

import io.muster.kql.optimizer.rule.CondenseBelowSummarize;
import io.muster.kql.optimizer.rule.DropNullsOfExpansion;
import io.muster.kql.optimizer.rule.MergeWheres;
import io.muster.kql.optimizer.rule.PushEqualitiesIntoScan;
import io.muster.kql.optimizer.rule.PushWhereThroughProject;
import io.muster.kql.optimizer.rule.Rule;
import io.muster.kql.optimizer.rule.TakeOfSortIsTop;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.List;

/// Runs the rules, batch after batch, each until nothing changes. Stateless.
public final class Optimizer {
    private static final int MOST_ROUNDS = 50;

    private static final List<List<Rule>> BATCHES =
            List.of(
                    List.of(
                            new MergeWheres(),
                            new PushWhereThroughProject(),
                            new TakeOfSortIsTop(),
                            new DropNullsOfExpansion()),
                    List.of(new PushEqualitiesIntoScan(), new CondenseBelowSummarize()));

    private Optimizer() {}

    public static LogicalPlan optimize(LogicalPlan plan) {
        var at = plan;
        for (var batch : BATCHES) {
            at = rewrite(at, batch);
        }
        return at;
    }

    private static LogicalPlan rewrite(LogicalPlan plan, List<Rule> rules) {
        var at = plan;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            var before = at;
            for (var rule : rules) {
                at = rule.apply(at);
            }
            if (at == before) {
                break;
            }
        }
        return Plans.mapInputs(at, input -> rewrite(input, rules));
    }
}
