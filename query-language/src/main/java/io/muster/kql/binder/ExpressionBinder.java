package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.Parameter;
import io.muster.kql.function.ParameterKind;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.Signature;
import io.muster.kql.function.aggregate.AggregateFunctions;
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
import org.jspecify.annotations.Nullable;

/// Scalar expressions: names to columns, calls to functions, types checked and brought together.
final class ExpressionBinder {
    /// Stands where a fault was reported; whatever uses it stays silent.
    static final BoundExpr FAULTY = new BoundExpr.Literal(Dynamic.NULL, KqlType.DYNAMIC);

    private static final int MAX_NODES = 200_000;

    private final Binder binder;
    private int nodes;

    ExpressionBinder(Binder binder) {
        this.binder = binder;
    }

    /// Where an expression stands: the columns it sees, the names around, and who takes its aggregates.
    record Place(
            @Nullable Schema columns,
            Environment environment,
            @Nullable AggregateBinder aggregates) {
        static Place of(@Nullable Schema columns, Environment environment) {
            return new Place(columns, environment, null);
        }
    }

    BoundExpr bind(Expression expression, Place place) {
        if (++nodes > MAX_NODES) {
            binder.fault(
                    "query-too-large",
                    expression.span(),
                    "The query expands to more than " + MAX_NODES + " expressions.");
            throw new BindFailure();
        }
        return switch (expression) {
            case Expression.Name name -> name(name, place);
            case Expression.Star star ->
                    faulty("KS191", star.span(), "The * syntax is not allowed here.");
            case Expression.Literal(var value, var type, var span) ->
                    new BoundExpr.Literal(value, type);
            case Expression.Member(var target, var name, var span) -> {
                var bound = bind(target, place);
                if (bound == FAULTY) {
                    yield FAULTY;
                }
                if (bound.type() != KqlType.DYNAMIC) {
                    yield faulty(
                            "KS141", target.span(), "The expression must have the type dynamic.");
                }
                yield new BoundExpr.Member(bound, name);
            }
            case Expression.Index(var target, var index, var span) -> index(target, index, place);
            case Expression.Call call -> call(call, place);
            case Expression.Sign(var negative, var operand, var span) -> {
                var bound = bind(operand, place);
                yield bound == FAULTY ? FAULTY : sign(negative, bound, operand.span());
            }
            case Expression.Binary binary -> binary(binary, place);
            case Expression.Logical(var and, var operands, var span) -> {
                var all = new ArrayList<BoundExpr>();
                boolean faulty = false;
                for (var operand : operands) {
                    var bound = bool(operand, place);
                    faulty |= bound == FAULTY;
                    all.add(bound);
                }
                yield faulty ? FAULTY : new BoundExpr.Logical(and, all);
            }
            case Expression.In in -> in(in, place);
            case Expression.Between between -> between(between, place);
            case Expression.TypeOf(var types, var span) ->
                    new BoundExpr.Literal(
                            Dynamic.of(types.isEmpty() ? "*" : types.getFirst().wireName()),
                            KqlType.STRING);
            case Expression.Pipeline pipeline ->
                    faulty("KS108", pipeline.span(), "Scalar value expected.");
        };
    }

    /// A condition: a bool.
    BoundExpr bool(Expression expression, Place place) {
        var bound = bind(expression, place);
        if (bound == FAULTY || bound.type() == KqlType.BOOL) {
            return bound;
        }
        return faulty("KS107", expression.span(), "A value of type bool expected.");
    }

    private BoundExpr name(Expression.Name name, Place place) {
        var columns = place.columns();
        if (columns != null) {
            int index = columns.indexOf(name.name());
            if (index >= 0) {
                return new BoundExpr.ColumnRef(index, name.name(), columns.type(index));
            }
        }
        var named = place.environment().find(name.name());
        if (named.isPresent()) {
            return switch (named.get()) {
                case Environment.Named.Scalar(var value) -> value;
                case Environment.Named.Tabular t ->
                        faulty("KS108", name.span(), "Scalar value expected.");
                case Environment.Named.Function f ->
                        faulty(
                                "KS117",
                                name.span(),
                                "The function '" + name.name() + "' requires an argument list.");
            };
        }
        var candidates = new ArrayList<>(place.environment().all());
        if (columns != null) {
            columns.fields().forEach(f -> candidates.add(f.name()));
        }
        binder.fault(
                "KS142",
                name.span(),
                "The name '"
                        + name.name()
                        + "' does not refer to any known column, table, variable or function.",
                NearNames.nearest(name.name(), candidates));
        return FAULTY;
    }

