package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.Parameter;
import io.muster.kql.function.ParameterKind;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.Signature;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.NearNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Calls of functions: which one, which of its signatures, and what the arguments become.
final class CallBinder {
    private final Binder binder;
    private final ExpressionBinder expressions;

    CallBinder(Binder binder, ExpressionBinder expressions) {
        this.binder = binder;
        this.expressions = expressions;
    }

    BoundExpr call(Expression.Call call, ExpressionBinder.Place place) {
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
                return expressions.faulty(
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
            return ExpressionBinder.FAULTY;
        }
        boolean faulty = !ordered(function.get(), call);
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
            var bound = expressions.bind(argument.value(), place);
            faulty |= bound == ExpressionBinder.FAULTY;
            arguments.add(bound);
        }
        return faulty ? ExpressionBinder.FAULTY : call(function.get(), arguments, call);
    }

    /// Whether a function of the rows around has rows in an order; a fault where not. The wording is Kusto's, which gives it no number.
    private boolean ordered(ScalarFunction function, Expression.Call call) {
        if (!function.serial() || binder.order().isSerialized()) {
            return true;
        }
        binder.fault(
                "not-serialized",
                call.nameSpan(),
                "Function '" + call.name() + "' cannot be invoked. The row set must be serialized.",
                "put 'sort by ...' or 'serialize' before this step");
        return false;
    }

    static boolean choosesColumn(Expression.Call call) {
        return call.name().equals("column_ifexists") || call.name().equals("columnifexists");
    }

    /// Calls that are no functions of values.
    private Optional<BoundExpr> special(Expression.Call call, ExpressionBinder.Place place) {
        var arguments = call.arguments();
        switch (call.name()) {
            case "toscalar" -> {
                if (arguments.size() != 1) {
                    return Optional.of(count(call, "expects 1 argument"));
                }
                var value = arguments.getFirst().value();
                if (!binder.isTabular(value, place.environment(), place.columns())) {
                    return Optional.of(once(expressions.bind(value, place)));
                }
                var plan = binder.table(value, place.environment().beyondRow());
                if (plan.schema().size() == 0) {
                    return Optional.of(
                            expressions.faulty("KS190", call.span(), "The table has no columns"));
                }
                return Optional.of(new BoundExpr.Subquery(plan, false, plan.schema().type(0)));
            }
            case "column_ifexists", "columnifexists" -> {
                if (arguments.size() != 2) {
                    return Optional.of(count(call, "expects 2 arguments"));
                }
                var name = expressions.fold(expressions.bind(arguments.getFirst().value(), place));
                var otherwise = expressions.bind(arguments.get(1).value(), place);
                if (name == ExpressionBinder.FAULTY || otherwise == ExpressionBinder.FAULTY) {
                    return Optional.of(ExpressionBinder.FAULTY);
                }
                if (!(name instanceof BoundExpr.Literal(Dynamic.Text(var column), var t))) {
                    return Optional.of(
                            expressions.faulty(
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
                                ? expressions.fold(
                                        expressions.bind(arguments.getFirst().value(), place))
                                : ExpressionBinder.FAULTY;
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
            case "assert" -> {
                return assertion(call, place);
            }
            case "bin_auto" -> {
                return Optional.of(binAuto(call, place));
            }
            case "bag_pack_columns" -> {
                var parts = new ArrayList<BoundExpr>();
                for (var argument : arguments) {
                    var bound = expressions.bind(argument.value(), place);
                    String name = ResultNames.of(argument.value());
                    if (bound == ExpressionBinder.FAULTY) {
                        return Optional.of(bound);
                    }
                    parts.add(
                            new BoundExpr.Literal(
                                    Dynamic.of(name == null ? "" : name), KqlType.STRING));
                    parts.add(bound);
                }
                return Optional.of(
                        expressions.call(ScalarFunctions.get("bag_pack"), parts, KqlType.DYNAMIC));
            }
            case "column_names_of" -> {
                if (arguments.size() != 1) {
                    return Optional.of(count(call, "expects 1 argument"));
                }
                var table = binder.table(arguments.getFirst().value(), place.environment());
                return Optional.of(
                        new BoundExpr.Literal(
                                new Dynamic.Array(
                                        table.schema().fields().stream()
                                                .map(f -> Dynamic.of(f.name()))
                                                .toList()),
                                KqlType.DYNAMIC));
            }
            case "pack_all" -> {
                return Optional.of(packAll(call, place));
            }
            default -> {
                return Optional.empty();
            }
        }
    }

    /// A value that is the same for all rows of a run, chance (`rand()`, `new_guid()`) notwithstanding.
    private static BoundExpr once(BoundExpr value) {
        if (value.isConstant() || Plans.readsColumns(value)) {
            return value;
        }
        var projection = new Projection();
        projection.add(null, null, value);
        var row = new LogicalPlan.Rows(new Schema(List.of()), List.of(List.of()));
        return new BoundExpr.Subquery(projection.over(row), false, value.type());
    }

    /// What must hold before the query runs: `assert` of a constant that is false is a fault of the query.
    private Optional<BoundExpr> assertion(Expression.Call call, ExpressionBinder.Place place) {
        if (call.arguments().size() != 2) {
            return Optional.of(count(call, "expects 2 arguments"));
        }
        var condition =
                expressions.fold(expressions.bind(call.arguments().getFirst().value(), place));
        var message = expressions.fold(expressions.bind(call.arguments().get(1).value(), place));
        if (condition instanceof BoundExpr.Literal(var holds, var t)
                && message instanceof BoundExpr.Literal(var text, var s)
                && Dynamic.FALSE.equals(holds)) {
            return Optional.of(
                    expressions.faulty(
                            "assert",
                            call.span(),
                            "assert() has failed with message: '" + text.textOr("") + "'"));
        }
        if (condition != ExpressionBinder.FAULTY && !(condition instanceof BoundExpr.Literal)) {
            return Optional.of(
                    expressions.faulty(
                            "KS129",
                            call.arguments().getFirst().value().span(),
                            "The expression must be a constant."));
        }
        return Optional.empty();
    }

    /// `bin_auto(x)`: `bin_at` with what `set query_bin_auto_size` and `set query_bin_auto_at` say.
    private BoundExpr binAuto(Expression.Call call, ExpressionBinder.Place place) {
        if (call.arguments().size() != 1) {
            return count(call, "expects 1 argument");
        }
        var value = expressions.bind(call.arguments().getFirst().value(), place);
        var size = binder.option("query_bin_auto_size");
        if (value == ExpressionBinder.FAULTY) {
            return value;
        }
        if (size.isEmpty()) {
            return expressions.faulty(
                    "KS129",
                    call.span(),
                    "bin_auto() needs the statement 'set query_bin_auto_size = ...;' before the query.");
        }
        var at = binder.option("query_bin_auto_at");
        return at.isPresent()
                ? call(ScalarFunctions.get("bin_at"), List.of(value, size.get(), at.get()), call)
                : call(ScalarFunctions.get("bin"), List.of(value, size.get()), call);
    }

    private BoundExpr packAll(Expression.Call call, ExpressionBinder.Place place) {
        var columns = place.columns();
        if (columns == null) {
            return expressions.faulty("KS199", call.span(), "No columns are currently in scope.");
        }
        var parts = new ArrayList<BoundExpr>();
        for (int i = 0; i < columns.size(); i++) {
            parts.add(new BoundExpr.Literal(Dynamic.of(columns.field(i).name()), KqlType.STRING));
            parts.add(new BoundExpr.ColumnRef(i, columns.field(i).name(), columns.type(i)));
        }
        var bag = expressions.call(ScalarFunctions.get("bag_pack"), parts, KqlType.DYNAMIC);
        boolean skipEmpty =
                !call.arguments().isEmpty()
                        && expressions.fold(
                                        expressions.bind(
                                                call.arguments().getFirst().value(), place))
                                instanceof BoundExpr.Literal(Dynamic.Bool(var b), var t)
                        && b;
        return skipEmpty ? expressions.call(WITHOUT_EMPTY, List.of(bag), KqlType.DYNAMIC) : bag;
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
        return expressions.faulty(
                "KS119", call.span(), "The function '" + call.name() + "' " + expects + ".");
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
                            : expressions.faulty(
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
            return expressions.faulty(
                    "KS127",
                    site.span(),
                    "The function '"
                            + function.name()
                            + "' is not compatible with arguments ("
                            + String.join(
                                    ", ", arguments.stream().map(a -> a.type().wireName()).toList())
                            + ")");
        }
        if (!regexesAreWellFormed(function, bestLayout, arguments, site)) {
            return ExpressionBinder.FAULTY;
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
                                            ? ScalarOperatorBinder.widest(wide, argument.type())
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
        return expressions.fold(new BoundExpr.Call(function, best.kernel(), converted, result));
    }

    private boolean regexesAreWellFormed(
            ScalarFunction function,
            List<Parameter> layout,
            List<BoundExpr> arguments,
            Expression.Call site) {
        boolean countsRegex =
                function.name().equals("countof")
                        && arguments.size() > 2
                        && arguments.get(2) instanceof BoundExpr.Literal(var kind, var t)
                        && kind.textOr("").equals("regex");
        boolean wellFormed = true;
        for (int i = 0; i < arguments.size(); i++) {
            if (layout.get(i).name().equals("regex") || countsRegex && i == 1) {
                var span =
                        site.arguments().size() == arguments.size()
                                ? site.arguments().get(i).value().span()
                                : site.span();
                wellFormed &= expressions.isRegex(arguments.get(i), span);
            }
        }
        return wellFormed;
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
            case INT -> type == KqlType.INT ? 0 : -1;
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
            case GUID -> type == KqlType.GUID ? 0 : dynamic ? 2 : -1;
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
                common = ScalarOperatorBinder.widest(common, type);
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
            case TEXT -> expressions.text(value);
            case COMMON -> common == null ? value : expressions.convert(value, common);
            case NUMBER, SUMMABLE ->
                    value.type() == KqlType.DYNAMIC
                            ? expressions.convert(value, KqlType.REAL)
                            : value;
            default -> kind.type().map(t -> expressions.convert(value, t)).orElse(value);
        };
    }
}
