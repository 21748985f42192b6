package io.muster.kql.exec;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.exec.Batch.Rows;
import io.muster.kql.function.scalar.Conversions;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.ColumnBuilder;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
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

    /// What one expression's rows expand to: row r has `counts[r]` elements (-1: null, which counts as one), from `starts[r]` of `elements` on.
    ///
    /// @param whole the rows have all the elements in order
    private record Items(int[] starts, int[] counts, boolean whole, Column elements) {}

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
        for (var items : all) {
            for (int row = 0; row < rows; row++) {
                int own = items.counts[row];
                int length = own >= 0 ? own : expand.dropNulls() ? 0 : 1;
                lengths[row] = Math.max(lengths[row], (int) Math.min(length, limit));
            }
        }
        for (int length : lengths) {
            total += length;
        }
        int out = Executor.count(total);
        MemoryMeter.current().charge(4L * rows);
        var from = Rows.lazy(() -> repeated(lengths, out), wanted -> sources(lengths, wanted));
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
            columns.set(item.column(), () -> elements(items, item.type(), lengths, out));
        }
        if (expand.itemIndex()) {
            columns.add(() -> index(lengths, out));
        }
        return new Expansion(Batch.lazy(out, columns), from);
    }

    /// The row that each expanded row comes from.
    private static int[] repeated(int[] lengths, int out) {
        MemoryMeter.current().charge(4L * out);
        int[] from = new int[out];
        int n = 0;
        for (int row = 0; row < lengths.length; row++) {
            for (int end = n + lengths[row]; n < end; n++) {
                from[n] = row;
            }
        }
        return from;
    }

    /// The rows that those expanded rows, which ascend, come from; row -1 comes from none. Empty when they do not ascend.
    private static int[] sources(int[] lengths, int[] wanted) {
        int[] out = new int[wanted.length];
        int row = 0;
        int start = 0;
        int end = lengths.length == 0 ? 0 : lengths[0];
        for (int i = 0; i < out.length; i++) {
            int at = wanted[i];
            if (at < 0) {
                out[i] = -1;
                continue;
            }
            if (at < start) {
                return new int[0];
            }
            while (at >= end) {
                start = end;
                end += lengths[++row];
            }
            out[i] = row;
        }
        return out;
    }

    private static Column index(int[] lengths, int out) {
        MemoryMeter.current().charge(8L * out);
        long[] index = new long[out];
        int n = 0;
        for (int length : lengths) {
            for (int i = 0; i < length; i++) {
                index[n++] = i;
            }
        }
        return new LongColumn(KqlType.LONG, index, Bits.all(out));
    }

    private static Column elements(Items items, @Nullable KqlType type, int[] lengths, int out) {
        Column elements;
        // As many rows as elements, and each row no more than it has: all of them in their order.
        if (items.whole && items.elements.size() == out && isWhole(items.counts, lengths)) {
            elements = items.elements;
        } else {
            MemoryMeter.current().charge(4L * out);
            int[] picked = new int[out];
            int n = 0;
            for (int row = 0; row < lengths.length; row++) {
                for (int i = 0; i < lengths[row]; i++) {
                    picked[n++] = i < items.counts[row] ? items.starts[row] + i : -1;
                }
            }
            elements = items.elements.gather(picked);
        }
        return type == null || type == KqlType.DYNAMIC ? elements : cast(elements, type);
    }

    private static boolean isWhole(int[] counts, int[] lengths) {
        for (int row = 0; row < counts.length; row++) {
            if (lengths[row] != Math.max(0, counts[row])) {
                return false;
            }
        }
        return true;
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
        int[] counts = new int[rows];
        if (others.isEmpty()) {
            int[] offsets = elements.offsets();
            for (int row = 0; row < rows; row++) {
                counts[row] = elements.arrays().get(row) ? offsets[row + 1] - offsets[row] : -1;
            }
            return new Items(offsets, counts, true, elements.values());
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
        return new Items(starts, counts, false, new DynamicColumn(values.toArray(Dynamic[]::new)));
    }
}
