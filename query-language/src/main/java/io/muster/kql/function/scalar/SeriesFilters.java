package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.vector.MemoryMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Series led through a filter.
final class SeriesFilters {
    private SeriesFilters() {}

    static List<ScalarFunction> functions() {
        return List.of(
                ScalarFunction.of(
                                "series_fir",
                                "(series: dynamic, filter: dynamic, normalize?: bool, center?: bool): dynamic",
                                Kernels.perRow((v, c) -> fir(v)))
                        .keepsName(),
                ScalarFunction.of(
                                "series_iir",
                                "(series: dynamic, numerators: dynamic, denominators: dynamic): dynamic",
                                Kernels.perRow((v, c) -> iir(v)))
                        .keepsName());
    }

    private static Dynamic fir(Dynamic[] v) {
        double[] series = SeriesFunctions.numbers(v[0]);
        double[] filter = SeriesFunctions.numbers(v[1]);
        boolean negative = Arrays.stream(filter).anyMatch(f -> f < 0);
        boolean normalize = v.length > 2 ? v[2].boolOr(!negative) : !negative;
        if (normalize && negative) {
            return Dynamic.NULL;
        }
        boolean center = v.length > 3 && v[3].boolOr(false);
        double total = SeriesFunctions.sum(filter);
        if (normalize && total != 0) {
            for (int i = 0; i < filter.length; i++) {
                filter[i] /= total;
            }
        }
        int shift = center ? filter.length / 2 : 0;
        var out = new ArrayList<Dynamic>();
        var pace = new MemoryMeter.Pace();
        for (int i = 0; i < series.length; i++) {
            pace.did(filter.length);
            double sum = 0;
            for (int k = 0; k < filter.length; k++) {
                int at = i - k + shift;
                if (at >= 0 && at < series.length) {
                    sum += filter[k] * series[at];
                }
            }
            out.add(Dynamic.of(sum));
        }
        return new Dynamic.Array(out);
    }

    private static Dynamic iir(Dynamic[] v) {
        double[] x = SeriesFunctions.numbers(v[0]);
        double[] b = SeriesFunctions.numbers(v[1]);
        double[] a = SeriesFunctions.numbers(v[2]);
        if (a.length == 0 || a[0] == 0) {
            return Dynamic.NULL;
        }
        double[] y = new double[x.length];
        var out = new ArrayList<Dynamic>();
        var pace = new MemoryMeter.Pace();
        for (int i = 0; i < x.length; i++) {
            pace.did(a.length + b.length);
            double sum = 0;
            for (int k = 0; k < b.length && k <= i; k++) {
                sum += b[k] * x[i - k];
            }
            for (int k = 1; k < a.length && k <= i; k++) {
                sum -= a[k] * y[i - k];
            }
            y[i] = sum / a[0];
            out.add(Dynamic.of(y[i]));
        }
        return new Dynamic.Array(out);
    }
}
