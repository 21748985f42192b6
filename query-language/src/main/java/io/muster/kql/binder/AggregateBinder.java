package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.AggregateFunction;
import io.muster.kql.function.ParameterKind;
import io.muster.kql.function.Signature;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan.Aggregate;
import io.muster.kql.syntax.Expression;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the aggregates out of the items of one `summarize`: each becomes result columns behind the keys, which the items then refer to.
/// Confined to one thread.
final class AggregateBinder {
    private final ExpressionBinder expressions;
    private final Schema input;
    private final Environment environment;
    private final Set<String> keyNames;
    private final List<Aggregate> aggregates = new ArrayList<>();

    /// Names and types of result columns, keys first.
    private int next;

    /// @param keys how many columns stand before the first result
    AggregateBinder(
            Binder binder, Schema input, Environment environment, int keys, Set<String> keyNames) {
        this.expressions = binder.expressions();
        this.input = input;
        this.environment = environment;
        this.keyNames = new HashSet<>(keyNames);
        this.next = keys;
    }

    List<Aggregate> aggregates() {
        return aggregates;
    }

    /// One of the columns that an item gives.
    record Output(@Nullable String name, BoundExpr value) {}

    /// The columns of an item that is one aggregate of several results; empty for every other item.
    List<Output> several(Expression item) {
        if (!(item instanceof Expression.Call call)) {
            return List.of();
        }
        var found = AggregateFunctions.find(call.name());
        if (found.isEmpty()) {
            return List.of();
        }
        var function = found.get();
        if (function.several()) {
            return rowOf(call, function);
        }
        if (function.name().startsWith("percentile")) {
            return percentiles(call, function);
        }
        return List.of();
    }

