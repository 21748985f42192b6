package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Collects output columns under unique names. Confined to one thread.
final class Projection {
    private final List<Field> fields = new ArrayList<>();
    private final List<BoundExpr> items = new ArrayList<>();
    private final Map<String, Integer> places = new HashMap<>();

    /// By name the first number that may be free: names are not given back.
    private final Map<String, Integer> numbers = new HashMap<>();

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
        String unique = places.containsKey(name) ? numbered(name) : name;
        places.put(unique, fields.size());
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
        return numbered("Column");
    }

    /// The name with the first free number behind it.
    private String numbered(String name) {
        int n = numbers.getOrDefault(name, 1);
        while (places.containsKey(name + n)) {
            n++;
        }
        numbers.put(name, n);
        return name + n;
    }

    /// Sets the column of that name in place, or adds it last.
    void set(String name, BoundExpr item) {
        Integer place = places.get(name);
        if (place == null) {
            add(name, item);
        } else {
            fields.set(place, new Field(name, item.type()));
            items.set(place, item);
        }
    }

    boolean has(String name) {
        return places.containsKey(name);
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