    private BoundExpr index(Expression target, Expression index, Place place) {
        var bound = bind(target, place);
        var at = bind(index, place);
        if (bound == FAULTY || at == FAULTY) {
            return FAULTY;
        }
        if (bound.type() != KqlType.DYNAMIC) {
            return faulty("KS141", target.span(), "The expression must have the type dynamic.");
        }
        at = fold(at);
        if (at instanceof BoundExpr.Literal(Dynamic.Text(var name), var type)) {
            return new BoundExpr.Member(bound, name);
        }
        if (at instanceof BoundExpr.Literal(Dynamic.Whole(var w), var type) && w == (int) w) {
            return new BoundExpr.Element(bound, (int) w);
        }
        return call(ELEMENT, List.of(bound, at), KqlType.DYNAMIC);
    }

    private static final ScalarFunction ELEMENT =
            ScalarFunction.of(
                    "[]",
                    "(target: dynamic, index: any): dynamic",
                    Kernels.perRow((v, c) ->
                            switch (v[1]) {
                                case Dynamic.Text(var name) -> v[0].get(name);
                                case Dynamic.Whole(var w) when w == (int) w -> v[0].get((int) w);
                                default -> Dynamic.NULL;
                            }));

    // Operators

    private BoundExpr sign(boolean negative, BoundExpr operand, SourceSpan span) {
        if (!negative) {
            return operand;
        }
        var value =
                operand.type() == KqlType.DYNAMIC
                        ? convert(operand, KqlType.REAL)
                        : operand.type() == KqlType.INT ? convert(operand, KqlType.LONG) : operand;
        if (!value.type().isNumeric() && value.type() != KqlType.TIMESPAN) {
            return undefined("-", span, operand.type());
        }
        return call(Arithmetic.negate(value.type()), List.of(value), value.type());
    }

    private BoundExpr binary(Expression.Binary binary, Place place) {
        var operator = binary.operator();
        if (binary.left() instanceof Expression.Star star) {
            return anyColumn(binary, star, place);
        }
        var left = bind(binary.left(), place);
        var right = bind(binary.right(), place);
        if (left == FAULTY || right == FAULTY) {
            return FAULTY;
        }
        return operate(operator, left, right, binary.span());
    }

    BoundExpr operate(BinaryOperator operator, BoundExpr left, BoundExpr right, SourceSpan span) {
        return switch (operator) {
            case MULTIPLY, DIVIDE, MODULO, ADD, SUBTRACT ->
                    arithmetic(operator.text(), left, right, span);
            case LESS, GREATER, LESS_OR_EQUAL, GREATER_OR_EQUAL, EQUAL, NOT_EQUAL ->
                    compare(operator.text(), left, right, span);
            case SEARCH_IN -> faulty("KS106", span, "The operator ':' is only defined in search.");
            default ->
                    call(
                            TextOperators.of(operator.text()),
                            List.of(text(left), text(right)),
                            KqlType.BOOL);
        };
    }

