package io.muster.kql.optimizer.rule;

import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.plan.Plans;
import io.muster.kql.plan.Substitution;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Parts of a condition on `mv-apply` that read only columns of the row around are tested before the subplan runs for it: the subplan runs once a
/// row, whatever it does with that row's elements, and gives all its rows or none to the condition. So with `partition` and its key: all rows of
/// one run have the same.
///
/// Only where the subplan passes such a column on unchanged, and nothing in it is by chance.
public final class PushWhereBelowSubplan implements Rule {
    /// Whose rows have the columns of the left side's row that they are of.
    private static final Set<JoinKind> OF_LEFT =
            EnumSet.of(
                    JoinKind.INNER,
                    JoinKind.INNERUNIQUE,
                    JoinKind.LEFTOUTER,
                    JoinKind.LEFTSEMI,
                    JoinKind.LEFTANTI);

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Where(var step, var predicate))) {
            return plan;
        }
        var parts = MergeWheres.conjuncts(predicate);
        return switch (step) {
            case LogicalPlan.MvApply apply when isSteady(apply, apply.subplan()) -> {
                var split = PushWhereDown.Split.of(parts, around(apply));
                yield split.below().isEmpty()
                        ? plan
                        : PushWhereDown.where(
                                new LogicalPlan.MvApply(
                                        PushWhereDown.where(apply.input(), split.below()),
                                        apply.expansion(),
                                        apply.placeholder(),
                                        apply.subplan(),
                                        apply.kept(),
                                        apply.schema()),
                                split.above());
            }
            case LogicalPlan.Partition partition when isSteady(partition, partition.subplan()) -> {
                var split = PushWhereDown.Split.of(parts, keys(partition));
                yield split.below().isEmpty()
                        ? plan
                        : PushWhereDown.where(
                                new LogicalPlan.Partition(
                                        PushWhereDown.where(partition.input(), split.below()),
                                        partition.key(),
                                        partition.placeholder(),
                                        partition.subplan()),
                                split.above());
            }
            default -> plan;
        };
    }

    private static boolean isSteady(LogicalPlan step, LogicalPlan subplan) {
        return Plans.expressions(step).stream().allMatch(Substitution::isSteady)
                && !Plans.isByChance(subplan);
    }

    /// The step's columns as those of its input; anything but a column where they are none.
    private static List<BoundExpr> around(LogicalPlan.MvApply apply) {
        var input = apply.input().schema();
        var made = new HashSet<Integer>();
        apply.expansion().items().forEach(item -> made.add(item.column()));
        var items = new ArrayList<BoundExpr>();
        for (int column : apply.kept()) {
            items.add(column(input, column));
        }
        for (int i = 0; i < apply.subplan().schema().size(); i++) {
            int from = handed(apply.subplan(), i, apply.placeholder());
            items.add(
                    from >= 0 && from < input.size() && !made.contains(from)
                            ? column(input, from)
                            : none());
        }
        return items;
    }

    private static List<BoundExpr> keys(LogicalPlan.Partition partition) {
        var items = new ArrayList<BoundExpr>();
        for (int i = 0; i < partition.schema().size(); i++) {
            int from = handed(partition.subplan(), i, partition.placeholder());
            items.add(
                    partition.key() instanceof BoundExpr.ColumnRef key
                                    && key.index() == from
                                    && PushWhereDown.OF_ONE_FORM.contains(key.type())
                            ? key
                            : none());
        }
        return items;
    }

    private static BoundExpr column(Schema schema, int index) {
        return new BoundExpr.ColumnRef(index, schema.field(index).name(), schema.type(index));
    }

    private static BoundExpr none() {
        return new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC);
    }

    /// The column of the rows handed in that a column of the plan is, in each row; -1 where it is none, or rows come from elsewhere.
    private static int handed(LogicalPlan plan, int index, LogicalPlan.Placeholder rows) {
        return switch (plan) {
            case LogicalPlan.Placeholder p -> p == rows ? index : -1;
            case LogicalPlan.Where p -> handed(p.input(), index, rows);
            case LogicalPlan.Sort p -> handed(p.input(), index, rows);
            case LogicalPlan.Take p -> handed(p.input(), index, rows);
            case LogicalPlan.Sample p -> handed(p.input(), index, rows);
            case LogicalPlan.Materialize p -> handed(p.input(), index, rows);
            case LogicalPlan.Project p -> handed(p.input(), p.items().get(index), rows);
            case LogicalPlan.Summarize p ->
                    index < p.keys().size()
                                    && PushWhereDown.OF_ONE_FORM.contains(
                                            p.keys().get(index).type())
                            ? handed(p.input(), p.keys().get(index), rows)
                            : -1;
            case LogicalPlan.MvExpand p ->
                    passed(
                            p.input(),
                            index,
                            p.items().stream().map(item -> item.column()).toList(),
                            rows);
            case LogicalPlan.Parse p ->
                    passed(p.input(), index, PushWhereDown.targets(p.pattern()), rows);
            case LogicalPlan.ParseKv p ->
                    passed(
                            p.input(),
                            index,
                            p.targets().stream().map(target -> target.column()).toList(),
                            rows);
            case LogicalPlan.Join p ->
                    OF_LEFT.contains(p.kind()) ? passed(p.left(), index, List.of(), rows) : -1;
            case LogicalPlan.Union p -> {
                var all = p.inputs().stream().map(input -> handed(input, index, rows)).distinct();
                var each = all.toList();
                yield each.size() == 1 ? each.getFirst() : -1;
            }
            // These hand rows of their own to subplans, or make rows of nothing.
            case LogicalPlan.MvApply p -> -1;
            case LogicalPlan.Partition p -> -1;
            case LogicalPlan.Condense p -> -1;
            case LogicalPlan.MakeSeries p -> -1;
            case LogicalPlan.TopNested p -> -1;
            case LogicalPlan.ScanSteps p -> -1;
            case LogicalPlan.Reduce p -> -1;
            case LogicalPlan.Scan p -> -1;
            case LogicalPlan.Values p -> -1;
            case LogicalPlan.Rows p -> -1;
            case LogicalPlan.Range p -> -1;
        };
    }

    private static int handed(LogicalPlan input, BoundExpr expr, LogicalPlan.Placeholder rows) {
        return expr instanceof BoundExpr.ColumnRef ref ? handed(input, ref.index(), rows) : -1;
    }

    /// For steps whose input's columns come first.
    private static int passed(
            LogicalPlan input, int index, List<Integer> made, LogicalPlan.Placeholder rows) {
        return index < input.schema().size() && !made.contains(index)
                ? handed(input, index, rows)
                : -1;
    }
}
