package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.List;

/// `getschema`: the columns of a table as rows.
final class GetSchemaBinder {
    static LogicalPlan getSchema(LogicalPlan input) {
        var rows = new ArrayList<List<BoundExpr>>();
        for (int i = 0; i < input.schema().size(); i++) {
            var field = input.schema().field(i);
            rows.add(
                    List.of(
                            new BoundExpr.Literal(Dynamic.of(field.name()), KqlType.STRING),
                            new BoundExpr.Literal(Dynamic.of((long) i), KqlType.INT),
                            new BoundExpr.Literal(
                                    Dynamic.of(systemType(field.type())), KqlType.STRING),
                            new BoundExpr.Literal(
                                    Dynamic.of(field.type().wireName()), KqlType.STRING)));
        }
        return new LogicalPlan.Rows(
                Schema.of(
                        new Field("ColumnName", KqlType.STRING),
                        new Field("ColumnOrdinal", KqlType.INT),
                        new Field("DataType", KqlType.STRING),
                        new Field("ColumnType", KqlType.STRING)),
                rows);
    }

    /// The .NET name of a type, as `getschema` writes it.
    static String systemType(KqlType type) {
        return switch (type) {
            case BOOL -> "System.SByte";
            case INT -> "System.Int32";
            case LONG -> "System.Int64";
            case REAL -> "System.Double";
            case DECIMAL -> "System.Data.SqlTypes.SqlDecimal";
            case DATETIME -> "System.DateTime";
            case TIMESPAN -> "System.TimeSpan";
            case GUID -> "System.Guid";
            case STRING -> "System.String";
            case DYNAMIC -> "System.Object";
        };
    }
}
