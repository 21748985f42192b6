package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `evaluate`: plugins whose columns depend on the rows. Their input is run first, then the plan goes on over its rows.
final class PluginBinder {
    private final Binder binder;

    PluginBinder(Binder binder) {
        this.binder = binder;
    }

    LogicalPlan evaluate(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        return switch (evaluate.plugin().name()) {
            case "bag_unpack" -> bagUnpack(evaluate, input, environment);
            case "pivot" -> pivot(evaluate, input, environment);
            case "narrow" -> narrow(input);
            case "ipv4_lookup" -> ipv4Lookup(evaluate, input, environment);
            default -> {
                binder.fault(
                        "KS124",
                        evaluate.plugin().nameSpan(),
                        "The plug-in function '" + evaluate.plugin().name() + "' is not defined.",
                        NearNames.nearest(
                                evaluate.plugin().name(),
                                List.of("bag_unpack", "pivot", "narrow", "ipv4_lookup")));
                throw new BindFailure();
            }
        };
    }

    private LogicalPlan values(Table table) {
        return new LogicalPlan.Values(table);
    }

    private Table run(LogicalPlan input) {
        if (binder.hasFaults()) {
            throw new BindFailure();
        }
        return binder.interpret(input);
    }

    private int column(Expression expression, Schema schema) {
        if (expression instanceof Expression.Name(var name, var span)) {
            int index = schema.indexOf(name);
            if (index >= 0) {
                return index;
            }
        }
        binder.fault("KS109", expression.span(), "Column name expected.");
        throw new BindFailure();
    }

    private @Nullable Dynamic constant(
            Expression.Call call, int index, String name, Environment environment) {
        Expression found = null;
        for (int i = 0; i < call.arguments().size(); i++) {
            var argument = call.arguments().get(i);
            if (name.equals(argument.name()) || argument.name() == null && i == index) {
                found = argument.value();
            }
        }
        if (found == null) {
            return null;
        }
        var bound =
                binder.expressions()
                        .fold(
                                binder.expressions()
                                        .bind(found, ExpressionBinder.Place.of(null, environment)));
        return bound instanceof BoundExpr.Literal(var value, var type) ? value : null;
    }