    /// `* contains 'x'`: any column's text does.
    private BoundExpr anyColumn(Expression.Binary binary, Expression.Star star, Place place) {
        var columns = place.columns();
        var right = bind(binary.right(), place);
        if (columns == null || right == FAULTY) {
            return columns == null
                    ? faulty("KS191", star.span(), "The * syntax is not allowed here.")
                    : FAULTY;
        }
        var any = new ArrayList<BoundExpr>();
        for (int i = 0; i < columns.size(); i++) {
            var column = new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i));
            any.add(operate(binary.operator(), text(column), text(right), binary.span()));
        }
        return any.size() == 1 ? any.getFirst() : new BoundExpr.Logical(false, any);
    }

    private BoundExpr arithmetic(String sign, BoundExpr left, BoundExpr right, SourceSpan span) {
        boolean dynamicLeft = left.type() == KqlType.DYNAMIC;
        boolean dynamicRight = right.type() == KqlType.DYNAMIC;
        if (dynamicLeft || dynamicRight) {
            var other = dynamicLeft ? right.type() : left.type();
            if (other == KqlType.DYNAMIC || other.isNumeric()) {
                return call(DynamicArithmetic.of(sign), List.of(left, right), KqlType.DYNAMIC);
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
                left = dynamicLeft ? convert(left, type) : left;
                right = dynamicRight ? convert(right, type) : right;
            }
        }
        var bound = Arithmetic.bind(sign, left.type(), right.type());
        if (bound.isEmpty()) {
            return undefined(sign, span, left.type(), right.type());
        }
        var arithmetic = bound.get();
        return call(
                arithmetic.function(),
                List.of(convert(left, arithmetic.left()), convert(right, arithmetic.right())),
                arithmetic.result());
    }

    BoundExpr compare(String sign, BoundExpr left, BoundExpr right, SourceSpan span) {
        var domain = domain(left.type(), right.type());
        if (domain.isEmpty()) {
            return undefined(sign, span, left.type(), right.type());
        }
        var type = domain.get();
        return call(
                Comparisons.of(sign), List.of(meet(left, type), meet(right, type)), KqlType.BOOL);
    }

    /// A dynamic meets a typed operand by its kind, everything else is converted.
    private BoundExpr meet(BoundExpr value, KqlType type) {
        return value.type() == KqlType.DYNAMIC && type != KqlType.DYNAMIC
                ? call(Conversions.as(type), List.of(value), type)
                : convert(value, type);
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

    private BoundExpr between(Expression.Between between, Place place) {
        var value = bind(between.value(), place);
        var low = bind(between.low(), place);
        var high = bind(between.high(), place);
        if (value == FAULTY || low == FAULTY || high == FAULTY) {
            return FAULTY;
        }
        if (high.type() == KqlType.TIMESPAN && low.type() == KqlType.DATETIME) {
            high = arithmetic("+", low, high, between.span());
        }
        var from = compare(">=", value, low, between.span());
        var to = compare("<=", value, high, between.span());
        if (from == FAULTY || to == FAULTY) {
            return FAULTY;
        }
        var inside = new BoundExpr.Logical(true, List.of(from, to));
        return between.negated() ? call(LogicFunctions.NOT, List.of(inside), KqlType.BOOL) : inside;
    }

    private BoundExpr in(Expression.In in, Place place) {
        if (in.left() instanceof Expression.Star star) {
            var columns = place.columns();
            if (columns == null) {
                return faulty("KS191", star.span(), "The * syntax is not allowed here.");
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
            return bind(new Expression.Logical(false, any, in.span()), place);
        }
        var left = bind(in.left(), place);
        var right = options(in.options(), place);
        if (left == FAULTY || right == FAULTY) {
            return FAULTY;
        }
        var operator = in.operator();
        if (operator == Membership.HAS_ANY || operator == Membership.HAS_ALL) {
            return call(
                    TextOperators.terms(operator.text()), List.of(text(left), right), KqlType.BOOL);
        }
        boolean ignoreCase = operator == Membership.IN_CI || operator == Membership.NOT_IN_CI;
        boolean texts =
                right instanceof BoundExpr.Literal(Dynamic.Array(var items), var t)
                        && !items.isEmpty()
                        && items.stream().allMatch(i -> i instanceof Dynamic.Text);
        if (left.type() == KqlType.GUID && texts || ignoreCase && left.type() != KqlType.DYNAMIC) {
            left = text(left);
        }
        return call(Comparisons.in(operator.text()), List.of(left, right), KqlType.BOOL);
    }

    /// The right side of `in` as one array.
    private BoundExpr options(List<Expression> options, Place place) {
        if (options.size() == 1
                && binder.isTabular(options.getFirst(), place.environment(), place.columns())) {
            var plan = binder.table(options.getFirst(), place.environment());
            return new BoundExpr.Subquery(plan, true, KqlType.DYNAMIC);
        }
        var values = new ArrayList<BoundExpr>();
        for (var option : options) {
            var bound = bind(option, place);
            if (bound == FAULTY) {
                return FAULTY;
            }
            values.add(bound);
        }
        if (values.size() == 1 && values.getFirst().type() == KqlType.DYNAMIC) {
            return fold(values.getFirst());
        }
        return fold(call(ScalarFunctions.get("pack_array"), values, KqlType.DYNAMIC));
    }

    // Calls

    private BoundExpr call(Expression.Call call, Place place) {
        var user = place.environment().find(call.name());
        if (user.isPresent() && user.get() instanceof Environment.Named.Function function) {
            return binder.functions().scalar(function, call, place);
        }
        if (place.aggregates() != null && AggregateFunctions.find(call.name()).isPresent()) {
            return place.aggregates().aggregate(call);
        }
        var special = special(call, place);
        if (special.isPresent()) {
            return special.get();
        }
        var function = ScalarFunctions.find(call.name());
        if (function.isEmpty()) {
            if (AggregateFunctions.find(call.name()).isPresent()) {
                return faulty(
                        "KS144",
                        call.nameSpan(),
                        "The aggregate function '"
                                + call.name()
                                + "' is not allowed in this context.");
            }
            var candidates = new ArrayList<>(ScalarFunctions.names());
            candidates.addAll(place.environment().all());
            binder.fault(
                    "KS211",
                    call.nameSpan(),
                    "The name '" + call.name() + "' does not refer to any known function.",
                    NearNames.nearest(call.name(), candidates));
            return FAULTY;
        }
        var arguments = new ArrayList<BoundExpr>();
        for (var argument : call.arguments()) {
            if (argument.value() instanceof Expression.Star && place.columns() != null) {
                var columns = place.columns();
                for (int i = 0; i < columns.size(); i++) {
                    arguments.add(
                            new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i)));
                }
                continue;
            }
            var bound = bind(argument.value(), place);
            if (bound == FAULTY) {
                return FAULTY;
            }
            arguments.add(bound);
        }
        return call(function.get(), arguments, call);
    }

    /// Calls that are no functions of values.
    private Optional<BoundExpr> special(Expression.Call call, Place place) {
        var arguments = call.arguments();
        switch (call.name()) {
            case "toscalar" -> {
                if (arguments.size() != 1) {
                    return Optional.of(count(call, "expects 1 argument"));
                }
                var value = arguments.getFirst().value();
                if (!binder.isTabular(value, place.environment(), place.columns())) {
                    return Optional.of(bind(value, place));
                }
                var plan = binder.table(value, place.environment());
                if (plan.schema().size() == 0) {
                    return Optional.of(faulty("KS190", call.span(), "The table has no columns"));
                }
                return Optional.of(new BoundExpr.Subquery(plan, false, plan.schema().type(0)));
            }
            case "column_ifexists", "columnifexists" -> {
                if (arguments.size() != 2) {
                    return Optional.of(count(call, "expects 2 arguments"));
                }
                var name = fold(bind(arguments.getFirst().value(), place));
                var otherwise = bind(arguments.get(1).value(), place);
                if (name == FAULTY || otherwise == FAULTY) {
                    return Optional.of(FAULTY);
                }
                if (!(name instanceof BoundExpr.Literal(Dynamic.Text(var column), var t))) {
                    return Optional.of(
                            faulty(
                                    "KS129",
                                    arguments.getFirst().value().span(),
                                    "The expression must be a constant."));
                }
                var columns = place.columns();
                int index = columns == null ? -1 : columns.indexOf(column);
                return Optional.of(
                        columns == null || index < 0
                                ? otherwise
                                : new BoundExpr.ColumnRef(index, column, columns.type(index)));
            }
            case "iscolumnexists" -> {
                var name =
                        arguments.size() == 1
                                ? fold(bind(arguments.getFirst().value(), place))
                                : FAULTY;
                var columns = place.columns();
                return Optional.of(
                        new BoundExpr.Literal(
                                Dynamic.of(
                                        columns != null
                                                && name
                                                        instanceof
                                                        BoundExpr.Literal(
                                                                Dynamic.Text(var column),
                                                                var t)
                                                && columns.indexOf(column) >= 0),
                                KqlType.BOOL));
            }
            case "pack_all" -> {
                return Optional.of(packAll(call, place));
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    private BoundExpr packAll(Expression.Call call, Place place) {
        var columns = place.columns();
        if (columns == null) {
            return faulty("KS199", call.span(), "No columns are currently in scope.");
        }
        var parts = new ArrayList<BoundExpr>();
        for (int i = 0; i < columns.size(); i++) {
            parts.add(new BoundExpr.Literal(Dynamic.of(columns.field(i).name()), KqlType.STRING));
            parts.add(new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i)));
        }
        var bag = call(ScalarFunctions.get("bag_pack"), parts, KqlType.DYNAMIC);
        boolean skipEmpty =
                !call.arguments().isEmpty()
                        && fold(bind(call.arguments().getFirst().value(), place))
                                instanceof BoundExpr.Literal(Dynamic.Bool(var b), var t)
                        && b;
        return skipEmpty ? call(WITHOUT_EMPTY, List.of(bag), KqlType.DYNAMIC) : bag;
    }

    private static final ScalarFunction WITHOUT_EMPTY =
            ScalarFunction.of(
                    "without empty",
                    "(bag: dynamic): dynamic",
                    Kernels.perRow((v, c) -> {
                        Dynamic out = v[0];
                        for (var member : v[0].members().entrySet()) {
                            if (member.getValue().isNull()
                                    || member.getValue()
                                            .asText()
                                            .filter(String::isEmpty)
                                            .isPresent()) {
                                out = out.without(member.getKey());
                            }
                        }
                        return out;
                    }));

    private BoundExpr count(Expression.Call call, String expects) {
        return faulty("KS119", call.span(), "The function '" + call.name() + "' " + expects + ".");
    }

    /// Picks the signature that fits best, converts the arguments and makes the call.
    BoundExpr call(ScalarFunction function, List<BoundExpr> arguments, Expression.Call site) {
        Signature best = null;
        List<Parameter> bestLayout = List.of();
        int bestCost = Integer.MAX_VALUE;
        boolean counted = false;
        for (var signature : function.signatures()) {
            var layout = signature.layout(arguments.size());
            if (layout.isEmpty()) {
                continue;
            }
            counted = true;
            int cost = cost(layout.get(), arguments);
            if (cost < bestCost) {
                best = signature;
                bestLayout = layout.get();
                bestCost = cost;
            }
        }
        if (!counted) {
            int least = function.signatures().stream().mapToInt(Signature::minimum).min().orElse(0);
            int most = function.signatures().stream().mapToInt(Signature::maximum).max().orElse(0);
            return most == Integer.MAX_VALUE
                    ? count(
                            site,
                            "expects at least " + least + (least == 1 ? " argument" : " arguments"))
                    : least == most
                            ? count(
                                    site,
                                    "expects " + least + (least == 1 ? " argument" : " arguments"))
                            : faulty(
                                    "KS120",
                                    site.span(),
                                    "The function '"
                                            + function.name()
                                            + "' expects between "
                                            + least
                                            + " and "
                                            + most
                                            + " arguments.");
        }
        if (best == null) {
            return faulty(
                    "KS127",
                    site.span(),
                    "The function '"
                            + function.name()
                            + "' is not compatible with arguments ("
                            + String.join(
                                    ", ", arguments.stream().map(a -> a.type().wireName()).toList())
                            + ")");
        }
        KqlType shared = common(bestLayout, arguments);
        KqlType common = shared == null ? KqlType.DYNAMIC : shared;
        var converted = new ArrayList<BoundExpr>();
        for (int i = 0; i < arguments.size(); i++) {
            converted.add(bring(arguments.get(i), bestLayout.get(i).kind(), common));
        }
        KqlType result =
                switch (best.result()) {
                    case Signature.Result.Fixed(var type) -> type;
                    case Signature.Result.First f -> converted.getFirst().type();
                    case Signature.Result.Widest w -> {
                        var wide = converted.getFirst().type();
                        for (var argument : converted) {
                            wide =
                                    argument.type().isNumeric() && wide.isNumeric()
                                            ? widest(wide, argument.type())
                                            : wide;
                        }
                        yield wide == KqlType.INT ? KqlType.LONG : wide;
                    }
                    case Signature.Result.Common c -> common;
                    case Signature.Result.Named n ->
                            bestLayout.getLast().kind() == ParameterKind.TYPE
                                            && converted.getLast()
                                                    instanceof
                                                    BoundExpr.Literal(Dynamic.Text(var name), var t)
                                    ? KqlType.parse(name).orElse(KqlType.STRING)
                                    : KqlType.STRING;
                };
        return fold(new BoundExpr.Call(function, best.kernel(), converted, result));
    }

    private static int cost(List<Parameter> layout, List<BoundExpr> arguments) {
        int total = 0;
        for (int i = 0; i < arguments.size(); i++) {
            int one = cost(layout.get(i).kind(), arguments.get(i).type());
            if (one < 0) {
                return Integer.MAX_VALUE;
            }
            total += one;
        }
        return common(layout, arguments) == null ? Integer.MAX_VALUE : total;
    }

    /// What it takes to bring a value of a type to a parameter; -1 when it cannot be.
    private static int cost(ParameterKind kind, KqlType type) {
        boolean dynamic = type == KqlType.DYNAMIC;
        return switch (kind) {
            case ANY, COMMON -> 3;
            case TEXT -> type == KqlType.STRING ? 0 : 3;
            case STRING -> type == KqlType.STRING ? 0 : dynamic ? 2 : -1;
            case TYPE -> type == KqlType.STRING ? 0 : -1;
            case BOOL -> type == KqlType.BOOL ? 0 : dynamic ? 2 : -1;
            case LONG -> type == KqlType.LONG || type == KqlType.INT ? 0 : dynamic ? 2 : -1;
            case REAL -> type == KqlType.REAL ? 0 : type.isNumeric() ? 1 : dynamic ? 2 : -1;
            case DECIMAL -> type == KqlType.DECIMAL ? 0 : type.isNumeric() ? 1 : -1;
            case NUMBER -> type.isNumeric() ? 0 : dynamic ? 2 : -1;
            case SUMMABLE ->
                    type.isNumeric() || type == KqlType.DATETIME || type == KqlType.TIMESPAN
                            ? 0
                            : dynamic ? 2 : -1;
            case DATETIME -> type == KqlType.DATETIME ? 0 : dynamic ? 2 : -1;
            case TIMESPAN -> type == KqlType.TIMESPAN ? 0 : dynamic ? 2 : -1;
            case GUID -> type == KqlType.GUID ? 0 : dynamic || type == KqlType.STRING ? 2 : -1;
            case DYNAMIC -> dynamic ? 0 : -1;
        };
    }

    /// The type that all COMMON arguments have or can be brought to; DYNAMIC when there are none of them, null when there is no such type.
    private static @Nullable KqlType common(List<Parameter> layout, List<BoundExpr> arguments) {
        KqlType common = null;
        for (int i = 0; i < arguments.size(); i++) {
            if (layout.get(i).kind() != ParameterKind.COMMON) {
                continue;
            }
            var type = arguments.get(i).type();
            if (common == null || common == type) {
                common = type;
            } else if (common.isNumeric() && type.isNumeric()) {
                common = widest(common, type);
            } else if (common == KqlType.DYNAMIC || type == KqlType.DYNAMIC) {
                common = KqlType.DYNAMIC;
            } else {
                return null;
            }
        }
        return common == null ? KqlType.DYNAMIC : common;
    }

    BoundExpr bring(BoundExpr value, ParameterKind kind, @Nullable KqlType common) {
        return switch (kind) {
            case ANY, TYPE -> value;
            case TEXT -> text(value);
            case COMMON -> common == null ? value : convert(value, common);
            case NUMBER, SUMMABLE ->
                    value.type() == KqlType.DYNAMIC ? convert(value, KqlType.REAL) : value;
            default -> kind.type().map(t -> convert(value, t)).orElse(value);
        };
    }

    BoundExpr text(BoundExpr value) {
        return convert(value, KqlType.STRING);
    }

    /// The value as that type, converted as `tolong`, `tostring`, ... do.
    BoundExpr convert(BoundExpr value, KqlType type) {
        if (value.type() == type || value == FAULTY) {
            return value;
        }
        return call(Conversions.to(type), List.of(value), type);
    }

    /// A call whose arguments fit already.
    BoundExpr call(ScalarFunction function, List<BoundExpr> arguments, KqlType type) {
        return fold(
                new BoundExpr.Call(
                        function, function.signatures().getFirst().kernel(), arguments, type));
    }

    /// The constant an expression of constants is.
    BoundExpr fold(BoundExpr expr) {
        return binder.fold(expr);
    }

    private BoundExpr undefined(String operator, SourceSpan span, KqlType... types) {
        var names = new ArrayList<String>();
        for (var type : types) {
            names.add(type.wireName());
        }
        return faulty(
                "KS106",
                span,
                "The operator '"
                        + operator
                        + "' is not defined for the operand "
                        + (types.length == 1 ? "type " : "types ")
                        + String.join(" and ", names)
                        + ".");
    }

    BoundExpr faulty(String code, SourceSpan span, String message) {
        binder.fault(code, span, message);
        return FAULTY;
    }
}
