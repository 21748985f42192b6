package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.ledger.RemediationLedger.Line;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes the lines of one run's workers: what comes while a transaction is being committed gathers for the next one, so that thirty workers do not wait for thirty
/// commits. A line is kept when [#append] returns. Safe for many threads.
final class LedgerWriter {
    private final RemediationLedger ledger;
    private final ResourceId task;
    private final String owner;
    private final Pacer pacer;
    private final ReentrantLock writing = new ReentrantLock();
    private final Object gathering = new Object();
    private List<Waiting> waiting = new ArrayList<>();

    /// A line that is to be written, and what became of it.
    private static final class Waiting {
        private final Line line;
        private boolean written;
        private @Nullable Throwable fault;

        Waiting(Line line) {
            this.line = line;
        }
    }

    LedgerWriter(RemediationLedger ledger, ResourceId task, String owner, Pacer pacer) {
        this.ledger = ledger;
        this.task = task;
        this.owner = owner;
        this.pacer = pacer;
    }

    /// @return when it was written
    Instant append(ResourceId resource, LedgerEvent event) {
        var mine = new Waiting(new Line(resource, event));
        synchronized (gathering) {
            waiting.add(mine);
        }
        var at = pacer.instant();
        writing.lock();
        try {
            // Whoever held the lock before may have written this line with its own.
            if (!mine.written && mine.fault == null) {
                write(take(), at);
            }
        } finally {
            writing.unlock();
        }
        if (mine.fault != null) {
            throw new IllegalStateException("a line of " + task + " was not kept", mine.fault);
        }
        return at;
    }

    private List<Waiting> take() {
        synchronized (gathering) {
            var taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        }
    }

    private void write(List<Waiting> lines, Instant at) {
        try {
            ledger.append(task, owner, at, lines.stream().map(w -> w.line).toList());
            lines.forEach(w -> w.written = true);
        } catch (RuntimeException | Error fault) {
            // Told to each of those who wait for it, below.
            lines.forEach(w -> w.fault = fault);
        }
    }
}
