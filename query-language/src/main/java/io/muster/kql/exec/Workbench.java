package io.muster.kql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Tasks that several threads take in turn. Whoever waits for them works himself: helpers that come late find nothing left, and none is
/// waited for that has not begun.
final class Workbench<T> {
    private final List<? extends Callable<T>> tasks;
    private final RunContext context;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicReferenceArray<T> results;

    /// Guarded by this.
    private int working;

    /// Guarded by this. Nobody begins any more.
    private boolean closed;

    Workbench(List<? extends Callable<T>> tasks, RunContext context) {
        this.tasks = tasks;
        this.context = context;
        this.results = new AtomicReferenceArray<>(tasks.size());
    }

    /// Does what is left to do, unless it is all over. A failure is noted, and then nothing more is begun.
    void help() {
        synchronized (this) {
            if (closed) {
                return;
            }
            working++;
        }
        try {
            work();
        } finally {
            synchronized (this) {
                working--;
                notifyAll();
            }
        }
    }

    private void work() {
        for (int i = taken.getAndIncrement(); i < tasks.size(); i = taken.getAndIncrement()) {
            try {
                results.set(i, tasks.get(i).call());
            } catch (Exception | Error failed) {
                context.fail(failed);
                taken.set(tasks.size());
                return;
            }
        }
    }

    /// Works, waits for those who help, and gives the results in the tasks' order.
    ///
    /// @throws RuntimeException the first failure; then no task runs any more
    List<T> finish() {
        work();
        var turn = Turns.current();
        if (turn == null || !isHelped()) {
            awaitHelpers();
        } else {
            // Helpers may have to wait for a turn themselves.
            turn.without(this::awaitHelpers, context::isStopped);
        }
        context.throwFailure();
        var all = new ArrayList<T>(tasks.size());
        for (int i = 0; i < tasks.size(); i++) {
            all.add(results.get(i));
        }
        return all;
    }

    private synchronized boolean isHelped() {
        closed = true;
        return working > 0;
    }

    private synchronized void awaitHelpers() {
        closed = true;
        boolean interrupted = false;
        while (working > 0) {
            try {
                wait();
            } catch (InterruptedException asked) {
                // They stop at their next look.
                interrupted = true;
                context.fail(
                        new QueryStoppedException("query-cancelled", "The query was cancelled."));
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
