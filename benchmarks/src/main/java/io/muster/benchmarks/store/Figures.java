package io.muster.benchmarks.store;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/// Prints one figure a line.
final class Figures {
    private Figures() {}

    static <T> T timed(String what, Callable<T> work) throws Exception {
        long start = System.nanoTime();
        long used = used();
        T result = work.call();
        tell(what, start, used);
        return result;
    }

    /// On a loaded machine what the thread used of a processor says more than the clock.
    static void tell(String what, long start, long used) {
        System.out.printf(
                Locale.ROOT,
                "%-50s %10.1f ms, of processor %10.1f ms%n",
                what,
                (System.nanoTime() - start) / 1e6,
                (used() - used) / 1e6);
    }

    static void say(String what, long figure) {
        System.out.printf(Locale.ROOT, "%-50s %10d%n", what, figure);
    }

    /// Nanoseconds of processor that this thread has used.
    static long used() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /// Bytes in a folder.
    static long size(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
        }
    }

    /// Bytes in use after a collection.
    static long heap() {
        var memory = ManagementFactory.getMemoryMXBean();
        memory.gc();
        memory.gc();
        return memory.getHeapMemoryUsage().getUsed();
    }
}
