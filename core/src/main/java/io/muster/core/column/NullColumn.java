package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;

/// Null in every row: what a path that nobody has yields.
public record NullColumn(int size) implements Column {
    @Override
    public KqlType type() {
        return KqlType.DYNAMIC;
    }

    @Override
    public boolean isNull(int row) {
        return true;
    }

    @Override
    public Dynamic dynamic(int row) {
        return Dynamic.NULL;
    }

    @Override
    public Column gather(int[] rows) {
        return new NullColumn(rows.length);
    }

    @Override
    public Bits present() {
        return Bits.none(size);
    }
}
