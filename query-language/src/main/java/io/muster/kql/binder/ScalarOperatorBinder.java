package io.muster.kql.binder;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.scalar.Arithmetic;
import io.muster.kql.function.scalar.Comparisons;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.function.scalar.DynamicArithmetic;
import io.muster.kql.function.scalar.LogicFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.function.scalar.TextOperators;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.BinaryOperator;
import io.muster.kql.syntax.Expression.Membership;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Operators between values: arithmetic, comparison, `between`, `in`; operands brought to one type.
final class ScalarOperatorBinder {
    private static final ScalarFunction IS_TEXT =
            ScalarFunction.of(
                    "is text",
                    "(value: dynamic): bool",
                    Kernels.perRowWithNulls((v, c) -> Dynamic.of(holdsText(v[0]))));

    private final Binder binder;
    private final ExpressionBinder expressions;

    ScalarOperatorBinder(Binder binder, ExpressionBinder expressions) {
        this.binder = binder;
        this.expressions = expressions;
    }

    BoundExpr sign(boolean negative, BoundExpr operand, SourceSpan span) {
        if (!negative) {
            return operand;
        }
        var value =
                operand.type() == KqlType.DYNAMIC
                        ? expressions.convert(operand, KqlType.REAL)
                        : operand.type() == KqlType.INT
                                ? expressions.convert(operand, KqlType.LONG)
                                : operand;
        if (!value.type().isNumeric() && value.type() != KqlType.TIMESPAN) {
            return undefined("-", span, operand.type());
        }
        return expressions.call(Arithmetic.negate(value.type()), List.of(value), value.type());
    }

    BoundExpr binary(Expression.Binary binary, ExpressionBinder.Place place) {
        var operator = binary.operator();
        if (binary.left() instanceof Expression.Star star) {
            return anyColumn(binary, star, place);
        }
        var left = expressions.bind(binary.left(), place);
        var right = expressions.bind(binary.right(), place);
        if (left == ExpressionBinder.FAULTY || right == ExpressionBinder.FAULTY) {
            return ExpressionBinder.FAULTY;
        }
        if (operator.text().endsWith("matches regex")
                && !expressions.isRegex(right, binary.right().span())) {
            return ExpressionBinder.FAULTY;
        }
        return operate(operator, left, right, binary.span());
    }

    BoundExpr operate(BinaryOperator operator, BoundExpr left, BoundExpr right, SourceSpan span) {
        return switch (operator) {
            case MULTIPLY, DIVIDE, MODULO, ADD, SUBTRACT ->
                    arithmetic(operator.text(), left, right, span);
            case LESS, GREATER, LESS_OR_EQUAL, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL ->
                    compare(operator.text(), left, right, span);
            case SEARCH_IN ->
                    expressions.faulty(
                            "KS106", span, "The operator ':' is only defined in search.");
            default ->
                    expressions.call(
                            TextOperators.of(operator.text()),
                            List.of(expressions.text(left), expressions.text(right)),
                            KqlType.BOOL);
        };
    }

