package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.ledger.RemediationLedger.Line;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Writes the lines of one run's workers, in the order they come, by one thread: what comes while a transaction is being committed gathers for the next one, so that
/// thirty workers do not wait for thirty commits. Safe for many threads.
///
/// INVARIANT (written before sent): [#append] returns when its line is kept, and with it every line before it. What Azure answered is told by [#later], and goes with
/// the next line that somebody waits for, or alone when none comes for [#LINGER]; a crash in between finds the line of before the act, and looks up what became of it,
/// as after a crash before the answer came.
final class LedgerWriter implements AutoCloseable {
    /// How long a line that nobody waits for stays without company.
    private static final Duration LINGER = Duration.ofMillis(50);

    /// How many of them make a transaction of their own.
    private static final int MANY = 1_000;

    /// Between one transaction and the next, so that many workers share one: it costs those that wait a part of what an answer of Azure takes, and the machine half of the
    /// transactions.
    private static final Duration BREATH = Duration.ofMillis(2);

    private final RemediationLedger ledger;
    private final ResourceId task;
    private final String owner;
    private final Pacer pacer;
    private final ReentrantLock lock = new ReentrantLock();

    /// There is something to write at once, or to look after, or there will be no more: for the one that writes.
    private final Condition told = lock.newCondition();

    /// Lines were kept, or will never be: for those that wait. Apart from the other one, lest each line wakes every worker.
    private final Condition settled = lock.newCondition();

    private List<Line> waiting = new ArrayList<>();
    private long toldLines;
    private long keptLines;

    /// When the last transaction ended, by [System#nanoTime].
    private long keptAt = System.nanoTime() - BREATH.toNanos();

    /// Lines that are kept or being kept.
    private long takenLines;

    /// The last line that somebody waits for.
    private long wanted;

    private @Nullable Throwable fault;
    private boolean closing;
    private @Nullable Thread thread;

    LedgerWriter(RemediationLedger ledger, ResourceId task, String owner, Pacer pacer) {
        this.ledger = ledger;
        this.task = task;
        this.owner = owner;
        this.pacer = pacer;
    }

    /// Begins to write. Nobody interrupts its thread: a database may take that for the end of its file. A thread of the platform: one that waits for a disk would
    /// keep a virtual one's carrier from the workers.
    void start() {
        thread = Thread.ofPlatform().daemon().name("ledger of " + task.name()).start(this::run);
    }

    /// Returns when the line is kept.
    ///
    /// @return when it was told
    /// @throws IllegalStateException when it, or a line before it, could not be kept
    Instant append(ResourceId resource, LedgerEvent event) {
        var at = pacer.instant();
        lock.lock();
        try {
            await(tell(resource, event));
        } finally {
            lock.unlock();
        }
        return at;
    }

    /// Returns at once; whether the line was kept is known by the next [#append] or [#flush].
    Instant later(ResourceId resource, LedgerEvent event) {
        var at = pacer.instant();
        lock.lock();
        try {
            tell(resource, event);
        } finally {
            lock.unlock();
        }
        return at;
    }

    /// Returns when every line told so far is kept.
    ///
    /// @throws IllegalStateException when one could not be
    void flush() {
        lock.lock();
        try {
            await(toldLines);
        } finally {
            lock.unlock();
        }
    }

    private long tell(ResourceId resource, LedgerEvent event) {
        check();
        waiting.add(new Line(resource, event));
        if (waiting.size() == 1 || waiting.size() == MANY) {
            told.signal();
        }
        return ++toldLines;
    }

    private void await(long line) {
        if (line > wanted && line > keptLines) {
            wanted = line;
            told.signal();
        }
        while (keptLines < line) {
            check();
            settled.awaitUninterruptibly();
        }
    }

    private void check() {
        if (fault != null) {
            throw new IllegalStateException("a line of " + task + " was not kept", fault);
        }
    }

    private void run() {
        while (true) {
            var lines = take();
            if (lines.isEmpty()) {
                return;
            }
            @Nullable Throwable failed = null;
            try {
                ledger.append(task, owner, pacer.instant(), lines);
            } catch (RuntimeException | Error thrown) {
                // Told to everybody who waits, or tells more.
                failed = thrown;
            }
            lock.lock();
            try {
                if (failed == null) {
                    keptLines += lines.size();
                    keptAt = System.nanoTime();
                } else {
                    fault = failed;
                }
                settled.signalAll();
                if (failed != null) {
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits for lines; none when there will be no more.
    private List<Line> take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                told.awaitUninterruptibly();
            }
            linger();
            takenLines += waiting.size();
            var taken = waiting;
            waiting = new ArrayList<>();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until a line is wanted and the last transaction was a while ago, there are many, or they have waited long enough.
    private void linger() {
        long since = System.nanoTime();
        try {
            while (!closing && waiting.size() < MANY) {
                long now = System.nanoTime();
                long left =
                        wanted > takenLines
                                ? keptAt + BREATH.toNanos() - now
                                : since + LINGER.toNanos() - now;
                if (left <= 0) {
                    return;
                }
                told.awaitNanos(left);
            }
        } catch (InterruptedException hurry) {
            // Nobody does that; if so, they are written now. The mark is not set again: a database
            // would take it for the end of its file.
            return;
        }
    }

    /// Writes what was told and stops.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            told.signal();
        } finally {
            lock.unlock();
        }
        var running = thread;
        if (running == null) {
            return;
        }
        boolean interrupted = false;
        while (running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
