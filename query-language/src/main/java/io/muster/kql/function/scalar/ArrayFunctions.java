package io.muster.kql.function.scalar;

import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Arrays, and the sets that arrays stand for.
final class ArrayFunctions {
    /// Arrays longer than this are not made.
    static final int MAX_ARRAY = 1_048_576;

    private ArrayFunctions() {}

    static List<ScalarFunction> lengths() {
        var arrayLength =
                ScalarFunction.of(
                        "array_length", "(array: dynamic): long", ArrayFunctions::arrayLength);
        return List.of(arrayLength, arrayLength.alias("arraylength"));
    }

    static List<ScalarFunction> functions() {
        var arrayIff =
                ScalarFunction.of(
                        "array_iff",
                        "(condition: dynamic, then: any, else: any): dynamic",
                        Kernels.perRowWithNulls((v, c) -> arrayIff(v)));
        return List.of(
                ScalarFunction.of(
                        "array_concat",
                        "(array...: dynamic): dynamic",
                        Kernels.perRowWithNulls((v, c) -> concat(v))),
                ScalarFunction.of(
                        "array_slice",
                        "(array: dynamic, start: long, end: long): dynamic",
                        Kernels.perRow(
                                (v, c) -> slice(v[0], Columns.longOf(v[1]), Columns.longOf(v[2])))),
                ScalarFunction.of(
                        "array_split",
                        "(array: dynamic, indices: any): dynamic",
                        Kernels.perRow((v, c) -> arraySplit(v[0], v[1]))),
                ScalarFunction.of(
                        "array_reverse",
                        "(array: dynamic): dynamic",
                        Kernels.perRow((v, c) -> {
                            if (!(v[0] instanceof Dynamic.Array(var items))) {
                                return Dynamic.NULL;
                            }
                            var reversed = new ArrayList<>(items);
                            Collections.reverse(reversed);
                            return new Dynamic.Array(reversed);
                        })),
                ScalarFunction.of(
                        "array_index_of",
                        "(array: dynamic, value: any, start?: long, length?: long, occurrence?: long): long",
                        Kernels.perRow((v, c) -> indexOf(v))),
                ScalarFunction.of(
                        "set_has_element",
                        "(set: dynamic, value: any): bool",
                        Kernels.perRow((v, c) ->
                                v[0] instanceof Dynamic.Array(var items)
                                        ? Dynamic.of(
                                                items.stream()
                                                        .anyMatch(i -> DynamicOrder.equal(i, v[1])))
                                        : Dynamic.NULL)),
                arrayIff,
                arrayIff.alias("array_iif"),
                rotate("array_rotate_left", 1),
                rotate("array_rotate_right", -1),
                shift("array_shift_left", 1),
                shift("array_shift_right", -1),
                ScalarFunction.of(
                        "array_sum",
                        "(array: dynamic): real",
                        Kernels.perRow((v, c) -> {
                            if (!(v[0] instanceof Dynamic.Array(var items))) {
                                return Dynamic.NULL;
                            }
                            double sum = 0;
                            for (var item : items) {
                                if (!DynamicOrder.isNumber(item) && !item.isNull()) {
                                    return Dynamic.NULL;
                                }
                                sum += Columns.doubleOf(item);
                            }
                            return Dynamic.of(sum);
                        })),
                sort("array_sort_asc", 1),
                sort("array_sort_desc", -1),
                ScalarFunction.of(
                        "zip",
                        "(array...: dynamic): dynamic",
                        Kernels.perRowWithNulls((v, c) -> zip(v))),
                ScalarFunction.of(
                                "repeat",
                                "(value: any, count: long): dynamic",
                                Kernels.perRowWithNulls((v, c) -> {
                                    long n = Columns.longOf(v[1]);
                                    return v[1].isNull() || n < 0 || n > MAX_ARRAY
                                            ? Dynamic.NULL
                                            : new Dynamic.Array(Collections.nCopies((int) n, v[0]));
                                }))
                        .prefixed("repeat"),
                ScalarFunction.of(
                        "range",
                        "(start: summable, stop: summable, step?: summable): dynamic",
                        Kernels.perRow((v, c) -> range(v))),
                set("set_union"),
                set("set_intersect"),
                set("set_difference"),
                ScalarFunction.of(
                        "set_equals",
                        "(set1: dynamic, set2: dynamic): bool",
                        Kernels.perRow((v, c) ->
                                Dynamic.of(keys(v[0]).keySet().equals(keys(v[1]).keySet())))),
                ScalarFunction.of(
                        "jaccard_index",
                        "(set1: dynamic, set2: dynamic): real",
                        Kernels.perRow((v, c) -> {
                            var a = keys(v[0]).keySet();
                            var b = keys(v[1]).keySet();
                            long common = a.stream().filter(b::contains).count();
                            return Dynamic.of((double) common / (a.size() + b.size() - common));
                        })));
    }