    /// `arg_max(x, *)`, `take_any(a, b)`: columns of the row picked.
    private List<Output> rowOf(Expression.Call call, AggregateFunction function) {
        boolean any = function.name().contains("any");
        var names = new ArrayList<@Nullable String>();
        var arguments = new ArrayList<BoundExpr>();
        var used = new HashSet<String>();
        for (int i = 0; i < call.arguments().size(); i++) {
            var argument = call.arguments().get(i).value();
            if (argument instanceof Expression.Star) {
                for (int c = 0; c < input.size(); c++) {
                    String name = input.field(c).name();
                    if (!keyNames.contains(name) && used.add(name)) {
                        names.add(function.name().equals("any") ? "any_" + name : name);
                        arguments.add(new BoundExpr.ColumnRef(c, name, input.type(c)));
                    }
                }
                continue;
            }
            var bound = expressions.bind(argument, place());
            if (bound == ExpressionBinder.FAULTY) {
                return List.of(new Output(null, ExpressionBinder.FAULTY));
            }
            String name = call.arguments().get(i).name();
            if (name == null) {
                name = ResultNames.of(argument);
            }
            if (name == null) {
                name =
                        any
                                ? "any_arg" + i
                                : i == 0 ? function.prefix() + "_" : function.prefix() + "_arg" + i;
            } else if (function.name().equals("any")) {
                name = "any_" + name;
            }
            used.add(name);
            names.add(name);
            arguments.add(bound);
        }
        if (arguments.isEmpty()) {
            expressions.faulty(
                    "KS119", call.span(), "The function '" + call.name() + "' expects 1 argument.");
            return List.of(new Output(null, ExpressionBinder.FAULTY));
        }
        var outputs = new ArrayList<Output>();
        var types = arguments.stream().map(BoundExpr::type).toList();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            outputs.add(
                    new Output(
                            name,
                            new BoundExpr.ColumnRef(
                                    next + i, name == null ? "" : name, types.get(i))));
        }
        add(new Aggregate(function, arguments, null, types, List.of()));
        return outputs;
    }

    private List<Output> percentiles(Expression.Call call, AggregateFunction function) {
        boolean array = function.name().endsWith("_array");
        boolean weighted = function.name().contains("w");
        int first = weighted ? 2 : 1;
        var arguments = new ArrayList<BoundExpr>();
        for (var argument : call.arguments()) {
            var bound = expressions.bind(argument.value(), place());
            if (bound == ExpressionBinder.FAULTY) {
                return List.of(new Output(null, bound));
            }
            arguments.add(bound);
        }
        if (arguments.size() <= first) {
            expressions.faulty(
                    "KS119",
                    call.span(),
                    "The function '" + call.name() + "' expects " + (first + 1) + " arguments.");
            return List.of(new Output(null, ExpressionBinder.FAULTY));
        }
        var value = arguments.getFirst();
        var type = value.type() == KqlType.INT ? KqlType.LONG : value.type();
        if (type == KqlType.DYNAMIC) {
            type = KqlType.REAL;
        }
        arguments.set(0, expressions.convert(value, type));
        String name = ResultNames.of(call.arguments().getFirst().value());
        for (int i = first; i < arguments.size(); i++) {
            if (!arePercentiles(arguments.get(i), array)) {
                return List.of(
                        new Output(
                                null,
                                expressions.faulty(
                                        "KS129",
                                        call.arguments().get(i).value().span(),
                                        "A percentile must be a constant number from 0 to 100.")));
            }
        }
        var outputs = new ArrayList<Output>();
        var types = new ArrayList<KqlType>();
        if (array) {
            types.add(KqlType.DYNAMIC);
            outputs.add(
                    new Output(
                            "percentiles_" + (name == null ? "" : name),
                            new BoundExpr.ColumnRef(next, "percentiles", KqlType.DYNAMIC)));
        } else {
            for (int i = first; i < arguments.size(); i++) {
                var percentile = expressions.fold(arguments.get(i));
                var constants =
                        percentile instanceof BoundExpr.Literal(Dynamic.Array(var items), var t)
                                ? items
                                : percentile instanceof BoundExpr.Literal(var v, var t)
                                        ? List.of(v)
                                        : List.of(Dynamic.NULL);
                for (var constant : constants) {
                    String suffix = ScalarText.of(constant).replaceAll("[^A-Za-z0-9]", "_");
                    outputs.add(
                            new Output(
                                    "percentile_" + (name == null ? "" : name) + "_" + suffix,
                                    new BoundExpr.ColumnRef(
                                            next + types.size(), "percentile", type)));
                    types.add(type);
                }
            }
        }
        add(new Aggregate(function, arguments, null, types, List.of()));
        return outputs;
    }

    private boolean arePercentiles(BoundExpr given, boolean array) {
        var folded = expressions.fold(given);
        if (!(folded instanceof BoundExpr.Literal(var value, var type))) {
            // What a `toscalar` gives is known when the query runs: one number, or several where
            // the result is an array.
            return folded.isConstant()
                    && (folded.type().isNumeric() || array && folded.type() == KqlType.DYNAMIC);
        }
        var values = value instanceof Dynamic.Array(var items) ? items : List.of(value);
        return !values.isEmpty()
                && values.stream()
                        .allMatch(each ->
                                DynamicOrder.isNumber(each)
                                        && Columns.doubleOf(each) >= 0
                                        && Columns.doubleOf(each) <= 100);
    }

    private void add(Aggregate aggregate) {
        aggregates.add(aggregate);
        next += aggregate.results().size();
    }

    private ExpressionBinder.Place place() {
        return ExpressionBinder.Place.of(input, environment);
    }

    /// An aggregate inside an expression: a reference to its result.
    BoundExpr aggregate(Expression.Call call) {
        var function = AggregateFunctions.get(call.name());
        if (function.several() || function.name().startsWith("percentile")) {
            var outputs = several(call);
            return outputs.getFirst().value();
        }
        var arguments = new ArrayList<BoundExpr>();
        for (var argument : call.arguments()) {
            if (argument.value() instanceof Expression.Star) {
                continue;
            }
            var bound = expressions.bind(argument.value(), place());
            if (bound == ExpressionBinder.FAULTY) {
                return bound;
            }
            arguments.add(bound);
        }
        if (function.name().equals("count")
                && arguments.size() == 1
                && arguments.getFirst().type() == KqlType.BOOL) {
            // The old spelling of countif.
            function = AggregateFunctions.get("countif");
        }
        Signature signature = null;
        for (var candidate : function.signatures()) {
            if (candidate.layout(arguments.size()).isPresent()) {
                signature = candidate;
            }
        }
        if (signature == null) {
            int least = function.signatures().getFirst().minimum();
            return expressions.faulty(
                    "KS119",
                    call.span(),
                    "The function '"
                            + function.name()
                            + "' expects "
                            + least
                            + (least == 1 ? " argument." : " arguments."));
        }
        var layout = signature.layout(arguments.size()).orElseThrow();
        BoundExpr filter = null;
        var brought = new ArrayList<BoundExpr>();
        var settings = new ArrayList<Long>();
        for (int i = 0; i < arguments.size(); i++) {
            var kind = layout.get(i).kind();
            var argument = arguments.get(i);
            if (function.filtered() && kind == ParameterKind.BOOL) {
                if (argument.type() != KqlType.BOOL) {
                    return expressions.faulty(
                            "KS107", call.span(), "A value of type bool expected.");
                }
                filter = argument;
                continue;
            }
            if (kind == ParameterKind.SUMMABLE
                    && (argument.type() == KqlType.STRING
                            || argument.type() == KqlType.GUID
                            || argument.type() == KqlType.BOOL)) {
                return expressions.faulty(
                        "KS138",
                        call.arguments().get(i).value().span(),
                        "The argument value must be summable: a number, timespan or datetime.");
            }
            if (kind == ParameterKind.LONG && layout.get(i).optional()) {
                if (expressions.fold(argument) instanceof BoundExpr.Literal(var most, var t)) {
                    settings.add(Columns.longOf(most));
                }
                if (function.name().equals("tdigest")) {
                    brought.add(expressions.convert(argument, KqlType.LONG));
                }
                continue;
            }
            if (layout.get(i).name().equals("accuracy") || layout.get(i).name().equals("ignored")) {
                continue;
            }
            brought.add(expressions.calls().bring(argument, kind, null));
        }
        KqlType result =
                switch (signature.result()) {
                    case Signature.Result.Fixed(var type) -> type;
                    case Signature.Result.First f -> brought.getFirst().type();
                    default -> {
                        var type = brought.getFirst().type();
                        yield type == KqlType.INT ? KqlType.LONG : type;
                    }
                };
        if (function.name().startsWith("avg")
                && (brought.getFirst().type() == KqlType.DATETIME
                        || brought.getFirst().type() == KqlType.TIMESPAN
                        || brought.getFirst().type() == KqlType.DECIMAL)) {
            result = brought.getFirst().type();
        }
        var reference = new BoundExpr.ColumnRef(next, function.name(), result);
        add(new Aggregate(function, brought, filter, List.of(result), settings));
        return reference;
    }
}
