package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;

/// Doubles.
///
/// @param values one a row, undefined where null; not to be written
/// @param present the rows that are not null
public record RealColumn(double[] values, Bits present) implements Column {
    public RealColumn {
        if (values.length != present.size()) {
            throw new IllegalArgumentException(
                    values.length + " values, " + present.size() + " validity bits");
        }
    }

    @Override
    public KqlType type() {
        return KqlType.REAL;
    }

    @Override
    public int size() {
        return values.length;
    }

    @Override
    public boolean isNull(int row) {
        return !present.get(row);
    }

    @Override
    public Dynamic dynamic(int row) {
        return present.get(row) ? new Dynamic.Real(values[row]) : Dynamic.NULL;
    }

    @Override
    public Column gather(int[] rows) {
        var out = new double[rows.length];
        var bits = new Bits.Builder(rows.length);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] >= 0 && present.get(rows[i])) {
                out[i] = values[rows[i]];
                bits.set(i);
            }
        }
        return new RealColumn(out, bits.build(rows.length));
    }
}
