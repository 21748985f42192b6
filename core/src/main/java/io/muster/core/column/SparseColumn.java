package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.Arrays;

/// Values in few rows only (rare tags): null everywhere else.
///
/// @param rows ascending; not to be written
/// @param values one a listed row, none null
public record SparseColumn(int size, int[] rows, Column values) implements Column {
    public SparseColumn {
        if (rows.length != values.size()) {
            throw new IllegalArgumentException(rows.length + " rows, " + values.size() + " values");
        }
    }

    @Override
    public KqlType type() {
        return values.type();
    }

    private int index(int row) {
        return Arrays.binarySearch(rows, row);
    }

    @Override
    public boolean isNull(int row) {
        int at = index(row);
        return at < 0 || values.isNull(at);
    }

    @Override
    public Dynamic dynamic(int row) {
        int at = index(row);
        return at < 0 ? Dynamic.NULL : values.dynamic(at);
    }

    /// For each row the index into `values`, -1 where null.
    private int[] spread() {
        int[] at = new int[size];
        Arrays.fill(at, -1);
        for (int i = 0; i < rows.length; i++) {
            at[rows[i]] = i;
        }
        return at;
    }

    @Override
    public Column dense() {
        return values.gather(spread()).dense();
    }

    @Override
    public Column at(String member) {
        var below = values.at(member);
        return below instanceof NullColumn
                ? new NullColumn(size)
                : new SparseColumn(size, rows, below);
    }

    @Override
    public Column at(int index) {
        var below = values.at(index);
        return below instanceof NullColumn
                ? new NullColumn(size)
                : new SparseColumn(size, rows, below);
    }

    @Override
    public Elements elements() {
        return values.elements().gather(spread());
    }

    @Override
    public Column gather(int[] wanted) {
        int[] at = new int[wanted.length];
        // Few wanted rows of a long column: search each; else spread once.
        if ((long) wanted.length * 16 < size) {
            for (int i = 0; i < wanted.length; i++) {
                at[i] = wanted[i] < 0 ? -1 : Math.max(-1, index(wanted[i]));
            }
        } else {
            int[] spread = spread();
            for (int i = 0; i < wanted.length; i++) {
                at[i] = wanted[i] < 0 ? -1 : spread[wanted[i]];
            }
        }
        return values.gather(at);
    }

    @Override
    public Bits present() {
        var bits = new Bits.Builder(size);
        for (int i = 0; i < rows.length; i++) {
            if (!values.isNull(i)) {
                bits.set(rows[i]);
            }
        }
        return bits.build(size);
    }
}