    /// A column for each member name; a name whose values are of one kind gets that type, else dynamic.
    private LogicalPlan bagUnpack(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var call = evaluate.plugin();
        if (call.arguments().isEmpty()) {
            binder.fault("KS119", call.span(), "The function 'bag_unpack' expects 1 argument.");
            throw new BindFailure();
        }
        var table = run(input);
        int bag = column(call.arguments().getFirst().value(), input.schema());
        var given = constant(call, 1, "OutputColumnPrefix", environment);
        String prefix = given == null ? "" : given.textOr("");
        var conflict = constant(call, 2, "columnsConflict", environment);
        var ignored = constant(call, 3, "ignoredProperties", environment);
        var skip = new ArrayList<String>();
        if (ignored != null) {
            ignored.items().forEach(i -> skip.add(ScalarText.of(i)));
        }
        Map<String, Optional<KqlType>> kinds = new TreeMap<>();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                for (var member : segment.column(bag).dynamic(row).members().entrySet()) {
                    if (skip.contains(member.getKey())) {
                        continue;
                    }
                    var type = typeOf(member.getValue());
                    kinds.merge(
                            member.getKey(),
                            type,
                            (a, b) ->
                                    a.isEmpty()
                                            ? b
                                            : b.isEmpty() || a.equals(b)
                                                    ? a
                                                    : Optional.of(merged(a.get(), b.get())));
                }
            }
        }
        if (!evaluate.schema().isEmpty()) {
            return declared(evaluate, values(table), bag);
        }
        var source = values(table);
        var schema = input.schema();
        var projection = new Projection();
        String policy = conflict == null ? "error" : conflict.textOr("error");
        for (int i = 0; i < schema.size(); i++) {
            boolean replaced =
                    policy.equals("replace_source")
                            && schema.field(i).name().startsWith(prefix)
                            && kinds.containsKey(schema.field(i).name().substring(prefix.length()));
            if (i != bag && !replaced) {
                projection.add(schema.field(i).name(), Projection.column(schema, i));
            }
        }
        for (var kind : kinds.entrySet()) {
            String name = prefix + kind.getKey();
            if (projection.has(name) && policy.equals("keep_source")) {
                continue;
            }
            BoundExpr value = new BoundExpr.Member(Projection.column(schema, bag), kind.getKey());
            var type = kind.getValue().orElse(KqlType.STRING);
            projection.add(name, fitted(value, type));
        }
        return projection.over(source);
    }

    private BoundExpr fitted(BoundExpr value, KqlType type) {
        return type == KqlType.DYNAMIC ? value : binder.expressions().convert(value, type);
    }

    private LogicalPlan declared(TabularOperator.Evaluate evaluate, LogicalPlan source, int bag) {
        var schema = source.schema();
        var projection = new Projection();
        if (evaluate.keepOthers()) {
            for (int i = 0; i < schema.size(); i++) {
                if (i != bag) {
                    projection.add(schema.field(i).name(), Projection.column(schema, i));
                }
            }
        }
        for (var column : evaluate.schema()) {
            int index = schema.indexOf(column.name());
            projection.add(
                    column.name(),
                    index >= 0 && index != bag
                            ? Projection.column(schema, index)
                            : fitted(
                                    new BoundExpr.Member(
                                            Projection.column(schema, bag), column.name()),
                                    column.type()));
        }
        return projection.over(source);
    }

    private static KqlType merged(KqlType a, KqlType b) {
        return a.isNumeric() && b.isNumeric() ? KqlType.REAL : KqlType.DYNAMIC;
    }

    private static Optional<KqlType> typeOf(Dynamic value) {
        return Optional.ofNullable(
                switch (value) {
                    case Dynamic.Null n -> null;
                    case Dynamic.Bool b -> KqlType.BOOL;
                    case Dynamic.Whole w -> KqlType.LONG;
                    case Dynamic.Real r -> KqlType.REAL;
                    case Dynamic.Decimal d -> KqlType.DECIMAL;
                    case Dynamic.Text(var t) ->
                            // A text that is an ISO time becomes one.
                            Ticks.parseIso(t).isPresent() && t.length() >= 10
                                    ? KqlType.DATETIME
                                    : KqlType.STRING;
                    case Dynamic.DateTime d -> KqlType.DATETIME;
                    case Dynamic.Span s -> KqlType.TIMESPAN;
                    case Dynamic.Guid g -> KqlType.GUID;
                    case Dynamic.Array a -> KqlType.DYNAMIC;
                    case Dynamic.Bag b -> KqlType.DYNAMIC;
                });
    }

    /// A column for each value of the pivot column, an aggregate in each cell.
    private LogicalPlan pivot(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var call = evaluate.plugin();
        var table = run(input);
        var source = values(table);
        var schema = input.schema();
        int pivot = column(call.arguments().getFirst().value(), schema);
        Expression aggregate =
                call.arguments().size() > 1
                        ? call.arguments().get(1).value()
                        : new Expression.Call("count", List.of(), call.span(), call.nameSpan());
        var rowColumns = new ArrayList<Named>();
        if (call.arguments().size() > 2) {
            for (var argument : call.arguments().subList(2, call.arguments().size())) {
                rowColumns.add(new Named(List.of(), argument.value(), argument.value().span()));
            }
        } else {
            var used = new ArrayList<String>();
            if (aggregate instanceof Expression.Call inner) {
                for (var argument : inner.arguments()) {
                    if (argument.value() instanceof Expression.Name(var name, var span)) {
                        used.add(name);
                    }
                }
            }
            for (int i = 0; i < schema.size(); i++) {
                if (i != pivot && !used.contains(schema.field(i).name())) {
                    rowColumns.add(
                            new Named(
                                    List.of(),
                                    new Expression.Name(schema.field(i).name(), call.span()),
                                    call.span()));
                }
            }
        }
        var keys = new ArrayList<>(rowColumns);
        keys.add(new Named(List.of("$pivot"), call.arguments().getFirst().value(), call.span()));
        var grouped =
                run(
                        binder.operators()
                                .summaries()
                                .summarize(
                                        List.of(
                                                new Named(
                                                        List.of("$cell"), aggregate, call.span())),
                                        keys,
                                        true,
                                        source,
                                        environment,
                                        call.span()));
        var names = new TreeMap<String, Integer>();
        Map<List<Dynamic>, Map<String, Dynamic>> lines = new LinkedHashMap<>();
        int width = rowColumns.size();
        for (var segment : grouped.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                var key = new ArrayList<Dynamic>();
                for (int c = 0; c < width; c++) {
                    key.add(segment.column(c).dynamic(row));
                }
                String name = ScalarText.of(segment.column(width).dynamic(row));
                names.put(name, 0);
                lines.computeIfAbsent(key, k -> new LinkedHashMap<>())
                        .put(name, segment.column(width + 1).dynamic(row));
            }
        }
        var fields = new ArrayList<Field>();
        for (int c = 0; c < width; c++) {
            fields.add(grouped.schema().field(c));
        }
        var cellType = grouped.schema().type(width + 1);
        var unique = new Projection();
        fields.forEach(f -> unique.add(f.name(), new BoundExpr.Literal(Dynamic.NULL, f.type())));
        for (var name : names.keySet()) {
            unique.add(name, new BoundExpr.Literal(Dynamic.NULL, cellType));
        }
        boolean zero =
                aggregate instanceof Expression.Call c
                        && (c.name().startsWith("count")
                                || c.name().startsWith("sum")
                                || c.name().startsWith("dcount"));
        var rows = new ArrayList<List<BoundExpr>>();
        for (var line : lines.entrySet()) {
            var row = new ArrayList<BoundExpr>();
            for (int c = 0; c < width; c++) {
                row.add(new BoundExpr.Literal(line.getKey().get(c), fields.get(c).type()));
            }
            for (var name : names.keySet()) {
                var cell = line.getValue().get(name);
                Dynamic empty =
                        zero && cellType.isNumeric()
                                ? Conversions.convert(Dynamic.of(0L), cellType)
                                : Dynamic.NULL;
                row.add(new BoundExpr.Literal(cell == null ? empty : cell, cellType));
            }
            rows.add(row);
        }
        return new LogicalPlan.Rows(unique.schema(), rows);
    }

    /// Every cell as a row: row number, column name, value as text.
    private LogicalPlan narrow(LogicalPlan input) {
        var table = run(input);
        var rows = new ArrayList<List<BoundExpr>>();
        long number = 0;
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++, number++) {
                for (int c = 0; c < table.schema().size(); c++) {
                    rows.add(
                            List.of(
                                    new BoundExpr.Literal(Dynamic.of(number), KqlType.LONG),
                                    new BoundExpr.Literal(
                                            Dynamic.of(table.schema().field(c).name()),
                                            KqlType.STRING),
                                    new BoundExpr.Literal(
                                            Dynamic.of(
                                                    ScalarText.of(segment.column(c).dynamic(row))),
                                            KqlType.STRING)));
                }
            }
        }
        return new LogicalPlan.Rows(
                Schema.of(
                        new Field("Row", KqlType.LONG),
                        new Field("Column", KqlType.STRING),
                        new Field("Value", KqlType.STRING)),
                rows);
    }

    /// Rows of the left table with the rows of a table of networks that hold their address.
    private LogicalPlan ipv4Lookup(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var arguments = evaluate.plugin().arguments();
        if (arguments.size() < 3) {
            binder.fault(
                    "KS119",
                    evaluate.plugin().span(),
                    "The function 'ipv4_lookup' expects 3 arguments.");
            throw new BindFailure();
        }
        var right = binder.table(arguments.getFirst().value(), environment);
        int address = column(arguments.get(1).value(), input.schema());
        int network = column(arguments.get(2).value(), right.schema());
        // Every pair, then those whose address lies in the network.
        var one = new BoundExpr.Literal(Dynamic.of(1L), KqlType.LONG);
        boolean keep =
                Dynamic.TRUE.equals(
                        constant(evaluate.plugin(), -1, "return_unmatched", environment));
        var fields = new ArrayList<>(input.schema().fields());
        var unique = new Projection(input.schema());
        for (var field : right.schema().fields()) {
            unique.add(field.name(), new BoundExpr.Literal(Dynamic.NULL, field.type()));
        }
        fields.clear();
        fields.addAll(unique.schema().fields());
        LogicalPlan pairs =
                new LogicalPlan.Join(
                        keep ? LogicalPlan.JoinKind.LEFTOUTER : LogicalPlan.JoinKind.INNER,
                        input,
                        right,
                        List.of(one),
                        List.of(one),
                        new Schema(fields));
        var inside =
                binder.expressions()
                        .call(
                                ScalarFunctions.get("ipv4_is_in_range"),
                                List.of(
                                        Projection.column(pairs.schema(), address),
                                        Projection.column(
                                                pairs.schema(), input.schema().size() + network)),
                                KqlType.BOOL);
        return new LogicalPlan.Where(pairs, inside);
    }
}
