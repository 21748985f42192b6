package io.muster.kql.optimizer;

import io.muster.core.column.ScanRequest;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/// Tells each scan which columns the plan reads of it, so that a virtual table need not compute the others. A scan that several steps read
/// gives what any of them reads. Confined to one plan.
final class ScanColumns {
    private final IdentityHashMap<LogicalPlan, BitSet> wanted = new IdentityHashMap<>();
    private final IdentityHashMap<Object, BitSet> kept = new IdentityHashMap<>();
    private final IdentityHashMap<LogicalPlan, LogicalPlan> done = new IdentityHashMap<>();

    private ScanColumns() {}

    static LogicalPlan narrow(LogicalPlan plan) {
        var columns = new ScanColumns();
        columns.want(plan, all(plan));
        return columns.rewrite(plan);
    }

    private static BitSet all(LogicalPlan plan) {
        var out = new BitSet();
        out.set(0, plan.schema().size());
        return out;
    }

    /// Goes down only where a step is asked for more than before.
    private void want(LogicalPlan plan, BitSet columns) {
        var known = wanted.get(plan);
        if (known == null) {
            known = new BitSet();
            wanted.put(plan, known);
        } else {
            var more = (BitSet) columns.clone();
            more.andNot(known);
            if (more.isEmpty()) {
                return;
            }
        }
        Optimizer.look();
        known.or(columns);
        var own = new BitSet();
        for (var expr : Plans.expressions(plan)) {
            read(expr, own);
        }
        switch (plan) {
            case LogicalPlan.Scan p -> {}
            case LogicalPlan.Values p -> {}
            case LogicalPlan.Rows p -> {}
            case LogicalPlan.Range p -> {}
            case LogicalPlan.Placeholder p -> {}
            case LogicalPlan.Where p -> want(p.input(), plus(own, known));
            case LogicalPlan.Take p -> want(p.input(), plus(own, known));
            case LogicalPlan.Sample p -> want(p.input(), plus(own, known));
            case LogicalPlan.Sort p -> want(p.input(), plus(own, known));
            case LogicalPlan.Project p -> want(p.input(), items(p, known));
            case LogicalPlan.Summarize p -> want(p.input(), own);
            case LogicalPlan.MakeSeries p -> want(p.input(), own);
            case LogicalPlan.TopNested p -> want(p.input(), own);
            case LogicalPlan.Reduce p ->
                    want(p.input(), p.keepsRows() ? plus(own, within(known, p.input())) : own);
            case LogicalPlan.Condense p -> want(p.input(), plus(own, within(known, p.input())));
            case LogicalPlan.MvExpand p -> want(p.input(), plus(own, within(known, p.input())));
            case LogicalPlan.Parse p -> want(p.input(), plus(own, within(known, p.input())));
            case LogicalPlan.ParseKv p -> want(p.input(), plus(own, within(known, p.input())));
            case LogicalPlan.Union p -> p.inputs().forEach(input -> want(input, known(plan)));
            case LogicalPlan.Join p -> join(p, known);
            // What the subplan reads of its rows is read through the rows' names: all of them.
            case LogicalPlan.MvApply p -> {
                want(p.subplan(), all(p.subplan()));
                want(p.input(), all(p.input()));
            }
            case LogicalPlan.Partition p -> {
                want(p.subplan(), known);
                want(p.input(), all(p.input()));
            }
            // Its conditions see the columns of several rows beside one another.
            case LogicalPlan.ScanSteps p -> want(p.input(), all(p.input()));
            case LogicalPlan.Materialize p -> {
                // Read in several forms, computed from one.
                var together = kept.computeIfAbsent(p.identity(), i -> new BitSet());
                together.or(known);
                want(p.input(), together);
            }
        }
    }

    private BitSet known(LogicalPlan plan) {
        var known = wanted.get(plan);
        return known == null ? new BitSet() : known;
    }

    private void read(BoundExpr expr, BitSet columns) {
        Plans.visit(expr, columns::set, subquery -> want(subquery.plan(), all(subquery.plan())));
    }

    private BitSet items(LogicalPlan.Project project, BitSet columns) {
        var out = new BitSet();
        columns.stream().forEach(i -> read(project.items().get(i), out));
        return out;
    }

    private void join(LogicalPlan.Join join, BitSet columns) {
        var left = new BitSet();
        join.leftKeys().forEach(k -> read(k, left));
        var right = new BitSet();
        join.rightKeys().forEach(k -> read(k, right));
        int split = join.left().schema().size();
        if (join.kind().keepsRightSide()) {
            right.or(columns);
        } else {
            left.or(within(columns, join.left()));
            columns.stream().filter(i -> i >= split).forEach(i -> right.set(i - split));
        }
        want(join.left(), left);
        want(join.right(), right);
    }

    private static BitSet within(BitSet columns, LogicalPlan input) {
        return columns.get(0, input.schema().size());
    }

    private static BitSet plus(BitSet one, BitSet other) {
        var out = (BitSet) one.clone();
        out.or(other);
        return out;
    }

    private LogicalPlan rewrite(LogicalPlan plan) {
        var known = done.get(plan);
        if (known == null) {
            known =
                    plan instanceof LogicalPlan.Scan scan
                            ? narrowed(scan)
                            : Subqueries.map(Plans.mapInputs(plan, this::rewrite), this::rewrite);
            done.put(plan, known);
        }
        return known;
    }

    private LogicalPlan narrowed(LogicalPlan.Scan scan) {
        var columns = wanted.get(scan);
        // What no pass came by is read whole.
        if (columns == null || columns.cardinality() == scan.schema().size()) {
            return scan;
        }
        var names = new TreeSet<String>();
        columns.stream().forEach(i -> names.add(scan.schema().field(i).name()));
        return new LogicalPlan.Scan(
                scan.table(),
                new ScanRequest(Optional.of(names), List.copyOf(scan.request().equals())));
    }
}
