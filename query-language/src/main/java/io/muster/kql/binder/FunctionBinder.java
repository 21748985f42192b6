package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Functions that a query defines itself: a call is the body with the parameters' names standing for the arguments.
final class FunctionBinder {
    private static final int MAX_DEPTH = 60;

    private final Binder binder;
    private int depth;

    FunctionBinder(Binder binder) {
        this.binder = binder;
    }

    /// Whether the function's body is a table, told by its form.
    boolean isTabular(Environment.Named.Function function) {
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
        enter(call);
        BoundExpr result = ExpressionBinder.FAULTY;
        for (var statement : function.definition().body().statements()) {
            switch (statement) {
                case Statement.Let let -> {
                    var value =
                            binder.isTabular(let.value(), environment, null)
                                    ? new Environment.Named.Tabular(
                                            binder.table(let.value(), environment))
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
        depth--;
        return result;
    }

    LogicalPlan table(
            Environment.Named.Function function, Expression.Call call, Environment caller) {
        var environment = arguments(function, call, ExpressionBinder.Place.of(null, caller));
        if (environment == null) {
            throw new BindFailure();
        }
        enter(call);
        var plan = binder.statements(function.definition().body(), environment, false);
        depth--;
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

    private void enter(Expression.Call call) {
        if (++depth > MAX_DEPTH) {
            binder.fault(
                    "query-too-deep",
                    call.span(),
                    "Functions call one another more than " + MAX_DEPTH + " deep.");
            throw new BindFailure();
        }
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
                environment.define(
                        parameter.name(),
                        new Environment.Named.Tabular(binder.table(argument, place.environment())));
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
                return null;
            }
            environment.define(
                    parameter.name(),
                    new Environment.Named.Scalar(binder.expressions().convert(value, type)));
        }
        return environment;
    }
}
