package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernel;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.value.TextLimit;
import io.muster.kql.vector.MemoryMeter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Bags, and what a JSON path leads to. Arrays and sets are among [ArrayFunctions].
public final class DynamicFunctions {
    private DynamicFunctions() {}

    static FunctionFamily family() {
        return new FunctionFamily(
                "Dynamic",
                Stream.of(ArrayFunctions.lengths(), ofBags(), ArrayFunctions.functions(), ofPaths())
                        .flatMap(List::stream)
                        .toList());
    }

    private static List<ScalarFunction> ofBags() {
        var pack = ScalarFunction.of("bag_pack", "(key...: text, value...: any): dynamic", pack());
        return List.of(
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
                        Kernels.perRow((v, c) -> Dynamic.of(hasKey(v[0], v[1].textOr(""))))),
                ScalarFunction.of(
                        "bag_set_key",
                        "(bag: dynamic, key: string, value: any): dynamic",
                        Kernels.perRowWithNulls((v, c) -> setKey(v[0], v[1].textOr(""), v[2]))),
                ScalarFunction.of(
                        "bag_zip",
                        "(keys: dynamic, values: dynamic): dynamic",
                        Kernels.perRowWithNulls((v, c) -> zipBag(v[0], v[1]))),
                ScalarFunction.of(
                                "treepath",
                                "(object: dynamic): dynamic",
                                Kernels.perRow((v, c) -> {
                                    var paths = new LinkedHashSet<String>();
                                    tree(v[0], "", paths, new MemoryMeter.Tally());
                                    return new Dynamic.Array(
                                            paths.stream().map(p -> Dynamic.of(p)).toList());
                                }))
                        .prefixed("tree"),
                ScalarFunction.of(
                        "dynamic_to_json",
                        "(value: dynamic): string",
                        Kernels.perRow((v, c) ->
                                Dynamic.of(
                                        TextLimit.json(sorted(v[0], new MemoryMeter.Tally()))))));
    }

    private static List<ScalarFunction> ofPaths() {
        return List.of(
                ScalarFunction.of(
                        "extract_json",
                        "(path: string, json: text, type?: type): named",
                        Kernels.perRow((v, c) -> extractJson(v))),
                ScalarFunction.of(
                        "extractjson",
                        "(path: string, json: text, type?: type): named",
                        Kernels.perRow((v, c) -> extractJson(v))));
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
            out = JsonPath.is(path) ? removePath(out, path) : out.without(path);
        }
        return out;
    }

    /// Places in arrays are not supported.
    private static Dynamic removePath(Dynamic bag, String path) {
        return JsonPath.of(path).names().map(names -> removePath(bag, names)).orElse(bag);
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
        return JsonPath.is(key)
                ? JsonPath.of(key)
                        .names()
                        .map(names -> setPath(bag, names, value))
                        .orElse(Dynamic.NULL)
                : bag.with(key, value);
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
        return Kernels.charged(
                128L * names.size(),
                () -> {
                    var pace = new MemoryMeter.Pace();
                    var bag = new LinkedHashMap<String, Dynamic>();
                    for (int i = 0; i < names.size(); i++) {
                        pace.did(128);
                        if (names.get(i) instanceof Dynamic.Text(var name)) {
                            bag.put(name, values.get(i));
                        }
                    }
                    return new Dynamic.Bag(bag);
                });
    }

    private static boolean hasKey(Dynamic bag, String key) {
        if (!JsonPath.is(key)) {
            return bag.members().containsKey(key);
        }
        var names = JsonPath.of(key).names().orElse(List.of());
        Dynamic at = bag;
        for (int i = 0; i < names.size() - 1; i++) {
            at = at.get(names.get(i));
        }
        return !names.isEmpty() && at.members().containsKey(names.getLast());
    }

    private static Dynamic extractJson(Dynamic[] v) {
        var type =
                v.length > 2
                        ? KqlType.parse(v[2].textOr("")).orElse(KqlType.STRING)
                        : KqlType.STRING;
        Dynamic at = JsonPath.of(v[0].textOr("")).in(Conversions.json(v[1].textOr("")));
        return at.isNull() && type != KqlType.STRING ? Dynamic.NULL : Conversions.convert(at, type);
    }

    private static void tree(Dynamic value, String at, Set<String> paths, MemoryMeter.Tally held) {
        held.add(at.length() + 64L);
        switch (value) {
            case Dynamic.Bag(var members) ->
                    members.forEach((name, member) -> {
                        String path = at + "['" + name + "']";
                        paths.add(path);
                        tree(member, path, paths, held);
                    });
            case Dynamic.Array(var items) -> {
                if (!items.isEmpty()) {
                    paths.add(at + "[0]");
                }
                for (var item : items) {
                    tree(item, at + "[0]", paths, held);
                }
            }
            default -> {}
        }
    }

    private static Dynamic sorted(Dynamic value, MemoryMeter.Tally held) {
        held.add(64);
        return switch (value) {
            case Dynamic.Bag(var members) -> {
                var out = new TreeMap<String, Dynamic>();
                members.forEach((k, m) -> out.put(k, sorted(m, held)));
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Array(var items) ->
                    new Dynamic.Array(items.stream().map(item -> sorted(item, held)).toList());
            default -> value;
        };
    }
}
