package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;

/// Computed dynamic values, one object a row: what `parse_json`, `pack` and `make_list` give.
///
/// @param values `NULL` where null; not to be written
public record DynamicColumn(Dynamic[] values) implements Column {
    @Override
    public KqlType type() {
        return KqlType.DYNAMIC;
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public boolean isNull(int row) {
        return values[row].isNull();
    }

    @Override
    public Dynamic dynamic(int row) {
        return values[row];
    }

    @Override
    public Column at(String member) {
        var out = new Dynamic[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i].get(member);
        }
        return new DynamicColumn(out);
    }

    @Override
    public Column at(int index) {
        var out = new Dynamic[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i].get(index);
        }
        return new DynamicColumn(out);
    }

    @Override
    public Elements elements() {
        var arrays = new Bits.Builder(values.length);
        int[] offsets = new int[values.length + 1];
        var out = new ArrayList<Dynamic>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof Dynamic.Array(var items)) {
                arrays.set(i);
                out.addAll(items);
            }
            offsets[i + 1] = out.size();
        }
        return new Elements(
                arrays.build(values.length),
                offsets,
                new DynamicColumn(out.toArray(Dynamic[]::new)));
    }

    @Override
    public Column gather(int[] rows) {
        var out = new Dynamic[rows.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = rows[i] < 0 ? Dynamic.NULL : values[rows[i]];
        }
        return new DynamicColumn(out);
    }
}
