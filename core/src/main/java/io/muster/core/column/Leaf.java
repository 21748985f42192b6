package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The scalars of one kind that a path has seen, with their rows in ascending order.
abstract sealed class Leaf {
    private final IntBuffer rows = new IntBuffer();

    /// Below one row in eight a list of rows is smaller than a slot for each.
    static boolean isSparse(int count, int size) {
        return count * 8L < size;
    }

    final void addRow(int row) {
        rows.add(row);
    }

    final Column build(int size) {
        int[] listed = rows.toArray();
        if (isSparse(listed.length, size)) {
            return new SparseColumn(size, listed, dense(listed.length, null));
        }
        return dense(size, listed.length == size ? null : listed);
    }

    /// The column of `size` rows: value i in row `rows[i]`, or in row i when no rows are given.
    abstract Column dense(int size, int @Nullable [] rows);

    static Bits presence(int size, int @Nullable [] rows) {
        if (rows == null) {
            return Bits.all(size);
        }
        var bits = new Bits.Builder(size);
        for (int row : rows) {
            bits.set(row);
        }
        return bits.build(size);
    }

    /// Texts as codes into a pool.
    static final class TextLeaf extends Leaf {
        private final TextPool pool = new TextPool();
        private final IntBuffer codes = new IntBuffer();

        void add(int row, char[] text, int from, int length) {
            addRow(row);
            codes.add(pool.intern(text, from, length));
        }

        @Override
        Column dense(int size, int @Nullable [] rows) {
            var dictionary = compress(pool.toDictionary(), codes.size());
            int[] own = codes.toArray();
            if (rows == null) {
                // Every value new: code = row.
                return new StringColumn(
                        own.length == dictionary.size()
                                ? Codes.identity(size)
                                : Codes.of(own, dictionary.size()),
                        dictionary);
            }
            int[] spread = new int[size];
            Arrays.fill(spread, -1);
            for (int i = 0; i < own.length; i++) {
                spread[rows[i]] = own[i];
            }
            return new StringColumn(Codes.of(spread, dictionary.size()), dictionary);
        }

        // Unique texts are where the bytes are: GUIDs and resource ids have smaller forms. Small
        // dictionaries are not worth the slower reads.
        private static Dictionary compress(TextDictionary texts, int values) {
            if (texts.size() < 256 || texts.size() * 2 < values) {
                return texts;
            }
            String first = texts.get(0);
            if (first.length() == 36) {
                var guids = GuidDictionary.compress(texts);
                if (guids != null) {
                    return guids;
                }
            }
            if (first.startsWith("/")) {
                var tokens = TokenDictionary.compress(texts);
                if (tokens.bytes() < texts.utf8().length) {
                    return tokens;
                }
            }
            return texts;
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
        Column dense(int size, int @Nullable [] rows) {
            long[] out = Arrays.copyOf(values, size);
            if (rows != null) {
                out = new long[size];
                for (int i = 0; i < rows.length; i++) {
                    out[rows[i]] = values[i];
                }
            }
            return new LongColumn(KqlType.LONG, out, presence(size, rows));
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
        Column dense(int size, int @Nullable [] rows) {
            double[] out = Arrays.copyOf(values, size);
            if (rows != null) {
                out = new double[size];
                for (int i = 0; i < rows.length; i++) {
                    out[rows[i]] = values[i];
                }
            }
            return new RealColumn(out, presence(size, rows));
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
        Column dense(int size, int @Nullable [] rows) {
            var own = values.build(count);
            if (rows == null) {
                return new BoolColumn(own, Bits.all(size));
            }
            var out = new Bits.Builder(size);
            for (int i = 0; i < rows.length; i++) {
                if (own.get(i)) {
                    out.set(rows[i]);
                }
            }
            return new BoolColumn(out.build(size), presence(size, rows));
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
        Column dense(int size, int @Nullable [] rows) {
            var out = new Dynamic[size];
            Arrays.fill(out, Dynamic.NULL);
            for (int i = 0; i < values.size(); i++) {
                out[rows == null ? i : rows[i]] = values.get(i);
            }
            return new DynamicColumn(out);
        }
    }
}