    /// `* contains 'x'`: any column's text does.
    private BoundExpr anyColumn(
            Expression.Binary binary, Expression.Star star, ExpressionBinder.Place place) {
        var columns = place.columns();
        var right = expressions.bind(binary.right(), place);
        if (columns == null || right == ExpressionBinder.FAULTY) {
            return columns == null
                    ? expressions.faulty("KS191", star.span(), "The * syntax is not allowed here.")
                    : ExpressionBinder.FAULTY;
        }
        var any = new ArrayList<BoundExpr>();
        for (int i = 0; i < columns.size(); i++) {
            var column = new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i));
            any.add(
                    operate(
                            binary.operator(),
                            expressions.text(column),
                            expressions.text(right),
                            binary.span()));
        }
        return any.size() == 1 ? any.getFirst() : new BoundExpr.Logical(false, any);
    }

    private BoundExpr arithmetic(String sign, BoundExpr left, BoundExpr right, SourceSpan span) {
        boolean dynamicLeft = left.type() == KqlType.DYNAMIC;
        boolean dynamicRight = right.type() == KqlType.DYNAMIC;
        if (dynamicLeft || dynamicRight) {
            var other = dynamicLeft ? right.type() : left.type();
            if (other == KqlType.DYNAMIC || other.isNumeric()) {
                return expressions.call(
                        DynamicArithmetic.of(sign), List.of(left, right), KqlType.DYNAMIC);
            }
            if (other == KqlType.DATETIME || other == KqlType.TIMESPAN) {
                var type =
                        sign.equals("-") && other == KqlType.DATETIME && dynamicLeft
                                ? KqlType.DATETIME
                                : sign.equals("*") || sign.equals("/") && dynamicRight
                                        ? KqlType.REAL
                                        : other == KqlType.DATETIME && sign.equals("+")
                                                ? KqlType.TIMESPAN
                                                : other == KqlType.TIMESPAN && dynamicLeft
                                                        ? KqlType.DATETIME
                                                        : other;
                left = dynamicLeft ? expressions.convert(left, type) : left;
                right = dynamicRight ? expressions.convert(right, type) : right;
            }
        }
        var bound = Arithmetic.bind(sign, left.type(), right.type());
        if (bound.isEmpty()) {
            return undefined(sign, span, left.type(), right.type());
        }
        var arithmetic = bound.get();
        return expressions.call(
                arithmetic.function(),
                List.of(
                        expressions.convert(left, arithmetic.left()),
                        expressions.convert(right, arithmetic.right())),
                arithmetic.result());
    }

    BoundExpr compare(String sign, BoundExpr left, BoundExpr right, SourceSpan span) {
        var domain = domain(left.type(), right.type());
        if (domain.isEmpty()) {
            return undefined(sign, span, left.type(), right.type());
        }
        var type = domain.get();
        var compared =
                expressions.call(
                        Comparisons.of(sign),
                        List.of(meet(left, type), meet(right, type)),
                        KqlType.BOOL);
        if (type == KqlType.STRING && (sign.equals("==") || sign.equals("!="))) {
            // What is no text is not the empty text, though it reads as one.
            var dynamic = left.type() == KqlType.DYNAMIC ? left : right;
            var other = dynamic == left ? right : left;
            boolean neverEmpty =
                    other instanceof BoundExpr.Literal(Dynamic.Text(var text), var t)
                            && !text.isEmpty();
            if (dynamic.type() == KqlType.DYNAMIC
                    && other.type() != KqlType.DYNAMIC
                    && !neverEmpty) {
                boolean equal = sign.equals("==");
                BoundExpr isText = expressions.call(IS_TEXT, List.of(dynamic), KqlType.BOOL);
                return new BoundExpr.Logical(
                        equal,
                        List.of(
                                compared,
                                equal
                                        ? isText
                                        : expressions.call(
                                                LogicFunctions.NOT,
                                                List.of(isText),
                                                KqlType.BOOL)));
            }
        }
        return compared;
    }

    private static boolean holdsText(Dynamic value) {
        return switch (value) {
            case Dynamic.Text t -> true;
            case Dynamic.DateTime d -> true;
            case Dynamic.Span s -> true;
            case Dynamic.Guid g -> true;
            case Dynamic.Null n -> false;
            case Dynamic.Bool b -> false;
            case Dynamic.Whole w -> false;
            case Dynamic.Real r -> false;
            case Dynamic.Decimal d -> false;
            case Dynamic.Array a -> false;
            case Dynamic.Bag b -> false;
        };
    }

    /// A dynamic meets a typed operand by its kind, everything else is converted.
    private BoundExpr meet(BoundExpr value, KqlType type) {
        return value.type() == KqlType.DYNAMIC && type != KqlType.DYNAMIC
                ? expressions.call(Conversions.as(type), List.of(value), type)
                : expressions.convert(value, type);
    }

    private static Optional<KqlType> domain(KqlType left, KqlType right) {
        if (left == right) {
            return Optional.of(left);
        }
        if (left == KqlType.DYNAMIC || right == KqlType.DYNAMIC) {
            var other = left == KqlType.DYNAMIC ? right : left;
            return Optional.of(
                    other == KqlType.INT || other == KqlType.LONG ? KqlType.REAL : other);
        }
        if (left.isNumeric() && right.isNumeric()) {
            return Optional.of(widest(left, right));
        }
        if (left == KqlType.BOOL && right.isNumeric()
                || right == KqlType.BOOL && left.isNumeric()) {
            return Optional.of(left == KqlType.BOOL ? right : left);
        }
        if (left == KqlType.STRING || right == KqlType.STRING) {
            var other = left == KqlType.STRING ? right : left;
            return switch (other) {
                case GUID -> Optional.of(KqlType.STRING);
                case DATETIME, TIMESPAN -> Optional.of(other);
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }

    static KqlType widest(KqlType left, KqlType right) {
        if (left == KqlType.DECIMAL || right == KqlType.DECIMAL) {
            return KqlType.DECIMAL;
        }
        return left == KqlType.REAL || right == KqlType.REAL ? KqlType.REAL : KqlType.LONG;
    }

    BoundExpr between(Expression.Between between, ExpressionBinder.Place place) {
        var value = expressions.bind(between.value(), place);
        var low = expressions.bind(between.low(), place);
        var high = expressions.bind(between.high(), place);
        if (value == ExpressionBinder.FAULTY
                || low == ExpressionBinder.FAULTY
                || high == ExpressionBinder.FAULTY) {
            return ExpressionBinder.FAULTY;
        }
        if (high.type() == KqlType.TIMESPAN && low.type() == KqlType.DATETIME) {
            high = arithmetic("+", low, high, between.span());
        }
        var from = compare(">=", value, low, between.span());
        var to = compare("<=", value, high, between.span());
        if (from == ExpressionBinder.FAULTY || to == ExpressionBinder.FAULTY) {
            return ExpressionBinder.FAULTY;
        }
        var inside = new BoundExpr.Logical(true, List.of(from, to));
        return between.negated()
                ? expressions.call(LogicFunctions.NOT, List.of(inside), KqlType.BOOL)
                : inside;
    }

    BoundExpr in(Expression.In in, ExpressionBinder.Place place) {
        if (in.left() instanceof Expression.Star star) {
            var columns = place.columns();
            if (columns == null) {
                return expressions.faulty(
                        "KS191", star.span(), "The * syntax is not allowed here.");
            }
            var any = new ArrayList<Expression>();
            columns.fields()
                    .forEach(f ->
                            any.add(
                                    new Expression.In(
                                            in.operator(),
                                            new Expression.Call(
                                                    "tostring",
                                                    List.of(
                                                            new Expression.Argument(
                                                                    null,
                                                                    new Expression.Name(
                                                                            f.name(),
                                                                            star.span()))),
                                                    star.span(),
                                                    star.span()),
                                            in.options(),
                                            in.span())));
            return expressions.bind(new Expression.Logical(false, any, in.span()), place);
        }
        var left = expressions.bind(in.left(), place);
        var right = options(in.options(), place);
        if (left == ExpressionBinder.FAULTY || right == ExpressionBinder.FAULTY) {
            return ExpressionBinder.FAULTY;
        }
        var operator = in.operator();
        if (operator == Membership.HAS_ANY || operator == Membership.HAS_ALL) {
            return expressions.call(
                    TextOperators.terms(operator.text()),
                    List.of(expressions.text(left), right),
                    KqlType.BOOL);
        }
        boolean ignoreCase = operator == Membership.IN_CI || operator == Membership.NOT_IN_CI;
        boolean texts =
                right instanceof BoundExpr.Literal(Dynamic.Array(var items), var t)
                        && !items.isEmpty()
                        && items.stream().allMatch(i -> i instanceof Dynamic.Text);
        if (left.type() == KqlType.GUID && texts || ignoreCase && left.type() != KqlType.DYNAMIC) {
            left = expressions.text(left);
        }
        return expressions.call(
                Comparisons.in(operator.text()), List.of(left, right), KqlType.BOOL);
    }

    /// The right side of `in` as one array.
    private BoundExpr options(List<Expression> options, ExpressionBinder.Place place) {
        if (options.size() == 1
                && binder.isTabular(options.getFirst(), place.environment(), place.columns())) {
            var plan = binder.table(options.getFirst(), place.environment().beyondRow());
            return new BoundExpr.Subquery(plan, true, KqlType.DYNAMIC);
        }
        var values = new ArrayList<BoundExpr>();
        for (var option : options) {
            var bound = expressions.bind(option, place);
            if (bound == ExpressionBinder.FAULTY) {
                return ExpressionBinder.FAULTY;
            }
            values.add(bound);
        }
        if (values.size() == 1 && values.getFirst().type() == KqlType.DYNAMIC) {
            return expressions.fold(values.getFirst());
        }
        return expressions.fold(
                expressions.call(ScalarFunctions.get("pack_array"), values, KqlType.DYNAMIC));
    }

    private BoundExpr undefined(String operator, SourceSpan span, KqlType... types) {
        var names = new ArrayList<String>();
        for (var type : types) {
            names.add(type.wireName());
        }
        return expressions.faulty(
                "KS106",
                span,
                "The operator '"
                        + operator
                        + "' is not defined for the operand "
                        + (types.length == 1 ? "type " : "types ")
                        + String.join(" and ", names)
                        + ".");
    }
}
