package io.muster.kql.binder;

import io.muster.kql.function.ScalarFunction;
import io.muster.kql.function.aggregate.AggregateFunctions;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.syntax.Expression;
import io.muster.kql.value.ScalarText;
import org.jspecify.annotations.Nullable;

/// The names that unnamed expressions give their columns.
final class ResultNames {
    private ResultNames() {}

    /// The name, or null where there is none (`Column1`).
    static @Nullable String of(Expression expression) {
        return switch (expression) {
            case Expression.Name(var name, var span) -> name;
            case Expression.Member(var target, var name, var span) -> {
                String before = of(target);
                yield before == null ? name : before + "_" + name;
            }
            case Expression.Index(var target, var index, var span) -> {
                String before = of(target);
                String part =
                        index instanceof Expression.Literal(var value, var type, var at)
                                ? ScalarText.of(value).replaceFirst("^-", "_")
                                : "";
                yield before == null ? null : before + "_" + part;
            }
            case Expression.Call call -> call(call);
            case Expression.Pipeline p when p.operators().isEmpty() && p.source() != null ->
                    of(p.source());
            default -> null;
        };
    }

    private static @Nullable String call(Expression.Call call) {
        var arguments = call.arguments();
        // `tostring(rgName = split(...))`
        if (!arguments.isEmpty() && arguments.getFirst().name() != null) {
            return arguments.getFirst().name();
        }
        String first = arguments.isEmpty() ? null : of(arguments.getFirst().value());
        if (call.name().equals("bin_auto")) {
            return first;
        }
        var function = ScalarFunctions.find(call.name());
        if (function.isPresent()) {
            return scalar(function.get(), first);
        }
        return null;
    }

    private static @Nullable String scalar(ScalarFunction function, @Nullable String first) {
        return switch (function.naming()) {
            case NONE -> null;
            case FIRST_ARGUMENT -> first;
            case PREFIX_AND_FIRST_ARGUMENT ->
                    first == null ? function.prefix() + "_" : function.prefix() + "_" + first;
            case PREFIX -> function.prefix();
        };
    }

    /// The name of an aggregate's only column: `sum_x`, `count_`, `covariance_x_y`.
    static @Nullable String aggregate(Expression.Call call) {
        var arguments = call.arguments();
        String first = arguments.isEmpty() ? null : of(arguments.getFirst().value());
        String prefix = AggregateFunctions.get(call.name()).prefix();
        if (prefix.isEmpty()) {
            return first;
        }
        String name = prefix + "_" + (first == null ? "" : first);
        // Of aggregates of two columns only these name both.
        if (prefix.startsWith("covariance") && arguments.size() > 1) {
            String second = of(arguments.get(1).value());
            return name + "_" + (second == null ? "" : second);
        }
        return name;
    }

    /// The name of an expression of `summarize`: of an aggregate, or of one wrapped in a function that keeps names.
    static @Nullable String summarized(Expression expression) {
        if (expression instanceof Expression.Call call) {
            if (AggregateFunctions.find(call.name()).isPresent()) {
                return aggregate(call);
            }
            var function = ScalarFunctions.find(call.name());
            if (function.isPresent() && !call.arguments().isEmpty()) {
                return scalar(function.get(), summarized(call.arguments().getFirst().value()));
            }
            return null;
        }
        return of(expression);
    }
}
