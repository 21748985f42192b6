package io.muster.kql.vector;

import io.muster.core.column.StringColumn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Numbers the combinations of several columns' codes, row by row: where codes are bytes and the combinations that there could be no more than fit
/// into one, eight rows at a time. The number of a combination is the same for all columns of the same [#radices].
public final class ByteCombinations {
    /// Combinations that a byte tells apart.
    public static final int MOST = 256;

    private static final VarHandle EIGHT =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// One in each of eight bytes.
    private static final long ONES = 0x0101010101010101L;

    /// The highest bit of each byte.
    private static final long HIGH = 0x8080808080808080L;

    private final byte[][] codes;
    private final int[] radices;

    private ByteCombinations(byte[][] codes, int[] radices) {
        this.codes = codes;
        this.radices = radices;
    }

    /// Of columns of as many rows; null where codes are wider or the combinations more than [#MOST].
    public static @Nullable ByteCombinations of(StringColumn[] columns) {
        var codes = new byte[columns.length][];
        int[] radices = new int[columns.length];
        int all = 1;
        for (int k = 0; k < codes.length; k++) {
            byte[] bytes = columns[k].codes().bytes();
            if (bytes == null) {
                return null;
            }
            codes[k] = bytes;
            int values = columns[k].dictionary().size();
            radices[k] = columns[k].codes().hasNulls() ? -values - 1 : Math.max(1, values);
            all *= Math.abs(radices[k]);
            if (all > MOST) {
                return null;
            }
        }
        return new ByteCombinations(codes, radices);
    }

    /// How many values each column has; null counts as one more and makes it negative. Not to be written.
    public int[] radices() {
        return radices;
    }

    /// Writes the numbers of the combinations of rows from `from` on, bytes without sign.
    ///
    /// @param out as many as wanted
    public void numbers(int from, int count, byte[] out) {
        for (int k = 0; k < codes.length; k++) {
            boolean nulls = radices[k] < 0;
            add(codes[k], from, count, k == 0 ? 0 : Math.abs(radices[k]), nulls, out);
        }
    }

    /// Numbers so far times the radix, and the code; no lane reaches into the next, for all are below [#MOST]. A radix of zero begins anew.
    private static void add(
            byte[] codes, int from, int count, int radix, boolean nulls, byte[] out) {
        int i = 0;
        // With nulls each code is one more, so that null's is 0.
        long one = nulls ? ONES : 0;
        long sign = nulls ? HIGH : 0;
        for (; i < count - 7; i += 8) {
            long eight = (long) EIGHT.get(codes, from + i);
            // Added without a carry, since a null's highest bit is left out and turned afterwards.
            long added = ((eight & ~sign) + one) ^ (eight & sign);
            EIGHT.set(out, i, (long) EIGHT.get(out, i) * radix + added);
        }
        for (; i < count; i++) {
            out[i] = (byte) ((out[i] & 0xFF) * radix + codes[from + i] + (nulls ? 1 : 0));
        }
    }
}
