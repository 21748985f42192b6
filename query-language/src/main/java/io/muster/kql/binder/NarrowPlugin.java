package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.List;

/// `evaluate narrow`: every cell as a row.
final class NarrowPlugin {
    private final PluginReader reader;

    NarrowPlugin(PluginReader reader) {
        this.reader = reader;
    }

    /// Every cell as a row: row number, column name, value as text.
    LogicalPlan narrow(LogicalPlan input) {
        var table = reader.run(input);
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
}
