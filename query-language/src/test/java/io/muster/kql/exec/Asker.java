package io.muster.kql.exec;

import java.time.Duration;
import java.util.concurrent.FutureTask;

/// One who asks on a thread of his own.
final class Asker<T> {
    static final Duration LONG = Duration.ofMinutes(2);

    final FutureTask<T> task;
    final Thread thread;
    private volatile boolean interruptedAfter;

    Asker(Turns turns, ScopedValue.CallableOp<T, Exception> work) {
        task =
                new FutureTask<>(() -> {
                    try {
                        return ask(turns, work);
                    } finally {
                        interruptedAfter = Thread.currentThread().isInterrupted();
                    }
                });
        thread = new Thread(task, "asker");
        thread.start();
    }

    /// Waits until he waits for his turn.
    Asker<T> queued() {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return this;
    }

    T get() throws Exception {
        return task.get();
    }

    boolean interruptedAfter() throws InterruptedException {
        thread.join();
        return interruptedAfter;
    }

    /// Asks on this thread.
    static <T> T ask(Turns turns, ScopedValue.CallableOp<T, Exception> work) throws Exception {
        return turns.call(LONG, () -> false, work);
    }
}
