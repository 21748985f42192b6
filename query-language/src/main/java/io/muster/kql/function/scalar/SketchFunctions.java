package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;

/// What is read of the sketches that `tdigest` and `hll` make, and sketches put together.
final class SketchFunctions {
    private SketchFunctions() {}

    static List<ScalarFunction> functions() {
        return List.of(
                ScalarFunction.of(
                                "dcount_hll",
                                "(hll: dynamic): long",
                                Kernels.perRow(
                                        (v, c) -> Dynamic.of((long) v[0].get(1).items().size())))
                        .prefixed("dcount_hll"),
                ScalarFunction.of(
                                "percentile_tdigest",
                                "(digest: dynamic, percentile: real, type: type): named",
                                Kernels.perRow((v, c) ->
                                        typed(percentile(v[0], Columns.doubleOf(v[1])), v[2])))
                        .or(
                                "(digest: dynamic, percentile: real): dynamic",
                                Kernels.perRow((v, c) -> percentile(v[0], Columns.doubleOf(v[1]))))
                        .prefixed("percentile_tdigest"),
                percentiles("percentiles_array_tdigest"),
                percentiles("percentile_array_tdigest"),
                merge("merge_tdigest"),
                merge("tdigest_merge"),
                ScalarFunction.of(
                                "hll_merge",
                                "(hll...: dynamic): dynamic",
                                Kernels.perRow((v, c) -> {
                                    var all = new LinkedHashSet<Dynamic>();
                                    for (var hll : v) {
                                        all.addAll(hll.get(1).items());
                                    }
                                    return Dynamic.array(
                                            Dynamic.of("hll"),
                                            new Dynamic.Array(new ArrayList<>(all)));
                                }))
                        .named("hll_merged_result"),
                merge("merge_tdigests"),
                ScalarFunction.of(
                        "rank_tdigest",
                        "(digest: dynamic, value: any): real",
                        Kernels.perRow((v, c) -> Dynamic.of(rank(v[0], v[1])[0]))),
                ScalarFunction.of(
                        "percentrank_tdigest",
                        "(digest: dynamic, value: any): real",
                        Kernels.perRow((v, c) -> {
                            double[] rank = rank(v[0], v[1]);
                            return Dynamic.of(100 * rank[0] / rank[1]);
                        })));
    }

    private static ScalarFunction percentiles(String name) {
        return ScalarFunction.of(
                        name,
                        "(digest: dynamic, percentiles: dynamic, type: type): dynamic",
                        Kernels.perRow((v, c) -> {
                            var out = new ArrayList<Dynamic>();
                            for (var p : v[1].items()) {
                                out.add(typed(percentile(v[0], Columns.doubleOf(p)), v[2]));
                            }
                            return new Dynamic.Array(out);
                        }))
                .or(
                        "(digest: dynamic, percentile: real, type: type): named",
                        Kernels.perRow(
                                (v, c) -> typed(percentile(v[0], Columns.doubleOf(v[1])), v[2])))
                .or(
                        "(digest: dynamic, percentile...: any): dynamic",
                        Kernels.perRow((v, c) -> {
                            var out = new ArrayList<Dynamic>();
                            for (int i = 1; i < v.length; i++) {
                                for (var p : Comparisons.items(v[i])) {
                                    out.add(percentile(v[0], Columns.doubleOf(p)));
                                }
                            }
                            return new Dynamic.Array(out);
                        }))
                .prefixed("percentile_tdigest");
    }

    private static Dynamic typed(Dynamic value, Dynamic type) {
        return Conversions.convert(value, KqlType.parse(type.textOr("")).orElse(KqlType.DYNAMIC));
    }

    /// One weight a value, as `tdigest` makes them; 0 for those that a document made up otherwise has none for.
    private static List<Dynamic> weights(Dynamic digest) {
        int values = digest.get(1).items().size();
        var weights = digest.get(2).items();
        if (weights.size() >= values) {
            return weights;
        }
        var padded = new ArrayList<>(weights);
        padded.addAll(Collections.nCopies(values - weights.size(), Dynamic.of(0L)));
        return padded;
    }

    /// The weight of the values up to one, and of all.
    private static double[] rank(Dynamic digest, Dynamic value) {
        var values = digest.get(1).items();
        var weights = weights(digest);
        double below = 0;
        double total = 0;
        for (int i = 0; i < values.size(); i++) {
            double weight = Columns.doubleOf(weights.get(i));
            total += weight;
            if (DynamicOrder.INSTANCE.compare(values.get(i), value) <= 0) {
                below += weight;
            }
        }
        return new double[] {below, total};
    }

    private static ScalarFunction merge(String name) {
        return ScalarFunction.of(
                        name,
                        "(digest...: dynamic): dynamic",
                        Kernels.perRow((v, c) -> {
                            var values = new ArrayList<Dynamic>();
                            var weights = new ArrayList<Dynamic>();
                            for (var digest : v) {
                                values.addAll(digest.get(1).items());
                                weights.addAll(
                                        weights(digest).subList(0, digest.get(1).items().size()));
                            }
                            return Dynamic.array(
                                    Dynamic.of("tdigest"),
                                    new Dynamic.Array(values),
                                    new Dynamic.Array(weights));
                        }))
                .named("tdigests_merge_result");
    }

    /// The value at a percentile of a digest as `tdigest` makes it.
    private static Dynamic percentile(Dynamic digest, double percentile) {
        var values = digest.get(1).items();
        var weights = weights(digest);
        if (values.isEmpty()) {
            return Dynamic.NULL;
        }
        var places = new Integer[values.size()];
        Arrays.setAll(places, i -> i);
        Arrays.sort(places, (a, b) -> DynamicOrder.INSTANCE.compare(values.get(a), values.get(b)));
        double total = 0;
        for (var weight : weights) {
            total += Columns.doubleOf(weight);
        }
        double wanted = Math.max(1, Math.ceil(total * percentile / 100 - 1e-9));
        double seen = 0;
        for (int place : places) {
            seen += Columns.doubleOf(weights.get(place));
            if (seen >= wanted) {
                return values.get(place);
            }
        }
        return values.get(places[places.length - 1]);
    }
}
