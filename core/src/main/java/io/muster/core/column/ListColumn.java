package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;

/// Arrays as offsets plus a child column: row r has the elements `offsets[r] .. offsets[r+1]`.
///
/// @param arrays the rows that hold an array, empty ones included
public record ListColumn(Bits arrays, int[] offsets, Column values) implements Column {
    public ListColumn {
        if (offsets.length != arrays.size() + 1 || offsets[arrays.size()] != values.size()) {
            throw new IllegalArgumentException(
                    offsets.length
                            + " offsets, "
                            + arrays.size()
                            + " rows, "
                            + values.size()
                            + " elements");
        }
    }

    @Override
    public KqlType type() {
        return KqlType.DYNAMIC;
    }

    @Override
    public int size() {
        return arrays.size();
    }

    @Override
    public boolean isNull(int row) {
        return !arrays.get(row);
    }

    @Override
    public Bits present() {
        return arrays;
    }

    @Override
    public Dynamic dynamic(int row) {
        if (!arrays.get(row)) {
            return Dynamic.NULL;
        }
        var items = new ArrayList<Dynamic>(offsets[row + 1] - offsets[row]);
        for (int e = offsets[row]; e < offsets[row + 1]; e++) {
            items.add(values.dynamic(e));
        }
        return new Dynamic.Array(items);
    }

    @Override
    public Column at(int index) {
        int[] elements = new int[size()];
        for (int row = 0; row < elements.length; row++) {
            int at = index < 0 ? offsets[row + 1] + index : offsets[row] + index;
            elements[row] = at >= offsets[row] && at < offsets[row + 1] ? at : -1;
        }
        return values.gather(elements);
    }

    @Override
    public Elements elements() {
        return new Elements(arrays, offsets, values);
    }

    @Override
    public Column gather(int[] rows) {
        return new SelectedColumn(this, rows);
    }
}
