package io.muster.kql.exec;

import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Work of one who waits for a turn, which a thread that has one does for him. He gets what he had got of it himself: its result, what it
/// throws, and an interrupt, either way.
final class Errand<T, X extends Throwable> extends Waiter {
    private final ScopedValue.CallableOp<? extends T, X> work;

    /// Guarded by this. Who works, while he does.
    private @Nullable Thread worker;

    /// Guarded by this. Whether the asker is interrupted, while nobody works.
    private boolean isInterrupted;

    private @Nullable T result;
    private @Nullable Throwable thrown;

    /// Written after the result.
    private volatile boolean isDone;

    Errand(Turns.Turn turn, ScopedValue.CallableOp<? extends T, X> work) {
        super(turn);
        this.work = work;
    }

    /// Does the work, and throws nothing. Whoever asked hears of it by [#tell].
    void run() {
        synchronized (this) {
            worker = Thread.currentThread();
            if (isInterrupted) {
                worker.interrupt();
            }
            isInterrupted = false;
        }
        try {
            result = work.call();
        } catch (Throwable failed) {
            thrown = failed;
        } finally {
            synchronized (this) {
                worker = null;
                // Nothing of it is left for the next one.
                isInterrupted |= Thread.interrupted();
            }
        }
    }

    void tell() {
        isDone = true;
        wake();
    }

    boolean isDone() {
        return isDone;
    }

    private synchronized void interrupt() {
        if (worker == null) {
            isInterrupted = true;
        } else {
            worker.interrupt();
        }
    }

    /// Waits for the end of the work, if a worker has begun it. On the asker's thread.
    void join() {
        if (!isBegun()) {
            return;
        }
        while (!isDone) {
            LockSupport.park(this);
            if (Thread.interrupted()) {
                interrupt();
            }
        }
        synchronized (this) {
            if (isInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// What came of the work that is done. On the asker's thread.
    @SuppressWarnings({
        "unchecked",
        "NullAway"
    }) // The work throws X or what is unchecked, and may give null.
    T result() throws X {
        if (thrown != null) {
            throw (X) asIfHere(thrown);
        }
        return result;
    }

    /// Below the worker's calls those of the asker: they say who asked.
    private static Throwable asIfHere(Throwable thrown) {
        var calls = thrown.getStackTrace();
        for (int i = calls.length - 1; i >= 0; i--) {
            if (calls[i].getClassName().equals(Errand.class.getName())
                    && calls[i].getMethodName().equals("run")) {
                thrown.setStackTrace(
                        Stream.concat(
                                        Arrays.stream(calls, 0, i),
                                        Arrays.stream(new Throwable().getStackTrace()))
                                .toArray(StackTraceElement[]::new));
                break;
            }
        }
        return thrown;
    }
}
