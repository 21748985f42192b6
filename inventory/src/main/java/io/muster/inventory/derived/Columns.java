package io.muster.inventory.derived;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;

/// Says a schema in the form `name, name:bool, name:dynamic`; a name without type is a string.
final class Columns {
    private Columns() {}

    static Schema of(String... columns) {
        List<Field> fields = new ArrayList<>();
        for (var column : columns) {
            int colon = column.indexOf(':');
            fields.add(
                    colon < 0
                            ? new Field(column, KqlType.STRING)
                            : new Field(
                                    column.substring(0, colon),
                                    KqlType.parse(column.substring(colon + 1)).orElseThrow()));
        }
        return new Schema(fields);
    }
}
