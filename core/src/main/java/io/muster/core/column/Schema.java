package io.muster.core.column;

import io.muster.core.value.KqlType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The columns of a table in order; names are unique, case-sensitive. Immutable.
public final class Schema {
    private final List<Field> fields;
    private final Map<String, Integer> byName;

    public Schema(List<Field> fields) {
        this.fields = List.copyOf(fields);
        this.byName = HashMap.newHashMap(fields.size());
        for (int i = 0; i < fields.size(); i++) {
            if (byName.put(fields.get(i).name(), i) != null) {
                throw new IllegalArgumentException("two columns named " + fields.get(i).name());
            }
        }
    }

    public static Schema of(Field... fields) {
        return new Schema(List.of(fields));
    }

    public List<Field> fields() {
        return fields;
    }

    public int size() {
        return fields.size();
    }

    public Field field(int index) {
        return fields.get(index);
    }

    /// The index of that exact name, -1 when absent.
    public int indexOf(String name) {
        return byName.getOrDefault(name, -1);
    }

    public KqlType type(int index) {
        return fields.get(index).type();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Schema schema && fields.equals(schema.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    /// `name:type, name:type`.
    @Override
    public String toString() {
        return fields.stream()
                .map(f -> f.name() + ":" + f.type().wireName())
                .collect(Collectors.joining(", "));
    }
}
