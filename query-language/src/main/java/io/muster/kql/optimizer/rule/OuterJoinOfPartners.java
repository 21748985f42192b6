package io.muster.kql.optimizer.rule;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.EvaluationContext;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.JoinKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;

/// An outer join whose rows without a partner a condition drops is none: `join kind=leftouter .. | where isnotempty(x1)` is an inner join, whose
/// right side the condition may go below.
///
/// Which conditions these are is not listed but tried, on what stands in a row that has no partner.
public final class OuterJoinOfPartners implements Rule {
    /// Besides the operators; what is tried is cheap whatever it is given.
    private static final Set<String> TRIED =
            Set.of(
                    "isnull",
                    "isnotnull",
                    "isempty",
                    "isnotempty",
                    "not",
                    "tostring",
                    "tolower",
                    "toupper",
                    "tolong",
                    "toint",
                    "todouble",
                    "tobool",
                    "todatetime",
                    Conversions.as(KqlType.STRING).name(),
                    Conversions.as(KqlType.LONG).name(),
                    Conversions.as(KqlType.REAL).name(),
                    Conversions.as(KqlType.BOOL).name());

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        if (!(plan instanceof LogicalPlan.Where(LogicalPlan.Join join, var predicate))) {
            return plan;
        }
        var parts = MergeWheres.conjuncts(predicate);
        int split = join.left().schema().size();
        var kind =
                switch (join.kind()) {
                    case LEFTOUTER ->
                            drops(parts, c -> c >= split) ? JoinKind.INNER : JoinKind.LEFTOUTER;
                    case RIGHTOUTER ->
                            drops(parts, c -> c < split) ? JoinKind.INNER : JoinKind.RIGHTOUTER;
                    case FULLOUTER -> {
                        boolean left = drops(parts, c -> c >= split);
                        boolean right = drops(parts, c -> c < split);
                        yield left && right
                                ? JoinKind.INNER
                                : left
                                        ? JoinKind.RIGHTOUTER
                                        : right ? JoinKind.LEFTOUTER : JoinKind.FULLOUTER;
                    }
                    case INNER, INNERUNIQUE, LEFTSEMI, LEFTANTI, RIGHTSEMI, RIGHTANTI ->
                            join.kind();
                };
        return kind == join.kind()
                ? plan
                : new LogicalPlan.Where(
                        new LogicalPlan.Join(
                                kind,
                                join.left(),
                                join.right(),
                                join.leftKeys(),
                                join.rightKeys(),
                                join.schema()),
                        predicate);
    }

    /// Whether a part is not true where those columns have nothing in them, whatever the others have.
    private static boolean drops(List<BoundExpr> parts, IntPredicate empty) {
        return parts.stream()
                .map(part -> value(part, empty))
                .flatMap(Optional::stream)
                .anyMatch(value -> !Dynamic.TRUE.equals(value));
    }

    /// The value of an expression over such columns alone; empty when it reads others or is not tried.
    private static Optional<Dynamic> value(BoundExpr expr, IntPredicate empty) {
        return switch (expr) {
            case BoundExpr.Literal(var value, var type) -> Optional.of(value);
            case BoundExpr.ColumnRef(var index, var name, var type) ->
                    empty.test(index) ? Optional.of(nothing(type)) : Optional.empty();
            case BoundExpr.Member m -> value(m.target(), empty).map(v -> v.get(m.name()));
            case BoundExpr.Element e -> value(e.target(), empty).map(v -> v.get(e.index()));
            case BoundExpr.Call c -> value(c, empty);
            case BoundExpr.Logical l -> value(l, empty);
            case BoundExpr.Subquery s -> Optional.empty();
        };
    }

    private static Dynamic nothing(KqlType type) {
        return type == KqlType.STRING ? Dynamic.of("") : Dynamic.NULL;
    }

    private static Optional<Dynamic> value(BoundExpr.Call call, IntPredicate empty) {
        String name = call.function().name();
        boolean isTried =
                TRIED.contains(name) || call.type() == KqlType.BOOL && call.arguments().size() == 2;
        if (!isTried || call.function().stability() != ScalarFunction.Stability.CONSTANT) {
            return Optional.empty();
        }
        var arguments = new ArrayList<Arguments.Argument>();
        for (var argument : call.arguments()) {
            var value = value(argument, empty);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            arguments.add(new Arguments.Argument(argument.type(), value.get(), null));
        }
        var context = new EvaluationContext(Instant.EPOCH, () -> {});
        var made =
                call.kernel().apply(new Arguments(1, arguments, call.type(), context)).dynamic(0);
        return Optional.of(made.isNull() ? nothing(call.type()) : made);
    }

    /// False decides `and`, true decides `or`, whatever the others are.
    private static Optional<Dynamic> value(BoundExpr.Logical logical, IntPredicate empty) {
        var values = logical.operands().stream().map(o -> value(o, empty)).toList();
        var deciding = logical.and() ? Dynamic.FALSE : Dynamic.TRUE;
        if (values.contains(Optional.of(deciding))) {
            return Optional.of(deciding);
        }
        if (values.contains(Optional.<Dynamic>empty())) {
            return Optional.empty();
        }
        return Optional.of(
                values.contains(Optional.of(Dynamic.NULL))
                        ? Dynamic.NULL
                        : logical.and() ? Dynamic.TRUE : Dynamic.FALSE);
    }
}
