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
    record Expansion(Batch batch, Rows rows) {}

    /// What one expression's rows expand to: row r has the elements `starts[r] .. starts[r + 1]`.
    ///
    /// @param some the rows that expand to their elements; others are null, which counts as one
    /// @param full whether all do
    /// @param whole the rows have all the elements in order
    private record Items(Bits some, boolean full, int[] starts, boolean whole, Column elements) {
        /// The elements of a row, -1 for null.
        int count(int row) {
            return full || some.get(row) ? starts[row + 1] - starts[row] : -1;
        }
    }

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
        int[] offsets = offsets(all, rows, limit, expand.dropNulls());
        int out = offsets[rows];
        var from = Rows.repeated(offsets);
        var columns = new ArrayList<Supplier<Column>>();
        var picked = batch.select(out, from);
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
            columns.set(item.column(), () -> elements(items, item.type(), offsets));
        }
        if (expand.itemIndex()) {
            columns.add(() -> index(offsets));
        }
        return new Expansion(Batch.lazy(out, columns), from);
    }

    /// Where the expanded rows of each row begin: it has as many as the longest of its items.
    private static int[] offsets(List<Items> all, int rows, long limit, boolean dropNulls) {
        var only = all.getFirst();
        if (all.size() == 1 && limit == Long.MAX_VALUE && only.whole && (dropNulls || only.full)) {
            return only.starts;
        }
        int[] offsets = new int[rows + 1];
        MemoryMeter.current().charge(4L * rows);
        long total = 0;
        for (int row = 0; row < rows; row++) {
            long length = 0;
            for (var items : all) {
                int own = items.count(row);
                length = Math.max(length, Math.min(own >= 0 ? own : dropNulls ? 0 : 1, limit));
            }
            total += length;
            offsets[row + 1] = Executor.count(total);
        }
        return offsets;
    }

    private static Column index(int[] offsets) {
        int rows = offsets.length - 1;
        MemoryMeter.current().charge(8L * offsets[rows]);
        long[] index = new long[offsets[rows]];
        for (int row = 0; row < rows; row++) {
            for (int i = offsets[row]; i < offsets[row + 1]; i++) {
                index[i] = (long) i - offsets[row];
            }
        }
        return new LongColumn(KqlType.LONG, index, Bits.all(index.length));
    }

    private static Column elements(Items items, @Nullable KqlType type, int[] offsets) {
        Column elements;
        // Each row has all its elements and no more rows than them: all of them in their order.
        if (items.whole && Arrays.equals(items.starts, offsets)) {
            elements = items.elements;
        } else {
            int rows = offsets.length - 1;
            MemoryMeter.current().charge(4L * offsets[rows]);
            int[] picked = new int[offsets[rows]];
            for (int row = 0; row < rows; row++) {
                int count = items.count(row);
                for (int i = offsets[row]; i < offsets[row + 1]; i++) {
                    int element = i - offsets[row];
                    picked[i] = element < count ? items.starts[row] + element : -1;
                }
            }
            elements = items.elements.gather(picked);
        }
        return type == null || type == KqlType.DYNAMIC ? elements : cast(elements, type);
    }

    /// `to typeof(..)`: values of another kind become null, texts being read only as times and GUIDs.
    private static Column cast(Column elements, KqlType type) {
        var out = new ColumnBuilder(type, elements.size());
        for (int row = 0; row < elements.size(); row++) {
            Dynamic value = elements.dynamic(row);
            out.add(isOf(type, value) ? Conversions.convert(value, type) : Dynamic.NULL);
        }
        return out.build();
    }

    private static boolean isOf(KqlType type, Dynamic value) {
        return switch (type) {
            case STRING, DYNAMIC -> true;
            case BOOL -> value instanceof Dynamic.Bool;
            case INT, LONG, REAL, DECIMAL ->
                    value instanceof Dynamic.Whole
                            || value instanceof Dynamic.Real
                            || value instanceof Dynamic.Decimal;
            // JSON has no kind of its own for these.
            case DATETIME -> value instanceof Dynamic.DateTime || value instanceof Dynamic.Text;
            case TIMESPAN -> value instanceof Dynamic.Span || value instanceof Dynamic.Text;
            case GUID -> value instanceof Dynamic.Guid || value instanceof Dynamic.Text;
        };
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
        if (others.isEmpty()) {
            return new Items(
                    elements.arrays(),
                    elements.arrays().isAll(),
                    elements.offsets(),
                    elements.offsets()[0] == 0,
                    elements.values());
        }
        int[] starts = new int[rows + 1];
        var some = new Bits.Builder(rows);
        var values = new ArrayList<Dynamic>();
        var made = new MemoryMeter.Tally();
        for (int row = 0; row < rows; row++) {
            made.add(16);
            switch (column.dynamic(row)) {
                case Dynamic.Null nothing -> {}
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
            if (!column.isNull(row)) {
                some.set(row);
            }
            starts[row + 1] = values.size();
        }
        made.settle();
        var expanded = some.build(rows);
        return new Items(
                expanded,
                expanded.isAll(),
                starts,
                false,
                new DynamicColumn(values.toArray(Dynamic[]::new)));
    }
}
