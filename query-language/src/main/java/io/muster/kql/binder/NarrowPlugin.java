package io.muster.kql.binder;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.ScalarFunctions;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;

/// `evaluate narrow`: every cell as a row. Its columns are known before it runs, so it may stand anywhere.
final class NarrowPlugin {
    private final Binder binder;

    NarrowPlugin(Binder binder) {
        this.binder = binder;
    }

    /// Every cell as a row: row number, column name, value as text.
    LogicalPlan narrow(LogicalPlan input) {
        var names = new ArrayList<Dynamic>();
        var texts = new ArrayList<BoundExpr>();
        var schema = input.schema();
        for (int i = 0; i < schema.size(); i++) {
            names.add(Dynamic.of(schema.field(i).name()));
            texts.add(binder.expressions().text(Projection.column(schema, i)));
        }
        var rows = new Projection();
        rows.add("Row", call("row_number", List.of(ZERO), KqlType.LONG));
        rows.add("Column", new BoundExpr.Literal(new Dynamic.Array(names), KqlType.DYNAMIC));
        rows.add("Value", call("pack_array", texts, KqlType.DYNAMIC));
        var cells = new Projection();
        cells.add("Row", Projection.column(rows.schema(), 0));
        cells.add("Column", Projection.nothing(KqlType.STRING));
        cells.add("Value", Projection.nothing(KqlType.STRING));
        return new LogicalPlan.MvExpand(
                rows.over(input),
                List.of(expanded(rows, 1), expanded(rows, 2)),
                false,
                false,
                false,
                null,
                cells.schema());
    }

    private static final BoundExpr ZERO = new BoundExpr.Literal(Dynamic.of(0L), KqlType.LONG);

    private BoundExpr call(String function, List<BoundExpr> arguments, KqlType type) {
        return binder.expressions().call(ScalarFunctions.get(function), arguments, type);
    }

    private static LogicalPlan.Expanded expanded(Projection rows, int column) {
        return new LogicalPlan.Expanded(
                Projection.column(rows.schema(), column), KqlType.STRING, column);
    }
}
