package io.muster.kql.function.scalar;

import io.muster.core.column.Column;
import io.muster.core.column.LongColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.kql.function.Arguments;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Arrays, bags and sets.
public final class DynamicFunctions {
    /// Arrays longer than this are not made.
    static final int MAX_ARRAY = 1_048_576;

    private DynamicFunctions() {}

    static FunctionFamily family() {
        var arrayLength =
                ScalarFunction.of(
                        "array_length", "(array: dynamic): long", DynamicFunctions::arrayLength);
        var pack = ScalarFunction.of("bag_pack", "(key...: text, value...: any): dynamic", pack());
        var arrayIff =
                ScalarFunction.of(
                        "array_iff",
                        "(condition: dynamic, then: any, else: any): dynamic",
                        Kernels.perRowWithNulls((v, c) -> arrayIff(v)));
        return new FunctionFamily(
                "Dynamic",
                List.of(
                        arrayLength,
                        arrayLength.alias("arraylength"),
                        pack,
                        pack.alias("pack"),
                        pack.alias("pack_dictionary"),
                        ScalarFunction.of(
                                "pack_array",
                                "(value...: any): dynamic",
                                Kernels.perRowWithNulls((v, c) -> Dynamic.array(v.clone()))),
                        ScalarFunction.of(
                                "bag_keys",
                                "(bag: dynamic): dynamic",
                                Kernels.perRow((v, c) ->
                                        v[0] instanceof Dynamic.Bag(var members)
                                                ? new Dynamic.Array(
                                                        members.keySet().stream()
                                                                .map(k -> Dynamic.of(k))
                                                                .toList())
                                                : Dynamic.NULL)),
                        ScalarFunction.of(
                                "bag_merge",
                                "(bag...: dynamic): dynamic",
                                Kernels.perRowWithNulls((v, c) -> bagMerge(v))),
                        ScalarFunction.of(
                                "bag_remove_keys",
                                "(bag: dynamic, keys: dynamic): dynamic",
                                Kernels.perRow((v, c) -> removeKeys(v[0], v[1]))),
                        ScalarFunction.of(
                                "bag_has_key",
                                "(bag: dynamic, key: string): bool",
                                Kernels.perRow(
                                        (v, c) -> Dynamic.of(hasKey(v[0], v[1].textOr(""))))),
                        ScalarFunction.of(
                                "bag_set_key",
                                "(bag: dynamic, key: string, value: any): dynamic",
                                Kernels.perRowWithNulls(
                                        (v, c) -> setKey(v[0], v[1].textOr(""), v[2]))),
                        ScalarFunction.of(
                                "bag_zip",
                                "(keys: dynamic, values: dynamic): dynamic",
                                Kernels.perRowWithNulls((v, c) -> zipBag(v[0], v[1]))),
                        ScalarFunction.of(
                                        "treepath",
                                        "(object: dynamic): dynamic",
                                        Kernels.perRow((v, c) -> {
                                            var paths = new LinkedHashSet<String>();
                                            tree(v[0], "", paths);
                                            return new Dynamic.Array(
                                                    paths.stream()
                                                            .map(p -> Dynamic.of(p))
                                                            .toList());
                                        }))
                                .prefixed("tree"),
                        ScalarFunction.of(
                                "dynamic_to_json",
                                "(value: dynamic): string",
                                Kernels.perRow((v, c) -> Dynamic.of(Json.write(sorted(v[0]))))),
                        ScalarFunction.of(
                                "array_concat",
                                "(array...: dynamic): dynamic",
                                Kernels.perRowWithNulls((v, c) -> {
                                    var all = new ArrayList<Dynamic>();
                                    for (var value : v) {
                                        all.addAll(value.items());
                                    }
                                    return new Dynamic.Array(all);
                                })),
                        ScalarFunction.of(
                                "array_slice",
                                "(array: dynamic, start: long, end: long): dynamic",
                                Kernels.perRow((v, c) ->
                                        slice(v[0], Columns.longOf(v[1]), Columns.longOf(v[2])))),
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
                                                                .anyMatch(i ->
                                                                        DynamicOrder.equal(
                                                                                i, v[1])))
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
                                                    : new Dynamic.Array(
                                                            Collections.nCopies((int) n, v[0]));
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
                                        Dynamic.of(
                                                keys(v[0]).keySet().equals(keys(v[1]).keySet())))),
                        ScalarFunction.of(
                                "jaccard_index",
                                "(set1: dynamic, set2: dynamic): real",
                                Kernels.perRow((v, c) -> {
                                    var a = keys(v[0]).keySet();
                                    var b = keys(v[1]).keySet();
                                    long common = a.stream().filter(b::contains).count();
                                    return Dynamic.of(
                                            (double) common / (a.size() + b.size() - common));
                                })),
                        ScalarFunction.of(
                                "extract_json",
                                "(path: string, json: text, type?: type): named",
                                Kernels.perRow((v, c) -> extractJson(v))),
                        ScalarFunction.of(
                                "extractjson",
                                "(path: string, json: text, type?: type): named",
                                Kernels.perRow((v, c) -> extractJson(v)))));
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

    private static Kernel pack() {
        return Kernels.perRowWithNulls((v, c) -> {
            var bag = new LinkedHashMap<String, Dynamic>();
            for (int i = 0; i + 1 < v.length; i += 2) {
                bag.put(v[i].textOr(""), v[i + 1]);
            }
            return new Dynamic.Bag(bag);
        });
    }

    private static Dynamic bagMerge(Dynamic[] bags) {
        var out = new LinkedHashMap<String, Dynamic>();
        boolean any = false;
        for (var bag : bags) {
            if (bag instanceof Dynamic.Bag(var members)) {
                any = true;
                members.forEach(out::putIfAbsent);
            } else if (!bag.isNull()) {
                return Dynamic.NULL;
            }
        }
        return any ? new Dynamic.Bag(out) : Dynamic.NULL;
    }

    private static Dynamic removeKeys(Dynamic bag, Dynamic keys) {
        if (!(bag instanceof Dynamic.Bag)) {
            return Dynamic.NULL;
        }
        Dynamic out = bag;
        for (var key : keys.items()) {
            String path = ScalarText.of(key);
            out = path.startsWith("$") ? removePath(out, steps(path)) : out.without(path);
        }
        return out;
    }

    private static Dynamic removePath(Dynamic value, List<String> steps) {
        if (!(value instanceof Dynamic.Bag(var members)) || steps.isEmpty()) {
            return value;
        }
        String first = steps.getFirst();
        if (steps.size() == 1) {
            return value.without(first);
        }
        return members.containsKey(first)
                ? value.with(first, removePath(value.get(first), steps.subList(1, steps.size())))
                : value;
    }

    private static Dynamic setKey(Dynamic bag, String key, Dynamic value) {
        if (!(bag instanceof Dynamic.Bag)) {
            return Dynamic.NULL;
        }
        return key.startsWith("$") ? setPath(bag, steps(key), value) : bag.with(key, value);
    }

    /// Bags on the way that are not there are made; a value on the way that is no bag gives way to one.
    private static Dynamic setPath(Dynamic bag, List<String> steps, Dynamic value) {
        if (steps.isEmpty()) {
            return Dynamic.NULL;
        }
        String first = steps.getFirst();
        if (steps.size() == 1) {
            return bag.with(first, value);
        }
        var inner =
                bag.get(first) instanceof Dynamic.Bag b ? b : (Dynamic) new Dynamic.Bag(Map.of());
        return bag.with(first, setPath(inner, steps.subList(1, steps.size()), value));
    }

    /// Keys that are no strings are left out with their values; a key without value gets null.
    private static Dynamic zipBag(Dynamic keys, Dynamic values) {
        if (!(keys instanceof Dynamic.Array(var names))) {
            return Dynamic.NULL;
        }
        var bag = new LinkedHashMap<String, Dynamic>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i) instanceof Dynamic.Text(var name)) {
                bag.put(name, values.get(i));
            }
        }
        return new Dynamic.Bag(bag);
    }

    private static boolean hasKey(Dynamic bag, String key) {
        if (!key.startsWith("$")) {
            return bag.members().containsKey(key);
        }
        var steps = steps(key);
        Dynamic at = bag;
        for (int i = 0; i < steps.size(); i++) {
            if (i == steps.size() - 1) {
                return at.members().containsKey(steps.get(i)) || !step(at, steps.get(i)).isNull();
            }
            at = step(at, steps.get(i));
        }
        return false;
    }

    /// The steps of a JSON path: `$.a['b c'][0]` is a, `b c`, 0.
    static List<String> steps(String path) {
        var out = new ArrayList<String>();
        int i = path.startsWith("$") ? 1 : 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            if (c == '.') {
                i++;
            } else if (c == '[') {
                int end = path.indexOf(']', i);
                if (end < 0) {
                    end = path.length();
                }
                String inside = path.substring(i + 1, end).strip();
                boolean quoted =
                        inside.length() > 1
                                && (inside.charAt(0) == '\'' || inside.charAt(0) == '"');
                out.add(quoted ? inside.substring(1, inside.length() - 1) : inside);
                i = end + 1;
            } else {
                int end = i;
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                out.add(path.substring(i, end));
                i = end;
            }
        }
        return out;
    }

    private static Dynamic step(Dynamic at, String step) {
        if (at instanceof Dynamic.Array) {
            var index = ScalarText.parseLong(step);
            return index.isPresent() ? at.get((int) index.getAsLong()) : Dynamic.NULL;
        }
        return at.get(step);
    }

    private static Dynamic extractJson(Dynamic[] v) {
        var type =
                v.length > 2
                        ? KqlType.parse(v[2].textOr("")).orElse(KqlType.STRING)
                        : KqlType.STRING;
        Dynamic at = Conversions.json(v[1].textOr(""));
        for (var step : steps(v[0].textOr(""))) {
            at = step(at, step);
        }
        return at.isNull() && type != KqlType.STRING ? Dynamic.NULL : Conversions.convert(at, type);
    }

    private static void tree(Dynamic value, String at, Set<String> paths) {
        switch (value) {
            case Dynamic.Bag(var members) ->
                    members.forEach((name, member) -> {
                        String path = at + "['" + name + "']";
                        paths.add(path);
                        tree(member, path, paths);
                    });
            case Dynamic.Array(var items) -> {
                if (!items.isEmpty()) {
                    paths.add(at + "[0]");
                }
                for (var item : items) {
                    tree(item, at + "[0]", paths);
                }
            }
            default -> {}
        }
    }

    private static Dynamic sorted(Dynamic value) {
        return switch (value) {
            case Dynamic.Bag(var members) -> {
                var out = new TreeMap<String, Dynamic>();
                members.forEach((k, m) -> out.put(k, sorted(m)));
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Array(var items) ->
                    new Dynamic.Array(items.stream().map(DynamicFunctions::sorted).toList());
            default -> value;
        };
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
                    Dynamic fill = v.length > 2 ? v[2] : Dynamic.NULL;
                    long by = direction * Columns.longOf(v[1]);
                    var out = new ArrayList<Dynamic>(items.size());
                    for (int i = 0; i < items.size(); i++) {
                        long from = i + by;
                        out.add(from >= 0 && from < items.size() ? items.get((int) from) : fill);
                    }
                    return new Dynamic.Array(out);
                }));
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

    private static Dynamic zip(Dynamic[] arrays) {
        int longest = 0;
        for (var array : arrays) {
            longest = Math.max(longest, array.items().size());
        }
        var out = new ArrayList<Dynamic>();
        for (int i = 0; i < longest; i++) {
            var line = new ArrayList<Dynamic>();
            for (var array : arrays) {
                line.add(array.get(i));
            }
            out.add(new Dynamic.Array(line));
        }
        return new Dynamic.Array(out);
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
