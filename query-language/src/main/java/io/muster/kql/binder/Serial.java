package io.muster.kql.binder;

import io.muster.core.column.Schema;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Functions of the rows around (`row_number`, `prev`) see all rows that come to the step they stand in. A step that works a batch at a time,
/// or looks at its conditions one after another, reads what they give from a column that a serial projection below it made.
final class Serial {
    private final LogicalPlan input;
    private final Projection columns;
    private boolean any;

    Serial(LogicalPlan input) {
        this.input = input;
        this.columns = new Projection(input.schema());
    }

    /// The expression over [#input()].
    BoundExpr lift(BoundExpr expr) {
        if (!expr.isSerial()) {
            return expr;
        }
        any = true;
        int index = columns.size();
        columns.add("$" + index, expr);
        return Projection.column(columns.schema(), index);
    }

    /// What the step reads: the columns it had, those lifted behind them.
    LogicalPlan input() {
        return any ? columns.over(input) : input;
    }

    /// The step without the columns lifted, where it passes on what it reads.
    LogicalPlan output(LogicalPlan step) {
        return any ? project(step, input.schema().size(), false) : step;
    }

    static LogicalPlan where(LogicalPlan input, BoundExpr predicate) {
        if (!predicate.isSerial()) {
            return JoinFilters.where(input, predicate);
        }
        var serial = new Serial(input);
        var lifted = serial.lift(predicate);
        return serial.output(new LogicalPlan.Where(serial.input(), lifted));
    }

    static LogicalPlan sort(
            LogicalPlan input, List<LogicalPlan.SortKey> keys, @Nullable BoundExpr count) {
        var serial = new Serial(input);
        var lifted = new ArrayList<LogicalPlan.SortKey>();
        for (var key : keys) {
            lifted.add(
                    new LogicalPlan.SortKey(
                            serial.lift(key.value()), key.ascending(), key.nullsFirst()));
        }
        return serial.output(new LogicalPlan.Sort(serial.input(), lifted, count));
    }

    /// The input in one piece, where one of the expressions must see all of it at once.
    static LogicalPlan whole(LogicalPlan input, List<BoundExpr> expressions) {
        return expressions.stream().anyMatch(BoundExpr::isSerial)
                ? project(input, input.schema().size(), true)
                : input;
    }

    private static LogicalPlan project(LogicalPlan input, int width, boolean serial) {
        var schema = input.schema();
        var items = new ArrayList<BoundExpr>();
        for (int i = 0; i < width; i++) {
            items.add(Projection.column(schema, i));
        }
        return new LogicalPlan.Project(
                input, new Schema(schema.fields().subList(0, width)), items, serial);
    }
}
