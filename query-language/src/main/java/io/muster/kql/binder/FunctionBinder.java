package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Functions that a query defines itself: a call is the body with the parameters' names standing for the arguments.
final class FunctionBinder {
    private static final int MAX_DEPTH = 60;

    private final Binder binder;
    private final Set<Statement.LetFunction> judged =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Statement.LetFunction> entered =
            Collections.newSetFromMap(new IdentityHashMap<>());
    private int depth;

    FunctionBinder(Binder binder) {
        this.binder = binder;
    }

    /// Whether the function's body is a table, told by its form.
    boolean isTabular(Environment.Named.Function function) {
        if (!judged.add(function.definition())) {
            // It calls itself, which is a fault wherever it is called.
            return false;
        }
        try {
            return endsInTable(function);
        } finally {
            judged.remove(function.definition());
        }
    }

    private boolean endsInTable(Environment.Named.Function function) {
        var statements = function.definition().body().statements();
        if (statements.isEmpty()
                || !(statements.getLast() instanceof Statement.Result(var value, var span))) {
            return false;
        }
        var environment = new Environment(function.environment());
        for (var parameter : function.definition().parameters()) {
            environment.define(
                    parameter.name(),
                    parameter.type() != null
                            ? new Environment.Named.Scalar(ExpressionBinder.FAULTY)
                            : new Environment.Named.Tabular(EMPTY));
        }
        for (var statement : statements) {
            if (statement instanceof Statement.Let let) {
                environment.define(
                        let.name(),
                        binder.isTabular(let.value(), environment, null)
                                ? new Environment.Named.Tabular(EMPTY)
                                : new Environment.Named.Scalar(ExpressionBinder.FAULTY));
            } else if (statement instanceof Statement.LetFunction inner) {
                environment.define(
                        inner.name(), new Environment.Named.Function(inner, environment));
            }
        }
        return binder.isTabular(value, environment, null);
    }

    private static final LogicalPlan EMPTY = new LogicalPlan.Rows(new Schema(List.of()), List.of());

    BoundExpr scalar(
            Environment.Named.Function function,
            Expression.Call call,
            ExpressionBinder.Place place) {
        if (isTabular(function)) {
            return binder.expressions().faulty("KS108", call.span(), "Scalar value expected.");
        }
        var environment = arguments(function, call, place);
        if (environment == null) {
            return ExpressionBinder.FAULTY;
        }
        if (!enter(function, call)) {
            return ExpressionBinder.FAULTY;
        }
        try {
            return value(function, environment);
        } finally {
            leave(function);
        }
    }

    private BoundExpr value(Environment.Named.Function function, Environment environment) {
        BoundExpr result = ExpressionBinder.FAULTY;
        for (var statement : function.definition().body().statements()) {
            switch (statement) {
                case Statement.Let let -> {
                    var value =
                            binder.isTabular(let.value(), environment, null)
                                    ? new Environment.Named.Tabular(
                                            binder.table(let.value(), environment.beyondRow()))
                                    : new Environment.Named.Scalar(
                                            binder.expressions()
                                                    .bind(
                                                            let.value(),
                                                            ExpressionBinder.Place.of(
                                                                    null, environment)));
                    environment.define(let.name(), value);
                }
                case Statement.LetFunction inner ->
                        environment.define(
                                inner.name(), new Environment.Named.Function(inner, environment));
                case Statement.Result(var value, var span) ->
                        result =
                                binder.expressions()
                                        .bind(value, ExpressionBinder.Place.of(null, environment));
                case Statement.Parameters p -> {}
                case Statement.Pattern p ->
                        environment.define(p.name(), new Environment.Named.Pattern(p, environment));
                case Statement.SetOption s -> {}
            }
        }
        return result;
    }

    LogicalPlan table(
            Environment.Named.Function function, Expression.Call call, Environment caller) {
        var environment = arguments(function, call, ExpressionBinder.Place.of(null, caller));
        if (environment == null) {
            throw new BindFailure();
        }
        if (!enter(function, call)) {
            throw new BindFailure();
        }
        LogicalPlan plan;
        try {
            plan = binder.statements(function.definition().body(), environment, false);
        } finally {
            leave(function);
        }
        if (plan == null) {
            binder.fault("KS111", call.span(), "Table expected.");
            throw new BindFailure();
        }
        return plan;
    }

    /// The function applied to a table that takes its first parameter's place (`invoke`).
    LogicalPlan invoke(
            Environment.Named.Function function,
            LogicalPlan input,
            Expression.Call call,
            Environment caller) {
        var inner = new Environment(caller);
        inner.define("$piped", new Environment.Named.Tabular(input));
        var arguments = new ArrayList<Expression.Argument>();
        arguments.add(new Expression.Argument(null, new Expression.Name("$piped", call.span())));
        arguments.addAll(call.arguments());
        return table(
                function,
                new Expression.Call(call.name(), arguments, call.span(), call.nameSpan()),
                inner);
    }

