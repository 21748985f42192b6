package io.muster.benchmarks.questions;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.Callable;

/// How long a thing took, asked again and again.
///
/// @param milliseconds each run by the clock, sorted
/// @param processor each run by the processor time of the asking thread, sorted: what other processes of a busy machine do is not in it
public record Timing(double[] milliseconds, double[] processor) {
    private static final int LONGEST_WARMING = 4;

    /// More say no more, of what takes little.
    private static final int MOST = 500;

    private static final int MOST_WARMING = 5_000;

    /// Runs it for that long to warm up, and on until the compiler has come to rest, but no longer than four times as long; then as long again,
    /// from five to [#MOST] times, and notes each run.
    static Timing of(double seconds, Callable<?> body) throws Exception {
        var threads = ManagementFactory.getThreadMXBean();
        warm((long) (seconds * 1e9), body);
        double[] runs = new double[16];
        double[] processor = new double[16];
        int count = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (count < 5 || (System.nanoTime() < end && count < MOST)) {
            if (count == runs.length) {
                runs = Arrays.copyOf(runs, count * 2);
                processor = Arrays.copyOf(processor, count * 2);
            }
            long start = System.nanoTime();
            long used = threads.getCurrentThreadCpuTime();
            body.call();
            processor[count] = (threads.getCurrentThreadCpuTime() - used) / 1e6;
            runs[count++] = (System.nanoTime() - start) / 1e6;
        }
        return new Timing(sorted(runs, count), sorted(processor, count));
    }

    private static void warm(long nanos, Callable<?> body) throws Exception {
        var compilation = new Compilation();
        long began = System.nanoTime();
        for (int round = 1; round <= LONGEST_WARMING; round++) {
            for (int done = 0;
                    done < MOST_WARMING && System.nanoTime() - began < nanos * round;
                    done++) {
                body.call();
            }
            if (compilation.isQuiet()) {
                return;
            }
        }
    }

    private static double[] sorted(double[] runs, int count) {
        double[] sorted = Arrays.copyOf(runs, count);
        Arrays.sort(sorted);
        return sorted;
    }

    double median() {
        return milliseconds[milliseconds.length / 2];
    }

    /// The median by processor time.
    double processorMedian() {
        return processor[processor.length / 2];
    }

    /// Of two looks at the same thing, the larger median by processor time over the smaller.
    double spread(Timing other) {
        return Math.max(processorMedian(), other.processorMedian())
                / Math.min(processorMedian(), other.processorMedian());
    }
}
