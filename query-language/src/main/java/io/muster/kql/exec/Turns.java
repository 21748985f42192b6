package io.muster.kql.exec;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Who may work: as many threads at once as it is wide, in the order they came. A query has its turn on the thread that runs it; helpers
/// get one only when it is free and nobody waits, so that many queries run on a thread each. A query that has worked for a while steps
/// aside between two batches for those who wait, and comes again after them: long questions delay short ones by slices, not to their end.
///
/// Those that stepped aside keep what they hold meanwhile: only so many do, and together they hold no more than half of what those may that run.
public final class Turns {
    private static final ScopedValue<Turn> CURRENT = ScopedValue.newInstance();

    /// How long a query works before it steps aside.
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /// How often one who waits looks whether it still should.
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    /// So many queries may have stepped aside at once for each that runs.
    private static final int ASIDE = 8;

    private final int width;
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by the lock.
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();

    /// Guarded by the lock; above 0 only while nobody waits.
    private int free;

    /// Guarded by the lock.
    private int aside;

    /// Guarded by the lock. What those hold that stepped aside.
    private long asideBytes;

    /// Whether anybody waits, to be looked at without the lock.
    private volatile boolean wanted;

    /// @param width turns at once
    public Turns(int width) {
        if (width < 1) {
            throw new IllegalArgumentException("turns are at least one wide, not " + width);
        }
        this.width = width;
        this.free = width;
    }

    private static final class Waiter {
        private final Condition granted;
        private boolean isGranted;

        Waiter(Condition granted) {
            this.granted = granted;
        }
    }

    /// How many turns are taken.
    public int taken() {
        lock.lock();
        try {
            return width - free;
        } finally {
            lock.unlock();
        }
    }

    /// Does the work in a turn of its own.
    ///
    /// @param maxWait how long it may wait for it
    /// @param cancelled asked now and then while it waits
    /// @throws QueryStoppedException when it waited too long, or is cancelled before it begins
    public <T, X extends Throwable> T call(
            Duration maxWait, BooleanSupplier cancelled, ScopedValue.CallableOp<T, X> work)
            throws X {
        var turn = new Turn();
        if (!turn.begin(maxWait.toNanos(), cancelled)) {
            throw new QueryStoppedException(
                    "query-busy",
                    "The query waited %s for its turn; too many queries run.".formatted(maxWait));
        }
        try {
            return ScopedValue.where(CURRENT, turn).call(work);
        } finally {
            turn.end();
        }
    }

    /// The turn of the calling thread; null outside of one.
    static @Nullable Turn current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /// One thread's right to work. Confined to that thread.
    final class Turn {
        private boolean isHeld;
        private long since;

        private boolean begin(long maxNanos, BooleanSupplier cancelled) {
            lock.lock();
            try {
                take(maxNanos, cancelled);
            } finally {
                lock.unlock();
            }
            if (!isHeld && (cancelled.getAsBoolean() || Thread.currentThread().isInterrupted())) {
                throw cancelled();
            }
            return isHeld;
        }

        /// How many helpers could begin now.
        int spare() {
            lock.lock();
            try {
                return free;
            } finally {
                lock.unlock();
            }
        }

        /// Where a turn is free and nobody waits for it, does a helper's work in it; nothing else.
        void help(Runnable work) {
            var another = new Turn();
            lock.lock();
            try {
                if (free == 0) {
                    return;
                }
                free--;
                another.hold();
            } finally {
                lock.unlock();
            }
            another.run(work);
        }

        /// Does the work in this turn, and ends it.
        private void run(Runnable work) {
            try {
                ScopedValue.where(CURRENT, this).run(work);
            } finally {
                end();
            }
        }

        /// Between two batches: lets others work when this one has for long.
        ///
        /// @param held bytes that the query keeps meanwhile
        /// @param limit bytes that a query may hold
        /// @param stopped asked now and then while it waits; then it goes on without a turn, to its end
        void breathe(long held, long limit, BooleanSupplier stopped) {
            if (!wanted || !isHeld || System.nanoTime() - since < SLICE_NANOS) {
                return;
            }
            lock.lock();
            try {
                if (waiting.isEmpty()
                        || aside >= ASIDE * width
                        || (asideBytes + held) / width > limit / 2) {
                    return;
                }
                aside++;
                asideBytes += held;
                try {
                    give();
                    take(Long.MAX_VALUE, stopped);
                } finally {
                    aside--;
                    asideBytes -= held;
                }
            } finally {
                lock.unlock();
            }
            if (!isHeld && Thread.currentThread().isInterrupted()) {
                throw cancelled();
            }
        }

        /// Waits for something without a turn.
        void without(Runnable wait, BooleanSupplier stopped) {
            end();
            try {
                wait.run();
            } finally {
                lock.lock();
                try {
                    take(Long.MAX_VALUE, stopped);
                } finally {
                    lock.unlock();
                }
            }
        }

        /// Gives the turn back, if it is held.
        void end() {
            lock.lock();
            try {
                if (isHeld) {
                    give();
                }
            } finally {
                lock.unlock();
            }
        }

        /// Hands the turn to whoever came first.
        private void give() {
            isHeld = false;
            var next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
            wanted = !waiting.isEmpty();
            next.isGranted = true;
            next.granted.signal();
        }

        /// Waits behind the others; on return the turn is held, unless there was no more time, or it was
        /// stopped or interrupted.
        private void take(long maxNanos, BooleanSupplier stopped) {
            if (free > 0) {
                free--;
                hold();
                return;
            }
            var waiter = new Waiter(lock.newCondition());
            waiting.add(waiter);
            wanted = true;
            long began = System.nanoTime();
            boolean interrupted = false;
            try {
                while (!waiter.isGranted) {
                    long left = maxNanos - (System.nanoTime() - began);
                    if (left <= 0 || interrupted || stopped.getAsBoolean()) {
                        break;
                    }
                    try {
                        // Whatever woke it, whether the turn came is what counts.
                        left = waiter.granted.awaitNanos(Math.min(left, LOOK_NANOS));
                    } catch (InterruptedException asked) {
                        interrupted = true;
                    }
                }
            } finally {
                if (waiter.isGranted) {
                    hold();
                } else {
                    waiting.remove(waiter);
                    wanted = !waiting.isEmpty();
                }
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private void hold() {
            isHeld = true;
            since = System.nanoTime();
        }

        private static QueryStoppedException cancelled() {
            return new QueryStoppedException("query-cancelled", "The query was cancelled.");
        }
    }
}