    private static Column arrayLength(Arguments arguments) {
        Column column = arguments.column(0);
        if (column instanceof NullColumn) {
            return Columns.nulls(KqlType.LONG, arguments.rows());
        }
        var elements = column.elements();
        long[] out = new long[arguments.rows()];
        int[] offsets = elements.offsets();
        for (int row = 0; row < out.length; row++) {
            int length = offsets[row + 1] - offsets[row];
            out[row] = length;
        }
        return new LongColumn(KqlType.LONG, out, elements.arrays());
    }

    /// Both ends included; negative counts from the end.
    private static Dynamic slice(Dynamic array, long start, long end) {
        if (!(array instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        int size = items.size();
        long from = Math.max(0, start < 0 ? start + size : start);
        long to = Math.min(size - 1L, end < 0 ? end + size : end);
        return from > to
                ? Dynamic.EMPTY_ARRAY
                : new Dynamic.Array(items.subList((int) from, (int) to + 1));
    }

    private static Dynamic arraySplit(Dynamic array, Dynamic indices) {
        if (!(array instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        var cuts = new ArrayList<Integer>();
        for (var index : Comparisons.items(indices)) {
            long at = Columns.longOf(index);
            cuts.add(Math.clamp(at < 0 ? at + items.size() : at, 0, items.size()));
        }
        var out = new ArrayList<Dynamic>();
        int from = 0;
        for (int cut : cuts) {
            out.add(new Dynamic.Array(items.subList(Math.min(from, cut), Math.max(from, cut))));
            from = cut;
        }
        out.add(new Dynamic.Array(items.subList(from, items.size())));
        return new Dynamic.Array(out);
    }

    private static Dynamic indexOf(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        long start = v.length > 2 ? Columns.longOf(v[2]) : 0;
        long length = v.length > 3 ? Columns.longOf(v[3]) : -1;
        long occurrence = v.length > 4 ? Columns.longOf(v[4]) : 1;
        if (length < -1 || occurrence < 0) {
            return Dynamic.NULL;
        }
        if (start < 0) {
            start = Math.max(0, start + items.size());
        }
        long end = length < 0 ? items.size() : Math.min(items.size(), start + length);
        for (long i = start; i < end; i++) {
            if (DynamicOrder.equal(items.get((int) i), v[1]) && --occurrence == 0) {
                return Dynamic.of(i);
            }
        }
        return Dynamic.of(-1L);
    }

    private static Dynamic arrayIff(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array(var conditions))) {
            return Dynamic.NULL;
        }
        var out = new ArrayList<Dynamic>();
        for (int i = 0; i < conditions.size(); i++) {
            var condition = conditions.get(i);
            if (condition instanceof Dynamic.Bool || DynamicOrder.isNumber(condition)) {
                out.add(element(Columns.longOf(condition) != 0 ? v[1] : v[2], i));
            } else {
                out.add(Dynamic.NULL);
            }
        }
        return new Dynamic.Array(out);
    }

    private static Dynamic element(Dynamic value, int index) {
        return value instanceof Dynamic.Array(var items)
                ? index < items.size() ? items.get(index) : Dynamic.NULL
                : value;
    }

    private static ScalarFunction rotate(String name, int direction) {
        return ScalarFunction.of(
                name,
                "(array: dynamic, count: long): dynamic",
                Kernels.perRow((v, c) -> {
                    if (!(v[0] instanceof Dynamic.Array(var items)) || items.isEmpty()) {
                        return v[0];
                    }
                    var out = new ArrayList<>(items);
                    Collections.rotate(
                            out, (int) (-direction * (Columns.longOf(v[1]) % items.size())));
                    return new Dynamic.Array(out);
                }));
    }

    private static ScalarFunction shift(String name, int direction) {
        return ScalarFunction.of(
                name,
                "(array: dynamic, count: long, fill?: any): dynamic",
                Kernels.perRowWithNulls((v, c) -> {
                    if (!(v[0] instanceof Dynamic.Array(var items)) || v[1].isNull()) {
                        return Dynamic.NULL;
                    }
                    Dynamic fill = v.length > 2 ? v[2] : missing(items);
                    long by = direction * Columns.longOf(v[1]);
                    var out = new ArrayList<Dynamic>(items.size());
                    for (int i = 0; i < items.size(); i++) {
                        long from = i + by;
                        out.add(from >= 0 && from < items.size() ? items.get((int) from) : fill);
                    }
                    return new Dynamic.Array(out);
                }));
    }

    /// What stands for no value among values of that kind: of strings alone the empty one.
    private static Dynamic missing(List<Dynamic> items) {
        return !items.isEmpty() && items.stream().allMatch(i -> i instanceof Dynamic.Text)
                ? Dynamic.of("")
                : Dynamic.NULL;
    }

    /// Sorts the first array; further arrays are reordered alongside. Nulls last unless told otherwise.
    private static ScalarFunction sort(String name, int sign) {
        return ScalarFunction.of(
                name,
                "(array...: any): dynamic",
                Kernels.perRowWithNulls((v, c) -> sortArrays(v, sign)));
    }

    private static Dynamic sortArrays(Dynamic[] v, int sign) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        boolean nullsLast = !(v[v.length - 1] instanceof Dynamic.Bool(var b)) || b;
        Comparator<Dynamic> order =
                (x, y) -> {
                    if (x.isNull() || y.isNull()) {
                        return x.isNull() == y.isNull() ? 0 : x.isNull() == nullsLast ? 1 : -1;
                    }
                    // Kinds stand in one order whichever way their values are sorted.
                    int kinds = Integer.compare(sortingRank(x), sortingRank(y));
                    return kinds != 0 ? kinds : sign * DynamicOrder.INSTANCE.compare(x, y);
                };
        var places = new ArrayList<Integer>();
        for (int i = 0; i < items.size(); i++) {
            places.add(i);
        }
        var pace = new MemoryMeter.Pace();
        places.sort((x, y) -> {
            pace.did(32);
            return order.compare(items.get(x), items.get(y));
        });
        var sorted = new ArrayList<Dynamic>();
        for (var value : v) {
            if (value instanceof Dynamic.Array(var other)) {
                if (other.size() != items.size()) {
                    sorted.add(Dynamic.NULL);
                } else {
                    sorted.add(new Dynamic.Array(places.stream().map(other::get).toList()));
                }
            }
        }
        return sorted.size() == 1 ? sorted.getFirst() : new Dynamic.Array(sorted);
    }

    /// Numbers and times, texts, guids, all else.
    private static int sortingRank(Dynamic value) {
        return switch (value) {
            case Dynamic.Whole w -> 0;
            case Dynamic.Real r -> 0;
            case Dynamic.Decimal d -> 0;
            case Dynamic.Span s -> 1;
            case Dynamic.DateTime d -> 2;
            case Dynamic.Text t -> 3;
            case Dynamic.Guid g -> 4;
            case Dynamic.Bool b -> 5;
            case Dynamic.Array a -> 6;
            case Dynamic.Bag b -> 7;
            case Dynamic.Null n -> 8;
        };
    }

    private static Dynamic concat(Dynamic[] arrays) {
        long size = 0;
        for (var array : arrays) {
            size += array.items().size();
        }
        if (size > Integer.MAX_VALUE - 8) {
            throw new QueryStoppedException(
                    "query-memory", "An array of " + size + " items is longer than there can be.");
        }
        int length = (int) size;
        // The list, and the array that is made of it.
        return Kernels.charged(
                16L * length,
                () -> {
                    var meter = MemoryMeter.current();
                    var all = new ArrayList<Dynamic>(length);
                    for (var array : arrays) {
                        meter.charge(0);
                        all.addAll(array.items());
                    }
                    return new Dynamic.Array(all);
                });
    }

    private static Dynamic zip(Dynamic[] arrays) {
        int longest = 0;
        for (var array : arrays) {
            longest = Math.max(longest, array.items().size());
        }
        int lines = longest;
        return Kernels.charged(
                lines * (64L + 8L * arrays.length),
                () -> {
                    var pace = new MemoryMeter.Pace();
                    var out = new ArrayList<Dynamic>(lines);
                    for (int i = 0; i < lines; i++) {
                        pace.did(16L * (1 + arrays.length));
                        var line = new ArrayList<Dynamic>(arrays.length);
                        for (var array : arrays) {
                            line.add(array.get(i));
                        }
                        out.add(new Dynamic.Array(line));
                    }
                    return new Dynamic.Array(out);
                });
    }

    private static Dynamic range(Dynamic[] v) {
        var out = new ArrayList<Dynamic>();
        if (v[0] instanceof Dynamic.Real
                || v[1] instanceof Dynamic.Real
                || v.length > 2 && v[2] instanceof Dynamic.Real) {
            double start = Columns.doubleOf(v[0]);
            double stop = Columns.doubleOf(v[1]);
            double step = v.length > 2 ? Columns.doubleOf(v[2]) : 1;
            for (long i = 0; step != 0 && out.size() < MAX_ARRAY; i++) {
                double at = start + i * step;
                if (!(step > 0 ? at <= stop : at >= stop)) {
                    break;
                }
                out.add(Dynamic.of(at));
            }
            return new Dynamic.Array(out);
        }
        long start = Columns.longOf(v[0]);
        long stop = Columns.longOf(v[1]);
        boolean time = v[0] instanceof Dynamic.DateTime;
        boolean span = v[0] instanceof Dynamic.Span;
        long step = v.length > 2 ? Columns.longOf(v[2]) : time || span ? Ticks.PER_HOUR : 1;
        if (step == 0) {
            return Dynamic.NULL;
        }
        for (long at = start;
                (step > 0 ? at <= stop : at >= stop) && out.size() < MAX_ARRAY;
                at += step) {
            out.add(time ? new Dynamic.DateTime(at) : span ? new Dynamic.Span(at) : Dynamic.of(at));
        }
        return new Dynamic.Array(out);
    }

    private static Map<Dynamic, Dynamic> keys(Dynamic set) {
        var out = new LinkedHashMap<Dynamic, Dynamic>();
        for (var item : set.items()) {
            out.putIfAbsent(DynamicOrder.keyOf(item), item);
        }
        return out;
    }

    private static ScalarFunction set(String name) {
        return ScalarFunction.of(
                name,
                "(set...: dynamic): dynamic",
                Kernels.perRowWithNulls((v, c) -> {
                    for (var value : v) {
                        if (!(value instanceof Dynamic.Array)
                                && !(value.isNull() && name.equals("set_union"))) {
                            return Dynamic.NULL;
                        }
                    }
                    var out = keys(v[0]);
                    for (int i = 1; i < v.length; i++) {
                        var other = keys(v[i]);
                        switch (name) {
                            case "set_union" -> other.forEach(out::putIfAbsent);
                            case "set_intersect" -> out.keySet().retainAll(other.keySet());
                            default -> out.keySet().removeAll(other.keySet());
                        }
                    }
                    return new Dynamic.Array(new ArrayList<>(out.values()));
                }));
    }
}
