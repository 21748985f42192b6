package io.muster.core.column;

/// The flattened elements of array values: row r has the elements `offsets[r] .. offsets[r+1]` of `values`.
///
/// @param arrays the rows that hold an array, empty ones included
/// @param offsets one more than rows; not to be written
/// @param values one value an element
public record Elements(Bits arrays, int[] offsets, Column values) {

    static Elements none(int rows) {
        return new Elements(Bits.none(rows), new int[rows + 1], new NullColumn(0));
    }

    public int rows() {
        return offsets.length - 1;
    }

    /// The elements of other rows; row -1 has none.
    Elements gather(int[] rows) {
        int[] newOffsets = new int[rows.length + 1];
        var newArrays = new Bits.Builder(rows.length);
        for (int i = 0; i < rows.length; i++) {
            int length = rows[i] < 0 ? 0 : offsets[rows[i] + 1] - offsets[rows[i]];
            newOffsets[i + 1] = newOffsets[i] + length;
            if (rows[i] >= 0 && arrays.get(rows[i])) {
                newArrays.set(i);
            }
        }
        int[] elements = new int[newOffsets[rows.length]];
        int n = 0;
        for (int row : rows) {
            for (int e = row < 0 ? 0 : offsets[row], to = row < 0 ? 0 : offsets[row + 1];
                    e < to;
                    e++) {
                elements[n++] = e;
            }
        }
        return new Elements(newArrays.build(rows.length), newOffsets, values.gather(elements));
    }
}
