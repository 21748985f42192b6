package io.muster.inventory.derived;

import io.muster.core.column.Bits;
import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers rows value by value, in the schema's order, and makes columns of them. Confined to one thread.
final class Rows {
    private final Schema schema;
    private final List<List<Dynamic>> columns = new ArrayList<>();
    private int size;
    private int at;

    Rows(Schema schema) {
        this.schema = schema;
        schema.fields().forEach(_ -> columns.add(new ArrayList<>()));
    }

    Rows text(@Nullable String value) {
        return put(KqlType.STRING, Dynamic.of(value == null ? "" : value));
    }

    Rows bool(boolean value) {
        return put(KqlType.BOOL, Dynamic.of(value));
    }

    Rows whole(@Nullable Long value) {
        return put(KqlType.LONG, value == null ? Dynamic.NULL : Dynamic.of((long) value));
    }

    Rows time(@Nullable Instant value) {
        return put(
                KqlType.DATETIME,
                value == null ? Dynamic.NULL : new Dynamic.DateTime(Ticks.of(value)));
    }

    Rows time(Dynamic isoText) {
        var ticks = isoText.asText().map(Ticks::parseIso);
        return put(
                KqlType.DATETIME,
                ticks.isPresent() && ticks.get().isPresent()
                        ? new Dynamic.DateTime(ticks.get().getAsLong())
                        : Dynamic.NULL);
    }

    Rows dynamic(Dynamic value) {
        return put(KqlType.DYNAMIC, value);
    }

    private Rows put(KqlType type, Dynamic value) {
        if (schema.type(at) != type) {
            throw new IllegalStateException(
                    "column " + schema.field(at).name() + " is no " + type.wireName());
        }
        columns.get(at++).add(value);
        return this;
    }

    void end() {
        if (at != schema.size()) {
            throw new IllegalStateException("column " + schema.field(at).name() + " is missing");
        }
        at = 0;
        size++;
    }

    int size() {
        return size;
    }

    Segment toSegment() {
        var built = new ArrayList<Column>();
        for (int i = 0; i < schema.size(); i++) {
            built.add(column(schema.type(i), columns.get(i)));
        }
        return new Segment(size, built);
    }

    private Column column(KqlType type, List<Dynamic> values) {
        return switch (type) {
            case STRING -> {
                var texts = new TextRows();
                values.forEach(value -> texts.add(value.textOr("")));
                yield texts.build();
            }
            case BOOL -> {
                var set = new Bits.Builder(size);
                for (int row = 0; row < size; row++) {
                    if (values.get(row).boolOr(false)) {
                        set.set(row);
                    }
                }
                yield new BoolColumn(set.build(size), Bits.all(size));
            }
            case LONG, DATETIME -> {
                var longs = new long[size];
                var present = new Bits.Builder(size);
                for (int row = 0; row < size; row++) {
                    switch (values.get(row)) {
                        case Dynamic.Whole(var value) -> {
                            longs[row] = value;
                            present.set(row);
                        }
                        case Dynamic.DateTime(var ticks) -> {
                            longs[row] = ticks;
                            present.set(row);
                        }
                        default -> longs[row] = 0;
                    }
                }
                yield new LongColumn(type, longs, present.build(size));
            }
            case DYNAMIC -> new DynamicColumn(values.toArray(Dynamic[]::new));
            case INT, REAL, DECIMAL, TIMESPAN, GUID ->
                    throw new IllegalStateException("no derived table has a " + type.wireName());
        };
    }
}
