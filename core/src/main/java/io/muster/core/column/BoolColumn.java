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
        return new BoolColumn(values.gather(rows), present.gather(rows));
    }
}
