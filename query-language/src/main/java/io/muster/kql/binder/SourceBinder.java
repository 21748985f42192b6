package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.vector.Columns;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// Operators that make rows themselves: `print`, `range`, `datatable`.
final class SourceBinder {
    private final Binder binder;

    SourceBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan print(TabularOperator.Print print, ExpressionBinder.Place place) {
        var projection = new Projection();
        for (int i = 0; i < print.items().size(); i++) {
            binder.operators()
                    .columns()
                    .item(projection, print.items().get(i), place, "print_" + i, true);
        }
        return projection.over(oneRow());
    }

    static LogicalPlan oneRow() {
        return new LogicalPlan.Rows(new Schema(List.of()), List.of(List.of()));
    }

    LogicalPlan range(TabularOperator.Range range, ExpressionBinder.Place place) {
        var from = expressions().bind(range.from(), place);
        var to = expressions().bind(range.to(), place);
        var step = expressions().bind(range.step(), place);
        if (step instanceof BoundExpr.Literal(var by, var t)
                && !by.isNull()
                && Columns.doubleOf(by) == 0) {
            binder.warn("range-without-step", range.step().span(), "A step of zero gives no rows.");
        }
        KqlType type = from.type();
        if (type == KqlType.INT && to.type() == KqlType.INT && step.type() == KqlType.INT) {
            type = KqlType.INT;
        } else if (type.isNumeric() && to.type().isNumeric()) {
            type =
                    step.type().isNumeric()
                            ? ScalarOperatorBinder.widest(
                                    ScalarOperatorBinder.widest(type, to.type()), step.type())
                            : ScalarOperatorBinder.widest(type, to.type());
        } else if (type == KqlType.DYNAMIC) {
            type = to.type() == KqlType.DYNAMIC ? KqlType.LONG : to.type();
        }
        if (type == KqlType.DECIMAL) {
            type = KqlType.REAL;
        }
        KqlType stepType =
                type == KqlType.DATETIME || type == KqlType.TIMESPAN ? KqlType.TIMESPAN : type;
        return new LogicalPlan.Range(
                Schema.of(new Field(range.column(), type)),
                expressions().convert(from, type),
                expressions().convert(to, type),
                expressions().convert(step, stepType));
    }

    LogicalPlan datatable(TabularOperator.Datatable datatable, ExpressionBinder.Place place) {
        var fields = new ArrayList<Field>();
        var seen = new HashSet<String>();
        for (var column : datatable.columns()) {
            if (!seen.add(column.name())) {
                binder.fault(
                        "KS171",
                        column.span(),
                        "A column with the name '" + column.name() + "' is already declared.");
                throw new BindFailure();
            }
            fields.add(new Field(column.name(), column.type()));
        }
        int width = fields.size();
        if (width == 0 || datatable.cells().size() % width != 0) {
            binder.fault(
                    "KS173",
                    datatable.span(),
                    "Incorrect number of data values. The values should appear in multiples of "
                            + width
                            + ".");
            throw new BindFailure();
        }
        var rows = new ArrayList<List<BoundExpr>>();
        for (int i = 0; i < datatable.cells().size(); i += width) {
            var row = new ArrayList<BoundExpr>();
            for (int c = 0; c < width; c++) {
                var bound = expressions().bind(datatable.cells().get(i + c), place);
                row.add(expressions().convert(bound, fields.get(c).type()));
            }
            rows.add(row);
        }
        return new LogicalPlan.Rows(new Schema(fields), rows);
    }
}
