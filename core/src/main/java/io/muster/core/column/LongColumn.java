package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;

/// Whole numbers, dates and time spans.
///
/// @param type INT, LONG, DATETIME or TIMESPAN (the last two in ticks of 100 ns)
/// @param values one a row, undefined where null; not to be written
/// @param present the rows that are not null
public record LongColumn(KqlType type, long[] values, Bits present) implements Column {
    public LongColumn {
        if (values.length != present.size()) {
            throw new IllegalArgumentException(
                    values.length + " values, " + present.size() + " validity bits");
        }
        if (type != KqlType.INT
                && type != KqlType.LONG
                && type != KqlType.DATETIME
                && type != KqlType.TIMESPAN) {
            throw new IllegalArgumentException(type.name());
        }
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
        if (!present.get(row)) {
            return Dynamic.NULL;
        }
        return switch (type) {
            case DATETIME -> new Dynamic.DateTime(values[row]);
            case TIMESPAN -> new Dynamic.Span(values[row]);
            default -> new Dynamic.Whole(values[row]);
        };
    }

    @Override
    public Column gather(int[] rows) {
        long[] out = new long[rows.length];
        for (int i = 0; i < rows.length; i++) {
            out[i] = rows[i] < 0 ? 0 : values[rows[i]];
        }
        return new LongColumn(type, out, present.gather(rows));
    }
}
