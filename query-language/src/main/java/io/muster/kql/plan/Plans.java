package io.muster.kql.plan;

import java.util.function.UnaryOperator;

/// Rebuilding plans.
public final class Plans {
    private Plans() {}

    /// The same step over other inputs; subplans of `mv-apply` and `partition` stay as they are, for their placeholder is told by identity.
    public static LogicalPlan mapInputs(LogicalPlan plan, UnaryOperator<LogicalPlan> function) {
        return switch (plan) {
            case LogicalPlan.Scan p -> p;
            case LogicalPlan.Values p -> p;
            case LogicalPlan.Rows p -> p;
            case LogicalPlan.Range p -> p;
            case LogicalPlan.Placeholder p -> p;
            // Shared by identity: rebuilding it would compute it twice.
            case LogicalPlan.Materialize p -> p;
            case LogicalPlan.Where p ->
                    new LogicalPlan.Where(function.apply(p.input()), p.predicate());
            case LogicalPlan.Project p ->
                    new LogicalPlan.Project(
                            function.apply(p.input()), p.schema(), p.items(), p.serial());
            case LogicalPlan.Take p -> new LogicalPlan.Take(function.apply(p.input()), p.count());
            case LogicalPlan.Sample p ->
                    new LogicalPlan.Sample(function.apply(p.input()), p.count());
            case LogicalPlan.Sort p ->
                    new LogicalPlan.Sort(function.apply(p.input()), p.keys(), p.count());
            case LogicalPlan.Summarize p ->
                    new LogicalPlan.Summarize(
                            function.apply(p.input()), p.schema(), p.keys(), p.aggregates());
            case LogicalPlan.Join p ->
                    new LogicalPlan.Join(
                            p.kind(),
                            function.apply(p.left()),
                            function.apply(p.right()),
                            p.leftKeys(),
                            p.rightKeys(),
                            p.schema());
            case LogicalPlan.Condense p ->
                    new LogicalPlan.Condense(function.apply(p.input()), p.by(), p.schema());
            case LogicalPlan.Union p ->
                    new LogicalPlan.Union(p.inputs().stream().map(function).toList(), p.schema());
            case LogicalPlan.MvExpand p ->
                    new LogicalPlan.MvExpand(
                            function.apply(p.input()),
                            p.items(),
                            p.bagsAsArrays(),
                            p.itemIndex(),
                            p.dropNulls(),
                            p.limit(),
                            p.schema());
            case LogicalPlan.MvApply p ->
                    new LogicalPlan.MvApply(
                            function.apply(p.input()),
                            p.expansion(),
                            p.placeholder(),
                            p.subplan(),
                            p.kept(),
                            p.schema());
            case LogicalPlan.Partition p ->
                    new LogicalPlan.Partition(
                            function.apply(p.input()), p.key(), p.placeholder(), p.subplan());
            case LogicalPlan.Parse p ->
                    new LogicalPlan.Parse(
                            function.apply(p.input()),
                            p.source(),
                            p.kind(),
                            p.flags(),
                            p.pattern(),
                            p.dropMisses(),
                            p.schema());
            case LogicalPlan.ParseKv p ->
                    new LogicalPlan.ParseKv(
                            function.apply(p.input()),
                            p.source(),
                            p.targets(),
                            p.options(),
                            p.schema());
            case LogicalPlan.MakeSeries p ->
                    new LogicalPlan.MakeSeries(
                            function.apply(p.input()),
                            p.schema(),
                            p.keys(),
                            p.aggregates(),
                            p.items(),
                            p.defaults(),
                            p.axis(),
                            p.from(),
                            p.to(),
                            p.step(),
                            p.inclusive(),
                            p.nonEmpty());
            case LogicalPlan.TopNested p ->
                    new LogicalPlan.TopNested(function.apply(p.input()), p.levels(), p.schema());
            case LogicalPlan.ScanSteps p ->
                    new LogicalPlan.ScanSteps(
                            function.apply(p.input()),
                            p.row(),
                            p.defaults(),
                            p.keys(),
                            p.steps(),
                            p.matchId(),
                            p.schema());
            case LogicalPlan.Reduce p ->
                    new LogicalPlan.Reduce(
                            function.apply(p.input()), p.value(), p.characters(), p.schema());
        };
    }
}
