package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.value.Dynamic;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `evaluate pivot`: a column for each value of a column.
final class PivotPlugin {
    /// About the bytes of a cell: a constant and its place in a row.
    private static final long CELL = 40;

    private final Binder binder;
    private final PluginReader reader;

    PivotPlugin(Binder binder, PluginReader reader) {
        this.binder = binder;
        this.reader = reader;
    }

    /// A column for each value of the pivot column, an aggregate in each cell.
    LogicalPlan pivot(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var call = evaluate.plugin();
        var table = reader.run(input);
        var source = reader.values(table);
        var schema = input.schema();
        int pivot = reader.column(call.arguments().getFirst().value(), schema);
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
                reader.run(
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
        var held = new MemoryMeter.Tally();
        for (var segment : grouped.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                held.add(CELL * (width + 4L));
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
        held.settle();
        // Every cell of the table, also of those that no row has.
        binder.meter().charge(CELL * lines.size() * (width + names.size()));
        var pace = new MemoryMeter.Pace();
        var fields = new ArrayList<Field>();
        for (int c = 0; c < width; c++) {
            fields.add(grouped.schema().field(c));
        }
        var cellType = grouped.schema().type(width + 1);
        var unique = new Projection();
        fields.forEach(f -> unique.add(f.name(), new BoundExpr.Literal(Dynamic.NULL, f.type())));
        for (var name : names.keySet()) {
            pace.did(256);
            unique.add(name, new BoundExpr.Literal(Dynamic.NULL, cellType));
        }
        boolean zero =
                aggregate instanceof Expression.Call c
                        && (c.name().startsWith("count")
                                || c.name().startsWith("sum")
                                || c.name().startsWith("dcount"));
        Dynamic empty =
                zero && cellType.isNumeric()
                        ? Conversions.convert(Dynamic.of(0L), cellType)
                        : Dynamic.NULL;
        var nothing = new BoundExpr.Literal(empty, cellType);
        var rows = new ArrayList<List<BoundExpr>>();
        for (var line : lines.entrySet()) {
            var row = new ArrayList<BoundExpr>();
            for (int c = 0; c < width; c++) {
                row.add(new BoundExpr.Literal(line.getKey().get(c), fields.get(c).type()));
            }
            for (var name : names.keySet()) {
                var cell = line.getValue().get(name);
                pace.did(64);
                row.add(cell == null ? nothing : new BoundExpr.Literal(cell, cellType));
            }
            rows.add(row);
        }
        return new LogicalPlan.Rows(unique.schema(), rows);
    }
}
