package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;

/// Booleans, a bit a row.
///
/// @param values the rows that are true; a subset of `present`
/// @param present the rows that are not null
public record BoolColumn(Bits values, Bits present) implements Column {
    public BoolColumn {
        if (values.size() != present.size()) {
            throw new IllegalArgumentException(
                    values.size() + " values, " + present.size() + " validity bits");
        }
    }

    @Override
    public KqlType type() {
        return KqlType.BOOL;
    }

    @Override
    public int size() {
        return values.size();
    }

    @Override
    public boolean isNull(int row) {
        return !present.get(row);
    }

    @Override
    public Dynamic dynamic(int row) {
        return present.get(row) ? Dynamic.of(values.get(row)) : Dynamic.NULL;
    }

    @Override
    public Column gather(int[] rows) {
        var out = new Bits.Builder(rows.length);
        var bits = new Bits.Builder(rows.length);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] >= 0 && present.get(rows[i])) {
                bits.set(i);
                if (values.get(rows[i])) {
                    out.set(i);
                }
            }
        }
        return new BoolColumn(out.build(rows.length), bits.build(rows.length));
    }
}
