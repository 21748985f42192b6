package io.muster.kql.exec;

import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.Arrays;
import java.util.TreeMap;

/// Sorting by numbers: every key column becomes one long a row whose order is the key's.
final class SortKeys {
    private SortKeys() {}

    /// Null is `Long.MIN_VALUE` or `MAX_VALUE` by `nullsFirst`; descending keys are mirrored.
    static long[] of(Column column, KqlType type, boolean ascending, boolean nullsFirst) {
        Column canonical = Columns.canonical(column, type);
        int rows = canonical.size();
        long[] out = new long[rows];
        switch (canonical) {
            case LongColumn l -> {
                for (int row = 0; row < rows; row++) {
                    // The two ends are kept for null.
                    out[row] = Math.clamp(l.values()[row], Long.MIN_VALUE + 2, Long.MAX_VALUE - 2);
                }
            }
            case RealColumn r -> {
                for (int row = 0; row < rows; row++) {
                    double value = r.values()[row];
                    long bits = Double.doubleToLongBits(value + 0.0);
                    out[row] = bits < 0 ? bits ^ Long.MAX_VALUE : bits;
                }
            }
            case BoolColumn b -> {
                for (int row = 0; row < rows; row++) {
                    out[row] = b.values().get(row) ? 1 : 0;
                }
            }
            case StringColumn s when type == KqlType.STRING -> texts(s, out);
            default -> objects(canonical, out);
        }
        boolean nullable = type != KqlType.STRING;
        for (int row = 0; row < rows; row++) {
            if (nullable && canonical.isNull(row)) {
                out[row] = nullsFirst ? Long.MIN_VALUE : Long.MAX_VALUE;
            } else if (canonical instanceof RealColumn r && Double.isNaN(r.values()[row])) {
                // NaN stands beside the nulls, on the side of the numbers.
                out[row] = nullsFirst ? Long.MIN_VALUE + 1 : Long.MAX_VALUE - 1;
            } else if (!ascending) {
                out[row] = ~out[row];
            }
        }
        return out;
    }

    private static void texts(StringColumn column, long[] out) {
        int size = column.dictionary().size();
        var used = new boolean[size];
        for (int row = 0; row < out.length; row++) {
            int code = column.codes().get(row);
            if (code >= 0) {
                used[code] = true;
            }
        }
        var texts = new String[size];
        var order = new Integer[size];
        int n = 0;
        for (int code = 0; code < size; code++) {
            if (used[code]) {
                texts[code] = column.dictionary().get(code);
                order[n++] = code;
            }
        }
        var pace = new MemoryMeter.Pace();
        Arrays.sort(
                order,
                0,
                n,
                (a, b) -> {
                    pace.did(64);
                    return texts[a].compareTo(texts[b]);
                });
        long[] ranks = new long[size];
        for (int i = 0; i < n; i++) {
            int code = order[i];
            boolean same = i > 0 && texts[code].equals(texts[order[i - 1]]);
            // "" is 0, where rows without a code are too.
            ranks[code] = texts[code].isEmpty() ? 0 : same ? ranks[order[i - 1]] : i + 1L;
        }
        for (int row = 0; row < out.length; row++) {
            int code = column.codes().get(row);
            out[row] = code < 0 ? 0 : ranks[code];
        }
    }

    private static void objects(Column column, long[] out) {
        var pace = new MemoryMeter.Pace();
        var distinct = new TreeMap<Dynamic, Long>(DynamicOrder.INSTANCE);
        for (int row = 0; row < out.length; row++) {
            pace.did(256);
            distinct.put(column.dynamic(row), 0L);
        }
        long rank = 0;
        for (var entry : distinct.entrySet()) {
            entry.setValue(rank++);
        }
        for (int row = 0; row < out.length; row++) {
            out[row] = distinct.getOrDefault(column.dynamic(row), 0L);
        }
    }

    /// Row numbers in order of the keys, ties by row number.
    static int[] order(long[][] keys, int rows) {
        int[] order = new int[rows];
        for (int i = 0; i < rows; i++) {
            order[i] = i;
        }
        mergeSort(order, new int[rows], 0, rows, keys, new MemoryMeter.Pace());
        return order;
    }

    private static void mergeSort(
            int[] a, int[] spare, int from, int to, long[][] keys, MemoryMeter.Pace pace) {
        if (to - from < 12) {
            for (int i = from + 1; i < to; i++) {
                int row = a[i];
                int at = i;
                while (at > from && compare(keys, a[at - 1], row) > 0) {
                    a[at] = a[at - 1];
                    at--;
                }
                a[at] = row;
            }
            return;
        }
        int middle = (from + to) >>> 1;
        mergeSort(a, spare, from, middle, keys, pace);
        mergeSort(a, spare, middle, to, keys, pace);
        pace.did(to - from);
        if (compare(keys, a[middle - 1], a[middle]) <= 0) {
            return;
        }
        System.arraycopy(a, from, spare, from, to - from);
        int left = from;
        int right = middle;
        for (int i = from; i < to; i++) {
            a[i] =
                    right >= to || left < middle && compare(keys, spare[left], spare[right]) <= 0
                            ? spare[left++]
                            : spare[right++];
        }
    }

    private static int compare(long[][] keys, int a, int b) {
        for (long[] key : keys) {
            int order = Long.compare(key[a], key[b]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
