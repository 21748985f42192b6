package io.muster.kql;

import java.util.concurrent.atomic.AtomicBoolean;

/// Lets another thread end a run. Thread-safe; looked at between batches.
public final class CancellationToken {
    private final AtomicBoolean cancelled = new AtomicBoolean();

    public void cancel() {
        cancelled.set(true);
    }

    public boolean isCancelled() {
        return cancelled.get();
    }
}
