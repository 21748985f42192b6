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
import java.util.List;
import java.util.Set;

/// Parts of a condition that read only columns which a step passes on unchanged are tested before it, so that rows nobody wants are neither
/// sorted nor joined, expanded, parsed or counted, and a table is asked for fewer.
///
/// Only where each row, or each group, fares the same whatever rows are beside it: not below a step that counts rows off, sees the rows around
/// or is by chance, and no part that stands behind a part by chance.
public final class PushWhereDown implements Rule {
    /// Equal values of these are the same value: of the others one of several stands for the group, as 0.0 for -0.0.
    static final Set<KqlType> OF_ONE_FORM =
            EnumSet.of(
                    KqlType.BOOL,
                    KqlType.INT,
                    KqlType.LONG,
                    KqlType.DATETIME,
                    KqlType.TIMESPAN,
                    KqlType.GUID,
                    KqlType.STRING);

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Where(var step, var predicate))
                || !Plans.expressions(step).stream().allMatch(Substitution::isSteady)) {
            return plan;
        }
        var parts = MergeWheres.conjuncts(predicate);
        return switch (step) {
            case LogicalPlan.Project p when !p.serial() -> below(plan, p, parts, p.items());
            case LogicalPlan.Sort s when s.count() == null ->
                    below(plan, s, parts, columns(s.schema()));
            case LogicalPlan.MvExpand e ->
                    below(
                            plan,
                            e,
                            parts,
                            unchanged(
                                    e.input().schema(),
                                    e.schema(),
                                    e.items().stream().map(i -> i.column()).toList()));
            case LogicalPlan.Parse p ->
                    below(
                            plan,
                            p,
                            parts,
                            unchanged(p.input().schema(), p.schema(), targets(p.pattern())));
            case LogicalPlan.ParseKv p ->
                    below(
                            plan,
                            p,
                            parts,
                            unchanged(
                                    p.input().schema(),
                                    p.schema(),
                                    p.targets().stream().map(t -> t.column()).toList()));
            // Without keys there is a row whatever comes in.
            case LogicalPlan.Summarize s when !s.keys().isEmpty() -> below(plan, s, parts, keys(s));
            case LogicalPlan.Union u -> union(plan, u, parts);
            case LogicalPlan.Join j -> join(plan, j, parts);
            // What these give of one row depends on the others, or they make rows of nothing.
            case LogicalPlan.Project p -> plan;
            case LogicalPlan.Sort s -> plan;
            case LogicalPlan.Summarize s -> plan;
            case LogicalPlan.Take p -> plan;
            case LogicalPlan.Sample p -> plan;
            case LogicalPlan.MakeSeries p -> plan;
            case LogicalPlan.TopNested p -> plan;
            case LogicalPlan.ScanSteps p -> plan;
            case LogicalPlan.Reduce p -> plan;
            case LogicalPlan.Condense p -> plan;
            case LogicalPlan.Materialize p -> plan;
            case LogicalPlan.Scan p -> plan;
            case LogicalPlan.Values p -> plan;
            case LogicalPlan.Rows p -> plan;
            case LogicalPlan.Range p -> plan;
            case LogicalPlan.Placeholder p -> plan;
            // By rules of their own.
            case LogicalPlan.Partition p -> plan;
            case LogicalPlan.MvApply p -> plan;
            case LogicalPlan.Where p -> plan;
        };
    }

    /// A condition's parts, told apart by whether they can be tested over something else.
    record Split(List<BoundExpr> below, List<BoundExpr> above) {
        /// @param items the columns that the parts read, as they are below; anything but a column is made only there
        static Split of(List<BoundExpr> parts, List<BoundExpr> items) {
            var below = new ArrayList<BoundExpr>();
            var above = new ArrayList<BoundExpr>();
            boolean steady = true;
            for (var part : parts) {
                steady &= Substitution.isSteady(part) && !part.isSerial();
                if (!steady) {
                    above.add(part);
                    continue;
                }
                Substitution.below(part, items).ifPresentOrElse(below::add, () -> above.add(part));
            }
            return new Split(below, above);
        }
    }

    static LogicalPlan where(LogicalPlan input, List<BoundExpr> parts) {
        return parts.isEmpty()
                ? input
                : new LogicalPlan.Where(input, MergeWheres.conjunction(parts));
    }

    /// For steps of one input.
    private static LogicalPlan below(
            LogicalPlan plan, LogicalPlan step, List<BoundExpr> parts, List<BoundExpr> items) {
        var split = Split.of(parts, items);
        return split.below().isEmpty()
                ? plan
                : where(Plans.mapInputs(step, input -> where(input, split.below())), split.above());
    }

    private static LogicalPlan union(
            LogicalPlan plan, LogicalPlan.Union union, List<BoundExpr> parts) {
        // The same parts go below each, for all have all columns.
        var split = Split.of(parts, columns(union.schema()));
        if (split.below().isEmpty()) {
            return plan;
        }
        var inputs =
                union.inputs().stream()
                        .map(input ->
                                where(
                                        input,
                                        Split.of(split.below(), columns(input.schema())).below()))
                        .toList();
        return where(new LogicalPlan.Union(inputs, union.schema()), split.above());
    }

    private static LogicalPlan join(
            LogicalPlan plan, LogicalPlan.Join join, List<BoundExpr> parts) {
        int width = join.schema().size();
        int split = join.kind().keepsRightSide() ? 0 : join.left().schema().size();
        // A part that reads no column could be tested anywhere, also where it must not be.
        var left =
                passesLeft(join.kind())
                        ? Split.of(parts, part(join.left().schema(), 0, width))
                        : new Split(List.of(), parts);
        var right =
                passesRight(join.kind())
                        ? Split.of(left.above(), part(join.right().schema(), split, width))
                        : new Split(List.of(), left.above());
        if (left.below().isEmpty() && right.below().isEmpty()) {
            return plan;
        }
        return where(
                new LogicalPlan.Join(
                        join.kind(),
                        where(join.left(), left.below()),
                        where(join.right(), right.below()),
                        join.leftKeys(),
                        join.rightKeys(),
                        join.schema()),
                right.above());
    }

    /// Whether leaving out rows of the left side leaves out their rows of the answer and changes no other. Not of `innerunique`, where another
    /// row would take the place of one left out; what holds before that is part of what the query means and decided when it is bound.
    private static boolean passesLeft(JoinKind kind) {
        return switch (kind) {
            case INNER, LEFTOUTER, LEFTSEMI, LEFTANTI -> true;
            case INNERUNIQUE, RIGHTOUTER, FULLOUTER, RIGHTSEMI, RIGHTANTI -> false;
        };
    }

    /// The same for the right side. Rows of one key have the same matches: which of the left `innerunique` keeps does not depend on them.
    private static boolean passesRight(JoinKind kind) {
        return switch (kind) {
            case INNER, INNERUNIQUE, RIGHTOUTER, RIGHTSEMI, RIGHTANTI -> true;
            case LEFTOUTER, FULLOUTER, LEFTSEMI, LEFTANTI -> false;
        };
    }

    /// Of so many columns those from `at` on are the schema's, as many as it has.
    private static List<BoundExpr> part(Schema schema, int at, int width) {
        var items = nothing(width);
        for (int i = 0; i < schema.size() && at + i < width; i++) {
            items.set(at + i, column(schema, i));
        }
        return items;
    }

    private static List<BoundExpr> nothing(int width) {
        var items = new ArrayList<BoundExpr>();
        for (int i = 0; i < width; i++) {
            items.add(new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC));
        }
        return items;
    }

    private static BoundExpr column(Schema schema, int index) {
        return new BoundExpr.ColumnRef(index, schema.field(index).name(), schema.type(index));
    }

    private static List<BoundExpr> columns(Schema schema) {
        return part(schema, 0, schema.size());
    }

    /// The input's columns come first; those made anew are no columns of it.
    private static List<BoundExpr> unchanged(Schema input, Schema output, List<Integer> made) {
        var items = part(input, 0, output.size());
        for (int column : made) {
            items.set(column, new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC));
        }
        return items;
    }

    static List<Integer> targets(List<LogicalPlan.PatternPart> pattern) {
        var out = new ArrayList<Integer>();
        for (var part : pattern) {
            if (part instanceof LogicalPlan.PatternPart.Target(var column, var type)) {
                out.add(column);
            }
        }
        return out;
    }

    private static List<BoundExpr> keys(LogicalPlan.Summarize summarize) {
        var items = nothing(summarize.schema().size());
        for (int k = 0; k < summarize.keys().size(); k++) {
            if (OF_ONE_FORM.contains(summarize.keys().get(k).type())) {
                items.set(k, summarize.keys().get(k));
            }
        }
        return items;
    }
}
