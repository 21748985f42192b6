package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;

/// One value a row, all of a segment or batch. Immutable, shared freely between threads.
///
/// The scalar forms serve typed columns and, within a dynamic column, the leaves of its tree: there a null row is a missing member
/// (or a JSON null, which the enclosing [ShreddedColumn] tells apart). A dynamic column is whatever form fits what it holds: a
/// [ShreddedColumn] of objects, a [ListColumn] of arrays, a leaf, a [MixedColumn] of several kinds. Compilers push paths through [#at];
/// they never walk a [Dynamic] a row.
public sealed interface Column
        permits BoolColumn,
                LongColumn,
                PackedLongColumn,
                RealColumn,
                DecimalColumn,
                GuidColumn,
                StringColumn,
                ListColumn,
                ShreddedColumn,
                SparseColumn,
                MixedColumn,
                SelectedColumn,
                DynamicColumn,
                NullColumn {

    /// The type of the stored form: DYNAMIC for the nested ones.
    KqlType type();

    int size();

    boolean isNull(int row);

    /// The value of a row: JSON kinds for bool, whole number, real and text, the typed ones for the rest; `NULL` where null.
    Dynamic dynamic(int row);

    /// The values of those rows in that order; row -1 gives null.
    Column gather(int[] rows);

    /// The member of that exact name of each row's object; null where a row is no object or lacks it.
    default Column at(String member) {
        return new NullColumn(size());
    }

    /// The element at that index of each row's array, from the end when negative; null where a row is no array or too short.
    default Column at(int index) {
        return new NullColumn(size());
    }

    /// The elements of each row's array, flattened; no elements where a row is no array.
    default Elements elements() {
        return Elements.none(size());
    }

    /// The same values in a form that answers every row directly: [SparseColumn], [PackedLongColumn] and [SelectedColumn] resolve to one of the others.
    default Column dense() {
        return this;
    }

    /// The rows that are not null.
    default Bits present() {
        var bits = new Bits.Builder(size());
        for (int row = 0; row < size(); row++) {
            if (!isNull(row)) {
                bits.set(row);
            }
        }
        return bits.build(size());
    }
}
