package io.muster.kql.binder;

import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.plan.Plans;
import io.muster.kql.plan.Substitution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Conditions behind an `innerunique` join that read only its left side hold for that side before it keeps one row a key: the join's page
/// promises that the rows asked for appear. So it is part of what the query means, not of how it is run, and decided here.
///
/// Which: each operand of the `and`s of a `where` that stands behind the join, with nothing but further `where`s and projections (`extend`,
/// `project` and their like) between, if it reads at least one column, only columns that the projections pass on unchanged from the left
/// side, and is the same each time. A `where` or a projection that sees the rows around ends it, and so does a `where` by chance.
final class JoinFilters {
    private JoinFilters() {}

    static LogicalPlan where(LogicalPlan input, BoundExpr predicate) {
        if (!standsBehindOne(input)) {
            return new LogicalPlan.Where(input, predicate);
        }
        var at = input;
        var rest = new ArrayList<BoundExpr>();
        var parts = new ArrayList<BoundExpr>();
        conjuncts(predicate, parts);
        for (var part : parts) {
            var pushed = pushed(at, part);
            if (pushed.isPresent()) {
                at = pushed.get();
            } else {
                rest.add(part);
            }
        }
        if (rest.isEmpty()) {
            return at;
        }
        return new LogicalPlan.Where(
                at,
                rest.size() == parts.size()
                        ? predicate
                        : rest.size() == 1 ? rest.getFirst() : new BoundExpr.Logical(true, rest));
    }

    /// Whether there is such a join at all: the steps between are gone through for each condition.
    private static boolean standsBehindOne(LogicalPlan plan) {
        var at = plan;
        while (true) {
            switch (at) {
                case LogicalPlan.Where where -> at = where.input();
                case LogicalPlan.Project project -> at = project.input();
                case LogicalPlan.Join join -> {
                    return join.kind() == JoinKind.INNERUNIQUE;
                }
                default -> {
                    return false;
                }
            }
        }
    }

    private static void conjuncts(BoundExpr predicate, List<BoundExpr> into) {
        if (predicate instanceof BoundExpr.Logical(var and, var operands) && and) {
            operands.forEach(o -> conjuncts(o, into));
        } else {
            into.add(predicate);
        }
    }

    /// The plan with the condition below such a join; empty when none is reached that it could go below.
    private static Optional<LogicalPlan> pushed(LogicalPlan plan, BoundExpr part) {
        if (plan instanceof LogicalPlan.Where(var input, var predicate)
                && !predicate.isSerial()
                && Substitution.isSteady(predicate)) {
            return pushed(input, part).map(p -> new LogicalPlan.Where(p, predicate));
        }
        if (plan instanceof LogicalPlan.Project project && !project.serial()) {
            return Substitution.below(part, project.items())
                    .flatMap(p -> pushed(project.input(), p))
                    .map(p -> new LogicalPlan.Project(p, project.schema(), project.items(), false));
        }
        if (plan instanceof LogicalPlan.Join join
                && join.kind() == JoinKind.INNERUNIQUE
                && readsSome(part, join.left().schema().size())) {
            return Optional.of(
                    new LogicalPlan.Join(
                            join.kind(),
                            where(join.left(), part),
                            join.right(),
                            join.leftKeys(),
                            join.rightKeys(),
                            join.schema()));
        }
        return Optional.empty();
    }

    /// Whether it reads columns, and none but the first so many. What is not the same each time stays where it stands.
    private static boolean readsSome(BoundExpr part, int columns) {
        int[] last = {-1};
        Plans.visit(part, c -> last[0] = Math.max(last[0], c), subquery -> {});
        return last[0] >= 0 && last[0] < columns && !part.isSerial() && Substitution.isSteady(part);
    }
}
