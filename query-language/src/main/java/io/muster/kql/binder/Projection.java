package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Collects output columns under unique names. Confined to one thread.
final class Projection {
    private final List<Field> fields = new ArrayList<>();
    private final List<BoundExpr> items = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /// The column of a schema at an index.
    static BoundExpr column(Schema schema, int index) {
        return new BoundExpr.ColumnRef(index, schema.field(index).name(), schema.type(index));
    }

    /// What a row has in a column that its table lacks.
    static BoundExpr nothing(KqlType type) {
        return new BoundExpr.Literal(type == KqlType.STRING ? Dynamic.of("") : Dynamic.NULL, type);
    }

    /// Nothing yet.
    Projection() {}

    /// All columns of a schema first.
    Projection(Schema schema) {
        for (int i = 0; i < schema.size(); i++) {
            add(
                    schema.field(i).name(),
                    new BoundExpr.ColumnRef(i, schema.field(i).name(), schema.type(i)));
        }
    }

    /// Adds a column; a taken name gets the first free number.
    void add(String name, BoundExpr item) {
        String unique = unique(name);
        names.add(unique);
        fields.add(new Field(unique, item.type()));
        items.add(item);
    }

    /// Adds a column under its own name, an inferred one, or `Column1`, `Column2`, ...
    void add(@Nullable String explicit, @Nullable String inferred, BoundExpr item) {
        if (explicit != null) {
            add(explicit, item);
        } else if (inferred != null) {
            add(inferred, item);
        } else {
            add(columnName(), item);
        }
    }

    private String columnName() {
        int n = 1;
        while (names.contains("Column" + n)) {
            n++;
        }
        return "Column" + n;
    }

    /// Sets the column of that name in place, or adds it last.
    void set(String name, BoundExpr item) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.get(i).name().equals(name)) {
                fields.set(i, new Field(name, item.type()));
                items.set(i, item);
                return;
            }
        }
        add(name, item);
    }

    private String unique(String name) {
        if (!names.contains(name)) {
            return name;
        }
        int n = 1;
        while (names.contains(name + n)) {
            n++;
        }
        return name + n;
    }

    boolean has(String name) {
        return names.contains(name);
    }

    int size() {
        return fields.size();
    }

    Schema schema() {
        return new Schema(fields);
    }

    List<BoundExpr> items() {
        return items;
    }

    LogicalPlan over(LogicalPlan input) {
        return new LogicalPlan.Project(
                input, schema(), items, items.stream().anyMatch(BoundExpr::isSerial));
    }
}
