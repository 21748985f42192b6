package io.muster.benchmarks.questions;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/// How busy the virtual machine's compiler is. It works on threads of its own: beside it, two threads have one core, and sixty-four clients
/// wait for those that it holds up. Confined to one thread.
final class Compilation {
    /// Above this part of the time it is busy.
    private static final double QUIET = 0.2;

    private final CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    private long spent = compiler.getTotalCompilationTime();
    private long looked = System.nanoTime();

    /// Whether it has worked for less than a fifth of the time since the last look.
    boolean isQuiet() {
        long spentNow = compiler.getTotalCompilationTime();
        long now = System.nanoTime();
        boolean quiet = (spentNow - spent) * 1e6 < QUIET * (now - looked);
        spent = spentNow;
        looked = now;
        return quiet;
    }
}
