package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `mv-expand`: a row for every element. Null keeps its row, an empty array or bag drops it, a scalar stands for itself.
final class MvExpandOperator {
    private MvExpandOperator() {}

    static Relation relation(LogicalPlan.MvExpand expand, Executor executor) {
        var input = executor.relation(expand.input());
        var values = compile(expand, executor);
        var limitExpr = expand.limit();
        long limit = limitExpr == null ? Long.MAX_VALUE : executor.count(limitExpr);
        return input.map(batch -> expand(expand, values, limit, batch, executor).batch());
    }

    static List<Compiled> compile(LogicalPlan.MvExpand expand, Executor executor) {
        var values = new ArrayList<Compiled>();
        for (var item : expand.items()) {
            values.add(Compiled.of(item.value(), executor));
        }
        return values;
    }

    /// The expanded rows, and the input row that each came from.
    record Expansion(Batch batch, int[] rows) {}

    /// What one expression's rows expand to: row r has `counts[r]` elements (-1: null, which counts as one), from `starts[r]` of `elements` on.
    private record Items(int[] starts, int[] counts, Column elements) {}

    static Expansion expand(
            LogicalPlan.MvExpand expand,
            List<Compiled> values,
            long limit,
            Batch batch,
            Executor executor) {
        executor.context().check();
        int rows = batch.rows();
        var all = new ArrayList<Items>();
        for (var value : values) {
            all.add(items(value.column(batch).dense(), rows, expand.bagsAsArrays()));
        }
        int[] lengths = new int[rows];
        long total = 0;
        for (int row = 0; row < rows; row++) {
            int longest = 0;
            for (var items : all) {
                longest = Math.max(longest, Math.abs(items.counts[row]));
            }
            lengths[row] = (int) Math.min(longest, limit);
            total += lengths[row];
        }
        int out = Executor.count(total);
        // Where each row comes from, its index, and what each column then takes from there.
        MemoryMeter.current().charge(total * (12 + 4L * all.size()));
        int[] from = new int[out];
        long[] index = new long[out];
        int n = 0;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < lengths[row]; i++) {
                from[n] = row;
                index[n++] = i;
            }
        }
        var columns = new ArrayList<Supplier<Column>>();
        var picked = batch.select(from);
        int width = expand.schema().size() - (expand.itemIndex() ? 1 : 0);
        for (int c = 0; c < width; c++) {
            int column = c;
            columns.add(
                    c < batch.width()
                            ? picked.supplier(c)
                            : () -> Columns.nulls(expand.schema().type(column), out));
        }
        for (int i = 0; i < all.size(); i++) {
            var items = all.get(i);
            var item = expand.items().get(i);
            columns.set(item.column(), () -> elements(items, item.type(), lengths, out));
        }
        if (expand.itemIndex()) {
            columns.add(() -> new LongColumn(KqlType.LONG, index, Bits.all(out)));
        }
        return new Expansion(Batch.lazy(out, columns), from);
    }

    private static Column elements(Items items, @Nullable KqlType type, int[] lengths, int out) {
        int[] picked = new int[out];
        int n = 0;
        for (int row = 0; row < lengths.length; row++) {
            for (int i = 0; i < lengths[row]; i++) {
                picked[n++] = i < items.counts[row] ? items.starts[row] + i : -1;
            }
        }
        Column elements = items.elements.gather(picked);
        return type == null || type == KqlType.DYNAMIC ? elements : cast(elements, type);
    }

    /// `to typeof(..)`: values of another kind become null, texts being read only as times and GUIDs.
    private static Column cast(Column elements, KqlType type) {
        var out = new ColumnBuilder(type, elements.size());
        for (int row = 0; row < elements.size(); row++) {
            Dynamic value = elements.dynamic(row);
            out.add(Conversions.convert(value, type));
        }
        return out.build();
    }

    /// Rows may share one long array: its elements are laid out once a row.
    private static void chargeElements(DynamicColumn values) {
        long total = 0;
        for (int row = 0; row < values.size(); row++) {
            if (values.dynamic(row) instanceof Dynamic.Array(var items)) {
                total += items.size();
            }
        }
        MemoryMeter.current().charge(8L * Executor.count(total));
    }

    private static Items items(Column column, int rows, boolean bagsAsArrays) {
        if (column instanceof DynamicColumn values) {
            chargeElements(values);
        }
        var elements = column.elements();
        Bits others = column.present().andNot(elements.arrays());
        int[] counts = new int[rows];
        if (others.isEmpty()) {
            int[] starts = Arrays.copyOf(elements.offsets(), rows);
            for (int row = 0; row < rows; row++) {
                counts[row] =
                        elements.arrays().get(row)
                                ? elements.offsets()[row + 1] - elements.offsets()[row]
                                : -1;
            }
            return new Items(starts, counts, elements.values());
        }
        int[] starts = new int[rows];
        var values = new ArrayList<Dynamic>();
        var made = new MemoryMeter.Tally();
        for (int row = 0; row < rows; row++) {
            starts[row] = values.size();
            made.add(16);
            switch (column.dynamic(row)) {
                case Dynamic.Null nothing -> counts[row] = -1;
                case Dynamic.Array(var items) -> {
                    made.add(16L * items.size());
                    values.addAll(items);
                }
                case Dynamic.Bag(var members) -> {
                    made.add(200L * members.size());
                    members.forEach((name, value) ->
                            values.add(
                                    bagsAsArrays
                                            ? Dynamic.array(Dynamic.of(name), value)
                                            : Dynamic.bag().put(name, value).build()));
                }
                case Dynamic scalar -> values.add(scalar);
            }
            if (counts[row] == 0) {
                counts[row] = values.size() - starts[row];
            }
        }
        made.settle();
        return new Items(starts, counts, new DynamicColumn(values.toArray(Dynamic[]::new)));
    }
}
