package io.muster.benchmarks.questions;

import java.util.Arrays;
import java.util.concurrent.Callable;

/// How long a thing took, asked again and again.
///
/// @param milliseconds each run, sorted
public record Timing(double[] milliseconds) {

    /// Runs it for that long to warm up, then as long again, at least five times, and notes each run.
    static Timing of(double seconds, Callable<?> body) throws Exception {
        long warm = System.nanoTime() + (long) (seconds * 1e9);
        do {
            body.call();
        } while (System.nanoTime() < warm);
        double[] runs = new double[16];
        int count = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (count < 5 || (System.nanoTime() < end && count < 10_000)) {
            long start = System.nanoTime();
            body.call();
            if (count == runs.length) {
                runs = Arrays.copyOf(runs, count * 2);
            }
            runs[count++] = (System.nanoTime() - start) / 1e6;
        }
        double[] sorted = Arrays.copyOf(runs, count);
        Arrays.sort(sorted);
        return new Timing(sorted);
    }

    double median() {
        return milliseconds[milliseconds.length / 2];
    }

    /// Of two looks at the same thing, the larger median over the smaller.
    double spread(Timing other) {
        return Math.max(median(), other.median()) / Math.min(median(), other.median());
    }
}
