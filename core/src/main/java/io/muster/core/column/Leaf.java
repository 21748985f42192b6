package io.muster.core.column;

import io.muster.core.json.JsonBytes;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The scalars of one kind that a path has seen, with their rows in ascending order.
abstract sealed class Leaf {
    /// Fewer numbers are not worth packing.
    private static final int FEW = 256;

    /// The rows with a value; null as long as these are the first ones, `0 .. count`, without a gap.
    private @Nullable IntBuffer rows;

    private int count;

    /// Below one row in eight a list of rows is smaller than a slot for each.
    static boolean isSparse(int count, int size) {
        return count * 8L < size;
    }

    final void addRow(int row) {
        if (rows != null) {
            rows.add(row);
        } else if (row != count) {
            rows = new IntBuffer();
            for (int earlier = 0; earlier < count; earlier++) {
                rows.add(earlier);
            }
            rows.add(row);
        }
        count++;
    }

    final Column build(int size, Sharing sharing) {
        if (count == size) {
            return dense(size, null, sharing);
        }
        int[] listed = listed();
        if (isSparse(count, size)) {
            return new SparseColumn(size, sharing.same(listed), dense(count, null, sharing));
        }
        return dense(size, listed, sharing);
    }

    private int[] listed() {
        if (rows != null) {
            return rows.toArray();
        }
        int[] first = new int[count];
        Arrays.setAll(first, row -> row);
        return first;
    }

    /// The column of `size` rows: value i in row `rows[i]`, or in row i when no rows are given.
    abstract Column dense(int size, int @Nullable [] rows, Sharing sharing);

    static Bits presence(int size, int @Nullable [] rows, Sharing sharing) {
        if (rows == null) {
            return sharing.same(Bits.all(size));
        }
        var bits = new Bits.Builder(size);
        for (int row : rows) {
            bits.set(row);
        }
        return sharing.same(bits.build(size));
    }

    /// Texts as codes into a pool.
    static final class TextLeaf extends Leaf {
        private final TextPool pool = new TextPool();
        private final IntBuffer codes = new IntBuffer();

        /// The text met last; -1 when the next one cannot be compared with it as it stands.
        private int last = -1;

        void add(int row, String text) {
            addRow(row);
            last = -1;
            codes.add(pool.intern(text));
        }

        /// Takes the next string when it is the same as the one before; whether it did.
        boolean addIfRepeated(int row, JsonBytes in) {
            if (last < 0 || !pool.takes(in, last)) {
                return false;
            }
            addRow(row);
            codes.add(last);
            return true;
        }

        /// Adds the string that was just read.
        void add(int row, JsonBytes in) {
            addRow(row);
            int code = pool.intern(in);
            codes.add(code);
            last = in.isPlain() ? code : -1;
        }

        @Override
        Column dense(int size, int @Nullable [] rows, Sharing sharing) {
            int[] own = codes.toArray();
            if (rows == null) {
                return sharing.texts(own, pool);
            }
            int[] spread = new int[size];
            Arrays.fill(spread, -1);
            for (int i = 0; i < own.length; i++) {
                spread[rows[i]] = own[i];
            }
            return sharing.texts(spread, pool);
        }
    }

    /// Whole numbers.
    static final class LongLeaf extends Leaf {
        private long[] values = new long[8];
        private int count;

        void add(int row, long value) {
            addRow(row);
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
            values[count++] = value;
        }

        @Override
        Column dense(int size, int @Nullable [] rows, Sharing sharing) {
            long[] out = Arrays.copyOf(values, size);
            if (rows != null) {
                out = new long[size];
                for (int i = 0; i < rows.length; i++) {
                    out[rows[i]] = values[i];
                }
            }
            var column = new LongColumn(KqlType.LONG, out, presence(size, rows, sharing));
            return size < FEW ? column : PackedLongColumn.pack(column, sharing);
        }
    }

    /// Doubles.
    static final class RealLeaf extends Leaf {
        private double[] values = new double[8];
        private int count;

        void add(int row, double value) {
            addRow(row);
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
            values[count++] = value;
        }

        @Override
        Column dense(int size, int @Nullable [] rows, Sharing sharing) {
            double[] out = Arrays.copyOf(values, size);
            if (rows != null) {
                out = new double[size];
                for (int i = 0; i < rows.length; i++) {
                    out[rows[i]] = values[i];
                }
            }
            return new RealColumn(out, presence(size, rows, sharing));
        }
    }

    /// Booleans.
    static final class BoolLeaf extends Leaf {
        private final Bits.Builder values = new Bits.Builder(64);
        private int count;

        void add(int row, boolean value) {
            addRow(row);
            if (value) {
                values.set(count);
            }
            count++;
        }

        @Override
        Column dense(int size, int @Nullable [] rows, Sharing sharing) {
            var own = values.build(count);
            if (rows == null) {
                return new BoolColumn(sharing.same(own), presence(size, null, sharing));
            }
            var out = new Bits.Builder(size);
            for (int i = 0; i < rows.length; i++) {
                if (own.get(i)) {
                    out.set(rows[i]);
                }
            }
            return new BoolColumn(sharing.same(out.build(size)), presence(size, rows, sharing));
        }
    }

    /// What has no compact form: kept as values.
    static final class OtherLeaf extends Leaf {
        private final List<Dynamic> values = new ArrayList<>();

        void add(int row, Dynamic value) {
            addRow(row);
            values.add(value);
        }

        @Override
        Column dense(int size, int @Nullable [] rows, Sharing sharing) {
            var out = new Dynamic[size];
            Arrays.fill(out, Dynamic.NULL);
            for (int i = 0; i < values.size(); i++) {
                out[rows == null ? i : rows[i]] = values.get(i);
            }
            return new DynamicColumn(out);
        }
    }
}
