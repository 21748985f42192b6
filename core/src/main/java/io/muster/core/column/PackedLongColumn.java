package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.Arrays;

/// Whole numbers that lie close together (sizes, orders, counters) in one, two or four bytes each: `base + code`, null where the code is -1.
/// [#dense] widens them.
public record PackedLongColumn(long base, Codes codes) implements Column {

    /// The narrow form of a stretch of numbers, or the column itself when there is none.
    static Column pack(LongColumn column, Sharing sharing) {
        long[] values = column.values();
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        for (int row = 0; row < values.length; row++) {
            if (column.present().get(row)) {
                least = Math.min(least, values[row]);
                most = Math.max(most, values[row]);
            }
        }
        // Near the ends of the range `most - least` overflows.
        if (most < least || most - least < 0 || most - least > Integer.MAX_VALUE - 1) {
            return column;
        }
        int[] codes = new int[values.length];
        Arrays.fill(codes, -1);
        for (int row = 0; row < values.length; row++) {
            if (column.present().get(row)) {
                codes[row] = (int) (values[row] - least);
            }
        }
        return new PackedLongColumn(least, sharing.same(Codes.of(codes, (int) (most - least) + 1)));
    }

    @Override
    public KqlType type() {
        return KqlType.LONG;
    }

    @Override
    public int size() {
        return codes.size();
    }

    @Override
    public boolean isNull(int row) {
        return codes.get(row) < 0;
    }

    @Override
    public Bits present() {
        return codes.present();
    }

    @Override
    public Dynamic dynamic(int row) {
        int code = codes.get(row);
        return code < 0 ? Dynamic.NULL : new Dynamic.Whole(base + code);
    }

    @Override
    public Column gather(int[] rows) {
        return new PackedLongColumn(base, codes.gather(rows));
    }

    @Override
    public Column dense() {
        int[] all = codes.toInts();
        long[] values = new long[all.length];
        var present = new Bits.Builder(all.length);
        for (int row = 0; row < all.length; row++) {
            if (all[row] >= 0) {
                values[row] = base + all[row];
                present.set(row);
            }
        }
        return new LongColumn(KqlType.LONG, values, present.build(all.length));
    }
}