    private void leave(Environment.Named.Function function) {
        depth--;
        entered.remove(function.definition());
    }

    /// False after a fault: a function does not see itself, as Kusto has it.
    private boolean enter(Environment.Named.Function function, Expression.Call call) {
        if (!entered.add(function.definition())) {
            binder.fault(
                    "KS211",
                    call.nameSpan(),
                    "The name '"
                            + call.name()
                            + "' does not refer to any known function: a function cannot call itself.");
            return false;
        }
        if (++depth > MAX_DEPTH) {
            binder.fault(
                    "query-too-deep",
                    call.span(),
                    "Functions call one another more than " + MAX_DEPTH + " deep.");
            throw new BindFailure();
        }
        return true;
    }

    /// What the body sees; null after a fault.
    private @Nullable Environment arguments(
            Environment.Named.Function function,
            Expression.Call call,
            ExpressionBinder.Place place) {
        var parameters = function.definition().parameters();
        var environment = new Environment(function.environment());
        if (call.arguments().size() > parameters.size()) {
            binder.fault(
                    "KS119",
                    call.span(),
                    "The function '"
                            + call.name()
                            + "' expects "
                            + parameters.size()
                            + (parameters.size() == 1 ? " argument." : " arguments."));
            return null;
        }
        var given = new Expression[parameters.size()];
        int next = 0;
        for (var argument : call.arguments()) {
            int index = next;
            String name = argument.name();
            if (name != null) {
                index = -1;
                for (int i = 0; i < parameters.size(); i++) {
                    if (parameters.get(i).name().equals(name)) {
                        index = i;
                    }
                }
                if (index < 0) {
                    binder.fault(
                            "KS196",
                            argument.value().span(),
                            "The argument name does not refer to a declared parameter.");
                    return null;
                }
            } else if (index >= given.length || given[index] != null) {
                index = 0;
                while (given[index] != null) {
                    index++;
                }
            }
            // A bare argument stands for the parameter behind that of the argument before it.
            next = index + 1;
            given[index] = argument.value();
        }
        boolean faulty = false;
        for (int i = 0; i < given.length; i++) {
            var parameter = parameters.get(i);
            var argument = given[i];
            var otherwise = parameter.otherwise();
            if (argument == null && otherwise == null) {
                binder.fault(
                        "KS197",
                        call.span(),
                        "The argument for parameter '" + parameter.name() + "' is missing.");
                return null;
            }
            KqlType type = parameter.type();
            if (type == null) {
                if (argument == null) {
                    return null;
                }
                var table = binder.table(argument, place.environment());
                if (!fits(table.schema(), parameter, argument)) {
                    return null;
                }
                environment.define(parameter.name(), new Environment.Named.Tabular(table));
                continue;
            }
            var value =
                    argument != null
                            ? binder.expressions().bind(argument, place)
                            : binder.expressions()
                                    .bind(
                                            Objects.requireNonNull(otherwise),
                                            ExpressionBinder.Place.of(
                                                    null, function.environment()));
            if (value == ExpressionBinder.FAULTY) {
                faulty = true;
                continue;
            }
            if (!takes(type, value.type())) {
                binder.fault(
                        "KS141",
                        (argument == null ? Objects.requireNonNull(otherwise) : argument).span(),
                        "The expression must have the type " + type.wireName() + ".");
                faulty = true;
                continue;
            }
            environment.define(
                    parameter.name(),
                    new Environment.Named.Scalar(binder.expressions().convert(value, type)));
        }
        return faulty ? null : environment;
    }

    /// Whether a parameter of a type takes a value of another: a number widens, whole numbers fit one another, a dynamic is converted.
    private static boolean takes(KqlType parameter, KqlType value) {
        if (parameter == value || parameter == KqlType.DYNAMIC || value == KqlType.DYNAMIC) {
            return true;
        }
        boolean whole = value == KqlType.INT || value == KqlType.LONG;
        return parameter.isNumeric()
                && value.isNumeric()
                && (whole || parameter == KqlType.REAL || parameter == KqlType.DECIMAL);
    }

    /// Whether a table has the columns that a parameter asks for; numbers of any width stand for one another.
    private boolean fits(Schema table, Statement.Parameter parameter, Expression argument) {
        boolean fits = true;
        for (var column : parameter.columns()) {
            int index = table.indexOf(column.name());
            if (index >= 0
                    && (table.type(index) == column.type()
                            || table.type(index).isNumeric() && column.type().isNumeric())) {
                continue;
            }
            binder.fault(
                    index < 0 ? "KS142" : "KS141",
                    argument.span(),
                    "The table for parameter '"
                            + parameter.name()
                            + "' must have a column '"
                            + column.name()
                            + "' of the type "
                            + column.type().wireName()
                            + ".");
            fits = false;
        }
        return fits;
    }
}
