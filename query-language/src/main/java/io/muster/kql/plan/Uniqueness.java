package io.muster.kql.plan;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which rows a plan cannot give twice, as far as its form tells.
public final class Uniqueness {
    private Uniqueness() {}

    /// Whether no two rows agree in all those expressions.
    public static boolean isUniqueBy(LogicalPlan plan, List<BoundExpr> keys) {
        var columns = new HashSet<Integer>();
        for (var key : keys) {
            // What is computed of a column may agree where the column does not.
            if (key instanceof BoundExpr.ColumnRef ref) {
                columns.add(ref.index());
            }
        }
        return isUnique(plan, columns);
    }

    /// Whether no two rows agree in all those columns.
    private static boolean isUnique(LogicalPlan plan, Set<Integer> columns) {
        return switch (plan) {
            case LogicalPlan.Scan p ->
                    p.table()
                            .key()
                            .map(key -> columns.contains(p.schema().indexOf(key)))
                            .orElse(false);
            case LogicalPlan.Values p -> p.table().rowCount() < 2;
            case LogicalPlan.Rows p -> p.rows().size() < 2;
            case LogicalPlan.Where p -> isUnique(p.input(), columns);
            case LogicalPlan.Take p -> isUnique(p.input(), columns);
            case LogicalPlan.Sample p -> isUnique(p.input(), columns);
            case LogicalPlan.Sort p -> isUnique(p.input(), columns);
            case LogicalPlan.Materialize p -> isUnique(p.input(), columns);
            case LogicalPlan.Project p -> {
                var of = new HashSet<Integer>();
                for (int column : columns) {
                    if (p.items().get(column) instanceof BoundExpr.ColumnRef ref) {
                        of.add(ref.index());
                    }
                }
                yield isUnique(p.input(), of);
            }
            case LogicalPlan.Summarize p -> {
                // The keys come first; without any there is one row.
                for (int k = 0; k < p.keys().size(); k++) {
                    if (!columns.contains(k)) {
                        yield false;
                    }
                }
                yield true;
            }
            case LogicalPlan.Join p -> isUnique(p, columns);
            case LogicalPlan.Range p -> false;
            case LogicalPlan.Placeholder p -> false;
            case LogicalPlan.Condense p -> false;
            case LogicalPlan.Union p -> false;
            case LogicalPlan.MvExpand p -> false;
            case LogicalPlan.MvApply p -> false;
            case LogicalPlan.Partition p -> false;
            case LogicalPlan.Parse p -> false;
            case LogicalPlan.ParseKv p -> false;
            case LogicalPlan.MakeSeries p -> false;
            case LogicalPlan.TopNested p -> false;
            case LogicalPlan.ScanSteps p -> false;
            case LogicalPlan.Reduce p -> false;
        };
    }

    private static boolean isUnique(LogicalPlan.Join join, Set<Integer> columns) {
        return switch (join.kind()) {
            case LEFTSEMI, LEFTANTI -> isUnique(join.left(), columns);
            case RIGHTSEMI, RIGHTANTI -> isUnique(join.right(), columns);
            // A row of the left comes once where it has no more than one partner.
            case INNER, LEFTOUTER, INNERUNIQUE -> {
                int split = join.left().schema().size();
                var left = new HashSet<>(columns);
                left.removeIf(column -> column >= split);
                yield isUnique(join.left(), left) && isUniqueBy(join.right(), join.rightKeys());
            }
            case RIGHTOUTER, FULLOUTER -> false;
        };
    }
}
