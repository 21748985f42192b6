package io.muster.inventory.derived;

import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.DecimalColumn;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.GuidColumn;
import io.muster.core.column.ListColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.column.MixedColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.PackedLongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.SelectedColumn;
import io.muster.core.column.ShreddedColumn;
import io.muster.core.column.SparseColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;

/// Writes a row's value as ints, so that rows of one column with the same ints have the same value: no value is put together to compare it.
/// Confined to one thread.
interface ValuePrint {
    void print(int row, KeyTable out);

    static ValuePrint of(Column column) {
        return switch (column) {
            case StringColumn texts -> (row, out) -> out.add(texts.codes().get(row));
            case BoolColumn bools ->
                    (row, out) -> out.add(bools.isNull(row) ? -1 : bools.values().get(row) ? 1 : 0);
            case LongColumn longs ->
                    (row, out) -> {
                        long value = longs.isNull(row) ? 0 : longs.values()[row];
                        out.add(longs.isNull(row) ? -1 : 0)
                                .add((int) (value >>> 32))
                                .add((int) value);
                    };
            case ShreddedColumn shredded -> ofMembers(shredded);
            case ListColumn list -> ofElements(list);
            case MixedColumn mixed -> ofVariants(mixed);
            case SparseColumn _, SelectedColumn _, PackedLongColumn _ -> of(column.dense());
            case NullColumn _ -> (_, _) -> {};
            case RealColumn _, DecimalColumn _, GuidColumn _, DynamicColumn _ -> {
                var values = new Numbers<Dynamic>();
                yield (row, out) -> out.add(values.of(column.dynamic(row)));
            }
        };
    }

    private static ValuePrint ofMembers(ShreddedColumn shredded) {
        var members = shredded.members().values().toArray(ShreddedColumn.Member[]::new);
        var prints = new ValuePrint[members.length];
        for (int m = 0; m < prints.length; m++) {
            prints[m] = of(members[m].values());
        }
        return (row, out) -> {
            out.add(shredded.isNull(row) ? 0 : 1);
            for (int m = 0; m < prints.length; m++) {
                var jsonNulls = members[m].jsonNulls();
                if (jsonNulls != null) {
                    out.add(jsonNulls.get(row) ? 1 : 0);
                }
                prints[m].print(row, out);
            }
        };
    }

    private static ValuePrint ofElements(ListColumn list) {
        var values = of(list.values());
        return (row, out) -> {
            int from = list.offsets()[row];
            int to = list.offsets()[row + 1];
            out.add(list.isNull(row) ? -1 : to - from);
            for (int e = from; e < to; e++) {
                values.print(e, out);
            }
        };
    }

    private static ValuePrint ofVariants(MixedColumn mixed) {
        var prints = mixed.variants().stream().map(ValuePrint::of).toArray(ValuePrint[]::new);
        return (row, out) -> {
            int variant = 0;
            while (variant < prints.length && mixed.variants().get(variant).isNull(row)) {
                variant++;
            }
            out.add(variant);
            if (variant < prints.length) {
                prints[variant].print(row, out);
            }
        };
    }
}
