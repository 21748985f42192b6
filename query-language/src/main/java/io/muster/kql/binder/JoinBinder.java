package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.NearNames;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Two tables brought together by keys: `join`, `lookup`.
final class JoinBinder {
    private final Binder binder;

    JoinBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan join(
            String kindName,
            SourceSpan kindSpan,
            Expression right,
            List<Expression> on,
            LogicalPlan left,
            Environment environment,
            boolean lookup,
            SourceSpan span) {
        var kind = kind(kindName, kindSpan, lookup);
        var rightPlan = binder.table(right, environment);
        var leftSchema = left.schema();
        var rightSchema = rightPlan.schema();
        var leftKeys = new ArrayList<BoundExpr>();
        var rightKeys = new ArrayList<BoundExpr>();
        var dropped = new HashSet<Integer>();
        var conditions = new ArrayList<Expression>();
        for (var condition : on) {
            if (condition instanceof Expression.Logical(var and, var operands, var s) && and) {
                conditions.addAll(operands);
            } else {
                conditions.add(condition);
            }
        }
        if (conditions.isEmpty()) {
            binder.fault("KS006", span, "Missing join on condition clause");
        }
        for (var condition : conditions) {
            joinKey(condition, leftSchema, rightSchema, environment, leftKeys, rightKeys, dropped);
        }
        if (leftKeys.isEmpty()) {
            // Each condition has a fault; what follows the join may have others.
            leftKeys.add(ExpressionBinder.FAULTY);
            rightKeys.add(ExpressionBinder.FAULTY);
        }
        if (kind.isOneSided()) {
            return new LogicalPlan.Join(
                    kind,
                    left,
                    rightPlan,
                    leftKeys,
                    rightKeys,
                    kind.keepsRightSide() ? rightSchema : leftSchema);
        }
        var fields = new ArrayList<>(leftSchema.fields());
        var taken = new HashSet<String>();
        leftSchema.fields().forEach(f -> taken.add(f.name()));
        var rightNames = new HashSet<String>();
        rightSchema.fields().forEach(f -> rightNames.add(f.name()));
        for (var field : rightSchema.fields()) {
            String name = field.name();
            if (taken.contains(name)) {
                int n = 1;
                while (taken.contains(name + n) || rightNames.contains(name + n)) {
                    n++;
                }
                name = name + n;
            }
            taken.add(name);
            fields.add(new Field(name, field.type()));
        }
        LogicalPlan plan =
                new LogicalPlan.Join(
                        kind, left, rightPlan, leftKeys, rightKeys, new Schema(fields));
        if (!lookup) {
            return plan;
        }
        var projection = new Projection();
        for (int i = 0; i < leftSchema.size(); i++) {
            projection.add(leftSchema.field(i).name(), Projection.column(plan.schema(), i));
        }
        for (int i = 0; i < rightSchema.size(); i++) {
            if (!dropped.contains(i)) {
                projection.add(
                        rightSchema.field(i).name(),
                        Projection.column(plan.schema(), leftSchema.size() + i));
            }
        }
        return projection.over(plan);
    }

    private static final List<String> KINDS =
            List.of(
                    "innerunique",
                    "inner",
                    "leftouter",
                    "rightouter",
                    "fullouter",
                    "leftsemi",
                    "rightsemi",
                    "leftanti",
                    "rightanti");
    private static final List<String> LOOKUP_KINDS = List.of("leftouter", "inner");

    private JoinKind kind(String name, SourceSpan span, boolean lookup) {
        return switch (lookup && !LOOKUP_KINDS.contains(name) ? "" : name) {
            case "innerunique" -> JoinKind.INNERUNIQUE;
            case "inner" -> JoinKind.INNER;
            case "leftouter" -> JoinKind.LEFTOUTER;
            case "rightouter" -> JoinKind.RIGHTOUTER;
            case "fullouter" -> JoinKind.FULLOUTER;
            case "leftsemi" -> JoinKind.LEFTSEMI;
            case "rightsemi" -> JoinKind.RIGHTSEMI;
            case "leftanti", "anti", "leftantisemi" -> JoinKind.LEFTANTI;
            case "rightanti", "rightantisemi" -> JoinKind.RIGHTANTI;
            default -> {
                var kinds = lookup ? LOOKUP_KINDS : KINDS;
                binder.fault(
                        "KS140",
                        span,
                        "The expression must be one of the values: "
                                + String.join(", ", kinds.subList(0, kinds.size() - 1))
                                + " or "
                                + kinds.getLast(),
                        NearNames.nearest(name, kinds));
                yield JoinKind.INNER;
            }
        };
    }

