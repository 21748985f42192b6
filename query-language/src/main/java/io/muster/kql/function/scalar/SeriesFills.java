package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.Columns;
import io.muster.kql.vector.DynamicOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Series whose gaps are filled.
final class SeriesFills {
    private SeriesFills() {}

    static List<ScalarFunction> functions() {
        return List.of(
                ScalarFunction.of(
                                "series_fill_const",
                                "(series: dynamic, constant?: any, missing?: any): dynamic",
                                Kernels.perRowWithNulls((v, c) -> fillConst(v)))
                        .keepsName(),
                ScalarFunction.of(
                                "series_fill_forward",
                                "(series: dynamic, missing?: any): dynamic",
                                Kernels.perRowWithNulls((v, c) -> fill(v, true)))
                        .keepsName(),
                ScalarFunction.of(
                                "series_fill_backward",
                                "(series: dynamic, missing?: any): dynamic",
                                Kernels.perRowWithNulls((v, c) -> fill(v, false)))
                        .keepsName(),
                ScalarFunction.of(
                                "series_fill_linear",
                                "(series: dynamic, missing?: any, fill_edges?: bool, constant?: any): dynamic",
                                Kernels.perRowWithNulls((v, c) -> fillLinear(v)))
                        .keepsName());
    }

    private static boolean missing(Dynamic item, Dynamic[] v, int index) {
        if (v.length > index && !v[index].isNull()) {
            double placeholder = SeriesFunctions.number(v[index]);
            return Double.isNaN(placeholder)
                    ? item instanceof Dynamic.Real(var r) && Double.isNaN(r) || item.isNull()
                    : DynamicOrder.equal(item, v[index]);
        }
        return item.isNull();
    }

    private static Dynamic fillConst(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        Dynamic constant = v.length > 1 ? v[1] : Dynamic.of(0L);
        return new Dynamic.Array(items.stream().map(i -> missing(i, v, 2) ? constant : i).toList());
    }

    private static Dynamic fill(Dynamic[] v, boolean forward) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        var out = new Dynamic[items.size()];
        Dynamic last = null;
        for (int n = 0; n < out.length; n++) {
            int i = forward ? n : out.length - 1 - n;
            Dynamic item = items.get(i);
            if (!missing(item, v, 1)) {
                last = item;
            }
            out[i] = missing(item, v, 1) && last != null ? last : item;
        }
        return new Dynamic.Array(Arrays.asList(out));
    }

    private static Dynamic fillLinear(Dynamic[] v) {
        if (!(v[0] instanceof Dynamic.Array(var items))) {
            return Dynamic.NULL;
        }
        boolean edges = v.length < 3 || v[2].boolOr(true);
        Dynamic constant = v.length > 3 ? v[3] : Dynamic.of(0.0);
        int n = items.size();
        boolean whole = items.stream().noneMatch(i -> i instanceof Dynamic.Real);
        var known = new ArrayList<Integer>();
        for (int i = 0; i < n; i++) {
            if (!missing(items.get(i), v, 1) && DynamicOrder.isNumber(items.get(i))) {
                known.add(i);
            }
        }
        var out = new ArrayList<Dynamic>(n);
        if (known.isEmpty()) {
            for (int i = 0; i < n; i++) {
                out.add(constant);
            }
            return new Dynamic.Array(out);
        }
        int next = 0;
        for (int i = 0; i < n; i++) {
            while (next < known.size() && known.get(next) < i) {
                next++;
            }
            if (next < known.size() && known.get(next) == i) {
                out.add(items.get(i));
            } else if (next == 0) {
                out.add(edges ? items.get(known.getFirst()) : items.get(i));
            } else if (next == known.size()) {
                out.add(edges ? items.get(known.getLast()) : items.get(i));
            } else {
                int left = known.get(next - 1);
                int right = known.get(next);
                double a = Columns.doubleOf(items.get(left));
                double b = Columns.doubleOf(items.get(right));
                double at = a + (b - a) * (i - left) / (right - left);
                // Between whole numbers a line has whole points.
                out.add(whole ? Dynamic.of((long) at) : Dynamic.of(at));
            }
        }
        return new Dynamic.Array(out);
    }
}
