package io.muster.kql.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Rebuilding plans, and what they read.
public final class Plans {
    private Plans() {}

    /// The same step over other inputs, subplans of `mv-apply` and `partition` among them.
    public static LogicalPlan mapInputs(LogicalPlan plan, UnaryOperator<LogicalPlan> function) {
        return switch (plan) {
            case LogicalPlan.Scan p -> p;
            case LogicalPlan.Values p -> p;
            case LogicalPlan.Rows p -> p;
            case LogicalPlan.Range p -> p;
            case LogicalPlan.Placeholder p -> p;
            case LogicalPlan.Materialize p -> p.from(function.apply(p.input()));
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
                            function.apply(p.subplan()),
                            p.kept(),
                            p.schema());
            case LogicalPlan.Partition p ->
                    new LogicalPlan.Partition(
                            function.apply(p.input()),
                            p.key(),
                            p.placeholder(),
                            function.apply(p.subplan()));
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
                            function.apply(p.input()),
                            p.value(),
                            p.characters(),
                            p.keepsRows(),
                            p.schema());
        };
    }

    /// The same expression with other plans for its subqueries.
    public static BoundExpr mapSubqueries(BoundExpr expr, UnaryOperator<LogicalPlan> function) {
        return switch (expr) {
            case BoundExpr.Literal e -> e;
            case BoundExpr.ColumnRef e -> e;
            case BoundExpr.Member e -> {
                var target = mapSubqueries(e.target(), function);
                yield target == e.target() ? e : new BoundExpr.Member(target, e.name());
            }
            case BoundExpr.Element e -> {
                var target = mapSubqueries(e.target(), function);
                yield target == e.target() ? e : new BoundExpr.Element(target, e.index());
            }
            case BoundExpr.Call e ->
                    mapSubqueries(e.arguments(), function)
                            .<BoundExpr>map(
                                    a -> new BoundExpr.Call(e.function(), e.kernel(), a, e.type()))
                            .orElse(e);
            case BoundExpr.Logical e ->
                    mapSubqueries(e.operands(), function)
                            .<BoundExpr>map(o -> new BoundExpr.Logical(e.and(), o))
                            .orElse(e);
            case BoundExpr.Subquery e -> e.from(function.apply(e.plan()));
        };
    }

    /// Empty when nothing in the list changes.
    public static Optional<List<BoundExpr>> mapSubqueries(
            List<BoundExpr> expressions, UnaryOperator<LogicalPlan> function) {
        var out = new ArrayList<BoundExpr>();
        boolean changed = false;
        for (var expr : expressions) {
            var mapped = mapSubqueries(expr, function);
            changed |= mapped != expr;
            out.add(mapped);
        }
        return changed ? Optional.of(out) : Optional.empty();
    }

    /// Calls the consumer with each column and each subquery that the expression reads.
    public static void visit(
            BoundExpr expr, IntConsumer columns, Consumer<BoundExpr.Subquery> subqueries) {
        switch (expr) {
            case BoundExpr.Literal e -> {}
            case BoundExpr.ColumnRef e -> columns.accept(e.index());
            case BoundExpr.Member e -> visit(e.target(), columns, subqueries);
            case BoundExpr.Element e -> visit(e.target(), columns, subqueries);
            case BoundExpr.Call e -> e.arguments().forEach(a -> visit(a, columns, subqueries));
            case BoundExpr.Logical e -> e.operands().forEach(o -> visit(o, columns, subqueries));
            case BoundExpr.Subquery e -> subqueries.accept(e);
        }
    }

    /// Whether the expression reads a column of the row it stands in.
    public static boolean readsColumns(BoundExpr expr) {
        return switch (expr) {
            case BoundExpr.Literal e -> false;
            case BoundExpr.ColumnRef e -> true;
            case BoundExpr.Member e -> readsColumns(e.target());
            case BoundExpr.Element e -> readsColumns(e.target());
            case BoundExpr.Call e -> e.arguments().stream().anyMatch(Plans::readsColumns);
            case BoundExpr.Logical e -> e.operands().stream().anyMatch(Plans::readsColumns);
            case BoundExpr.Subquery e -> false;
        };
    }

    /// All expressions of a step itself, not of its inputs.
    public static List<BoundExpr> expressions(LogicalPlan plan) {
        var out = new ArrayList<BoundExpr>();
        switch (plan) {
            case LogicalPlan.Scan p -> {}
            case LogicalPlan.Values p -> {}
            case LogicalPlan.Placeholder p -> {}
            case LogicalPlan.Materialize p -> {}
            case LogicalPlan.Union p -> {}
            case LogicalPlan.Rows p -> p.rows().forEach(out::addAll);
            case LogicalPlan.Range p -> out.addAll(List.of(p.from(), p.to(), p.step()));
            case LogicalPlan.Where p -> out.add(p.predicate());
            case LogicalPlan.Project p -> out.addAll(p.items());
            case LogicalPlan.Take p -> out.add(p.count());
            case LogicalPlan.Sample p -> out.add(p.count());
            case LogicalPlan.Sort p -> {
                p.keys().forEach(k -> out.add(k.value()));
                addIfThere(out, p.count());
            }
            case LogicalPlan.Summarize p -> {
                out.addAll(p.keys());
                p.aggregates().forEach(a -> add(out, a));
            }
            case LogicalPlan.Condense p -> out.add(p.by());
            case LogicalPlan.Join p -> {
                out.addAll(p.leftKeys());
                out.addAll(p.rightKeys());
            }
            case LogicalPlan.MvExpand p -> {
                p.items().forEach(i -> out.add(i.value()));
                addIfThere(out, p.limit());
            }
            case LogicalPlan.MvApply p -> {
                p.expansion().items().forEach(i -> out.add(i.value()));
                addIfThere(out, p.expansion().limit());
            }
            case LogicalPlan.Partition p -> out.add(p.key());
            case LogicalPlan.Parse p -> out.add(p.source());
            case LogicalPlan.ParseKv p -> out.add(p.source());
            case LogicalPlan.MakeSeries p -> {
                out.addAll(p.keys());
                p.aggregates().forEach(a -> add(out, a));
                // The items read what the aggregates gave, not the input.
                out.addAll(p.defaults());
                out.addAll(List.of(p.axis(), p.step()));
                addIfThere(out, p.from());
                addIfThere(out, p.to());
            }
            case LogicalPlan.TopNested p -> {
                for (var level : p.levels()) {
                    addIfThere(out, level.count());
                    out.add(level.value());
                    addIfThere(out, level.others());
                    add(out, level.by());
                }
            }
            case LogicalPlan.ScanSteps p -> {
                out.addAll(p.defaults());
                out.addAll(p.keys());
                for (var step : p.steps()) {
                    out.add(step.condition());
                    step.assignments().forEach(a -> out.add(a.value()));
                }
            }
            case LogicalPlan.Reduce p -> out.add(p.value());
        }
        return out;
    }

    /// All expressions of a step, also those that read what it has made itself.
    public static List<BoundExpr> everyExpression(LogicalPlan plan) {
        var out = expressions(plan);
        if (plan instanceof LogicalPlan.MakeSeries series) {
            out.addAll(series.items());
        }
        return out;
    }

    private static void add(List<BoundExpr> out, LogicalPlan.Aggregate aggregate) {
        out.addAll(aggregate.arguments());
        addIfThere(out, aggregate.filter());
    }

    private static void addIfThere(List<BoundExpr> out, @Nullable BoundExpr expr) {
        if (expr != null) {
            out.add(expr);
        }
    }

    /// Whether anything in the plan or in what it reads is by chance.
    public static boolean isByChance(LogicalPlan plan) {
        return isByChance(plan, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    private static boolean isByChance(LogicalPlan plan, Set<LogicalPlan> seen) {
        if (!seen.add(plan)) {
            return false;
        }
        boolean[] any = {false};
        mapInputs(
                plan,
                input -> {
                    any[0] |= isByChance(input, seen);
                    return input;
                });
        for (var expr : everyExpression(plan)) {
            any[0] |= expr.isByChance();
            visit(expr, column -> {}, subquery -> any[0] |= isByChance(subquery.plan(), seen));
        }
        return any[0];
    }

    /// The placeholders that a plan reads, those of its own subplans among them.
    public static Set<LogicalPlan.Placeholder> placeholders(LogicalPlan plan) {
        Set<LogicalPlan.Placeholder> out = Collections.newSetFromMap(new IdentityHashMap<>());
        placeholders(plan, out, Collections.newSetFromMap(new IdentityHashMap<>()));
        return out;
    }

    private static void placeholders(
            LogicalPlan plan, Set<LogicalPlan.Placeholder> out, Set<LogicalPlan> seen) {
        if (!seen.add(plan)) {
            return;
        }
        if (plan instanceof LogicalPlan.Placeholder placeholder) {
            out.add(placeholder);
        }
        mapInputs(
                plan,
                input -> {
                    placeholders(input, out, seen);
                    return input;
                });
        for (var expr : expressions(plan)) {
            visit(expr, column -> {}, subquery -> placeholders(subquery.plan(), out, seen));
        }
    }
}
