package io.muster.kql.binder;

import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.function.scalar.SeriesFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.syntax.Expression;
import java.util.ArrayList;
import java.util.List;

/// Calls that give several columns: `array_sort_asc` of several arrays, `series_fit_line`, ...
final class MultiValued {
    private MultiValued() {}

    record Output(String name, BoundExpr value) {}

    /// The columns of the call; empty when it gives a single value.
    static List<Output> outputs(
            Expression.Call call, ExpressionBinder expressions, ExpressionBinder.Place place) {
        var out = new ArrayList<Output>();
        if (call.name().equals("array_sort_asc") || call.name().equals("array_sort_desc")) {
            var all = expressions.bind(call, place);
            if (all == ExpressionBinder.FAULTY) {
                return out;
            }
            var arrays = new ArrayList<String>();
            boolean named = false;
            for (var argument : call.arguments()) {
                // A bool says where nulls go; it is no array that gives a column.
                if (expressions.bind(argument.value(), place).type() != KqlType.BOOL) {
                    String name = ResultNames.of(argument.value());
                    arrays.add(
                            name == null ? "array" + arrays.size() + "_sorted" : name + "_sorted");
                    named |= name != null;
                }
            }
            if (arrays.size() < 2) {
                // A single array without a name is a value like any other: `print_0`.
                if (arrays.size() == 1 && named) {
                    out.add(new Output(arrays.getFirst(), all));
                }
                return out;
            }
            for (int i = 0; i < arrays.size(); i++) {
                out.add(new Output(arrays.get(i), expressions.fold(new BoundExpr.Element(all, i))));
            }
            return out;
        }
        var columns = SeriesFunctions.columnsOf(call.name());
        if (columns.isEmpty() || call.arguments().isEmpty()) {
            return out;
        }
        var inner =
                new Expression.Call(
                        SeriesFunctions.bagFunction(call.name()),
                        call.arguments(),
                        call.span(),
                        call.nameSpan());
        if (ScalarFunctions.find(inner.name()).isEmpty()) {
            return out;
        }
        var bag = expressions.bind(inner, place);
        if (bag == ExpressionBinder.FAULTY) {
            return out;
        }
        String first = ResultNames.of(call.arguments().getFirst().value());
        String prefix = call.name() + "_" + (first == null ? "" : first) + "_";
        for (var column : columns) {
            BoundExpr value = member(bag, column.name());
            out.add(
                    new Output(
                            prefix + column.name(),
                            column.type() == KqlType.DYNAMIC
                                    ? value
                                    : expressions.convert(value, column.type())));
        }
        return out;
    }

    /// The columns of each side of a split series are members of that side.
    private static BoundExpr member(BoundExpr bag, String column) {
        for (String side : new String[] {"left", "right"}) {
            if (column.startsWith(side + "_")) {
                return new BoundExpr.Member(
                        new BoundExpr.Member(bag, side), column.substring(side.length() + 1));
            }
        }
        return new BoundExpr.Member(bag, column);
    }
}