    private void joinKey(
            Expression condition,
            Schema left,
            Schema right,
            Environment environment,
            List<BoundExpr> leftKeys,
            List<BoundExpr> rightKeys,
            Set<Integer> dropped) {
        BoundExpr a;
        BoundExpr b;
        switch (condition) {
            case Expression.Name(var name, var span) -> {
                int l = left.indexOf(name);
                int r = right.indexOf(name);
                if (l < 0 || r < 0) {
                    binder.fault(
                            "KS145",
                            span,
                            "The column '" + name + "' must exist on both sides of the join.",
                            NearNames.nearest(
                                    name,
                                    (l < 0 ? left : right)
                                            .fields().stream().map(f -> f.name()).toList()));
                    return;
                }
                dropped.add(r);
                a = Projection.column(left, l);
                b = Projection.column(right, r);
            }
            case Expression.Binary(var operator, var x, var y, var span)
                    when operator == BinaryOperator.EQUAL -> {
                boolean swapped = side(x).equals("$right") || side(y).equals("$left");
                var leftSide = swapped ? y : x;
                var rightSide = swapped ? x : y;
                a = sideExpression(leftSide, "$left", left, environment);
                b = sideExpression(rightSide, "$right", right, environment);
                if (a == ExpressionBinder.FAULTY || b == ExpressionBinder.FAULTY) {
                    return;
                }
                if (b instanceof BoundExpr.ColumnRef ref) {
                    dropped.add(ref.index());
                }
            }
            default -> {
                binder.fault(
                        "KS182",
                        condition.span(),
                        "The join condition must be either the name of a column common to both tables or in the form $left.<column> == $right.<column>.");
                return;
            }
        }
        if (a.type() == KqlType.DYNAMIC || b.type() == KqlType.DYNAMIC) {
            binder.fault(
                    "KS116",
                    condition.span(),
                    "The value of type 'dynamic' is not allowed in this context: a join key needs a type, as in 'extend key = tostring(key)' on both sides.");
            return;
        }
        KqlType type = a.type();
        if (type != b.type()) {
            if (type.isNumeric() && b.type().isNumeric()) {
                type = ScalarOperatorBinder.widest(type, b.type());
            } else {
                binder.fault(
                        "KS227",
                        condition.span(),
                        "The key columns must have the same type on both sides of the join, here "
                                + a.type().wireName()
                                + " and "
                                + b.type().wireName()
                                + ".");
                return;
            }
        }
        leftKeys.add(expressions().convert(a, type));
        rightKeys.add(expressions().convert(b, type));
    }

    private static String side(Expression expression) {
        return switch (expression) {
            case Expression.Member(var target, var name, var s) -> side(target);
            case Expression.Index(var target, var index, var s) -> side(target);
            case Expression.Name(var name, var s) -> name;
            case Expression.Call c ->
                    c.arguments().isEmpty() ? "" : side(c.arguments().getFirst().value());
            default -> "";
        };
    }

    private BoundExpr sideExpression(
            Expression expression, String side, Schema schema, Environment environment) {
        var stripped = strip(expression, side);
        return expressions().bind(stripped, ExpressionBinder.Place.of(schema, environment));
    }

    /// `$left.a.b` as `a.b`.
    private static Expression strip(Expression expression, String side) {
        return switch (expression) {
            case Expression.Member(Expression.Name(var name, var s), var member, var span)
                    when name.equals(side) ->
                    new Expression.Name(member, span);
            case Expression.Index(
                            Expression.Name(var name, var s),
                            Expression.Literal(Dynamic.Text(var member), var t, var ls),
                            var span)
                    when name.equals(side) ->
                    new Expression.Name(member, span);
            case Expression.Member(var target, var member, var span) ->
                    new Expression.Member(strip(target, side), member, span);
            case Expression.Index(var target, var index, var span) ->
                    new Expression.Index(strip(target, side), index, span);
            case Expression.Call call ->
                    new Expression.Call(
                            call.name(),
                            call.arguments().stream()
                                    .map(a ->
                                            new Expression.Argument(
                                                    a.name(), strip(a.value(), side)))
                                    .toList(),
                            call.span(),
                            call.nameSpan());
            default -> expression;
        };
    }
}
