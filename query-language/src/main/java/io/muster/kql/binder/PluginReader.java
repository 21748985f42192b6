package io.muster.kql.binder;

import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.Dynamic;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.Expression;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import io.muster.kql.vector.RowRefs;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What plugins ask of their call and their input.
final class PluginReader {
    /// About the bytes of a value that is read, and of its place in a list.
    private static final long CELL = 32;

    private final Binder binder;

    private SourceSpan evaluated = SourceSpan.at(0);

    PluginReader(Binder binder) {
        this.binder = binder;
    }

    /// Where the plugin stands whose turn it is.
    void evaluating(SourceSpan span) {
        evaluated = span;
    }

    /// To be called now and then by long loops; throws when the query must stop.
    void check() {
        binder.check();
    }

    /// A table that the plan keeps. What made its rows was counted by the run that did; texts and values are mostly those of the tables it read.
    LogicalPlan values(Table table) {
        for (var segment : table.segments()) {
            for (int c = 0; c < table.schema().size(); c++) {
                binder.meter().charge(Columns.rowBytes(segment.column(c)));
            }
        }
        return new LogicalPlan.Values(table);
    }

    /// The rows of a plan.
    Table run(LogicalPlan input) {
        if (binder.hasFaults()) {
            throw new BindFailure();
        }
        return binder.interpret(input, evaluated);
    }

    int column(Expression expression, Schema schema) {
        if (expression instanceof Expression.Name(var name, var span)) {
            int index = schema.indexOf(name);
            if (index >= 0) {
                return index;
            }
        }
        binder.fault("KS109", expression.span(), "Column name expected.");
        throw new BindFailure();
    }

    @Nullable Dynamic constant(
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

    /// A constant that must be there.
    Dynamic required(Expression.Call call, int index, String name, Environment environment) {
        var value = constant(call, index, name, environment);
        if (value == null) {
            binder.fault(
                    "KS119",
                    call.span(),
                    "The function '" + call.name() + "' needs the constant '" + name + "'.");
            throw new BindFailure();
        }
        return value;
    }

    /// A fault of the call; never returns.
    int refuse(Expression.Call call, String message) {
        binder.fault("KS119", call.span(), message);
        throw new BindFailure();
    }

    /// Rows of a table, which `refs` name ([RowRefs]; -1: a row of nulls), as another table that the plan keeps.
    Table pick(Table table, long[] refs) {
        var columns = new ArrayList<Column>();
        binder.meter()
                .running(() -> {
                    for (int c = 0; c < table.schema().size(); c++) {
                        // A number a row, at most; before it is made.
                        MemoryMeter.current().charge(8L * refs.length);
                        columns.add(column(table, c, refs));
                    }
                });
        return new Table(
                table.name(),
                table.schema(),
                refs.length == 0 ? List.of() : List.of(new Segment(refs.length, columns)));
    }

    private static Column column(Table table, int c, long[] refs) {
        var type = table.schema().type(c);
        var sources = new ArrayList<Column>();
        for (var segment : table.segments()) {
            sources.add(segment.column(c));
        }
        return sources.isEmpty()
                ? Columns.nulls(type, refs.length)
                : RowRefs.gather(sources, type, refs);
    }

    /// The values of a column, row by row; charged to the current meter.
    static List<Dynamic> cells(Table table, int column) {
        var out = new ArrayList<Dynamic>();
        var made = new MemoryMeter.Tally();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                made.add(CELL);
                out.add(segment.column(column).dynamic(row));
            }
        }
        made.settle();
        return out;
    }

    /// References to all rows of a table, in order; charged to the current meter.
    static long[] refs(Table table) {
        MemoryMeter.current().charge(8L * table.rowCount());
        long[] out = new long[Math.toIntExact(table.rowCount())];
        int at = 0;
        int source = 0;
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                out[at++] = RowRefs.of(source, row);
            }
            source++;
        }
        return out;
    }

    /// A table of values, which the plan keeps.
    LogicalPlan table(List<Field> fields, List<List<Dynamic>> rows) {
        var columns = new ArrayList<Column>();
        binder.meter()
                .running(() -> {
                    var pace = new MemoryMeter.Pace();
                    for (int c = 0; c < fields.size(); c++) {
                        MemoryMeter.current().charge(8L * rows.size());
                        var builder = new ColumnBuilder(fields.get(c).type(), rows.size());
                        for (var row : rows) {
                            pace.did(16);
                            builder.add(row.get(c));
                        }
                        columns.add(builder.build());
                    }
                });
        return new LogicalPlan.Values(
                new Table(
                        "values",
                        new Schema(fields),
                        rows.isEmpty() ? List.of() : List.of(new Segment(rows.size(), columns))));
    }
}
