package io.muster.kql.exec;

import io.muster.kql.value.QueryStoppedException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Who may work: as many threads at once as it is wide, in the order they came. Where a turn is free a query has it on the thread that asks; one that
/// had to wait is done by a worker that has just come to the end of another, so that no processor is idle until a thread has woken. Helpers
/// get a turn only when it is free and nobody waits, so that many queries run on a thread each. A query that has worked for a while steps
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

    /// How long a worker without work stays.
    private static final Duration STAY = Duration.ofSeconds(10);

    /// More calls than giving a turn to others takes, the start of a worker among them; of small frames.
    private static final int CALLS = 256;

    private final int width;
    private final ThreadFactory threads;
    private final long stayNanos;
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by the lock.
    private final ArrayDeque<Waiter> waiting = new ArrayDeque<>();

    /// Guarded by the lock. Workers without work, last whoever came to its end last.
    private final ArrayDeque<Worker> idle;

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
        this(
                width,
                Thread.ofPlatform()
                        .daemon()
                        .inheritInheritableThreadLocals(false)
                        .name("query-", 0)
                        .factory(),
                STAY);
    }

    /// @param threads makes the workers
    /// @param stay how long a worker without work stays
    Turns(int width, ThreadFactory threads, Duration stay) {
        if (width < 1) {
            throw new IllegalArgumentException("turns are at least one wide, not " + width);
        }
        this.width = width;
        this.threads = threads;
        this.stayNanos = stay.toNanos();
        this.free = width;
        // Room for all there can be: a worker that ends must not fail.
        this.idle = new ArrayDeque<>(2 * ASIDE * width);
    }

    /// A thread that does what others wait for, one after the other, and ends when there is nothing for a while.
    private final class Worker implements Runnable {
        private volatile @Nullable Errand<?, ?> next;

        /// Set before it is idle for the first time.
        private @Nullable Thread thread;

        Worker(Errand<?, ?> first) {
            this.next = first;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            while (isGiven()) {
                // A call of its own: no variable here keeps what was made while there is no other.
                serve();
            }
        }

        private void serve() {
            var errand = Objects.requireNonNull(next);
            errand.run();
            lock.lock();
            try {
                // Idle first: if somebody waits, his work is given to whoever became idle last.
                next = null;
                idle.add(this);
                errand.turn().end();
            } finally {
                lock.unlock();
            }
            errand.tell();
        }

        /// Waits for work; says whether there is any.
        private boolean isGiven() {
            long since = System.nanoTime();
            while (next == null) {
                long left = stayNanos - (System.nanoTime() - since);
                if (left > 0) {
                    LockSupport.parkNanos(this, left);
                } else if (isDismissed()) {
                    return false;
                }
            }
            return true;
        }

        private boolean isDismissed() {
            lock.lock();
            try {
                return idle.remove(this);
            } finally {
                lock.unlock();
            }
        }

        void give(Errand<?, ?> errand) {
            next = errand;
            if (thread != Thread.currentThread()) {
                LockSupport.unpark(thread);
            }
        }
    }

    /// Has a worker do it. Under the lock.
    ///
    /// @return whether there is one; else the asker does it himself
    private boolean isBegun(Errand<?, ?> errand) {
        var worker = idle.pollLast();
        if (worker == null) {
            try {
                threads.newThread(new Worker(errand)).start();
            } catch (VirtualMachineError noThread) {
                // Of memory, of stack, of whatever: passed on it would take the turn of one and the
                // result of another.
                return false;
            }
        } else {
            worker.give(errand);
        }
        errand.begin();
        return true;
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
        var within = ScopedValue.where(CURRENT, turn);
        var errand = new Errand<T, X>(turn, () -> within.call(work));
        try {
            try {
                // What is asked within a turn is for the thread that has that one.
                turn.take(
                        CURRENT.isBound() ? new Waiter(turn) : errand,
                        maxWait.toNanos(),
                        cancelled);
            } finally {
                errand.join();
            }
            if (errand.isDone()) {
                return errand.result();
            }
            if (!turn.isHeld) {
                throw cancelled.getAsBoolean() || Thread.currentThread().isInterrupted()
                        ? cancelled()
                        : new QueryStoppedException(
                                "query-busy",
                                "The query waited %s for its turn; too many queries run."
                                        .formatted(maxWait));
            }
            return within.call(work);
        } finally {
            turn.end();
        }
    }

    /// Ends here where the stack is too short for so many calls: a query ends where its stack does, and in the midst of handing a turn over that would lose it.
    private static int reserve(int calls) {
        return calls == 0 ? 0 : 1 + reserve(calls - 1);
    }

    private static QueryStoppedException cancelled() {
        return new QueryStoppedException("query-cancelled", "The query was cancelled.");
    }

    /// The turn of the calling thread; null outside of one.
    static @Nullable Turn current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /// One thread's right to work. Confined to that thread while it is held; handed over under the lock.
    final class Turn {
        private boolean isHeld;
        private long since;

        boolean isHeld() {
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
            reserve(CALLS);
            var waiter = new Waiter(this);
            lock.lock();
            try {
                if (waiting.isEmpty()
                        || aside >= ASIDE * width
                        || (asideBytes + held) / width > limit / 2) {
                    return;
                }
                queue(waiter);
                aside++;
                asideBytes += held;
                give();
            } finally {
                lock.unlock();
            }
            try {
                await(waiter, Long.MAX_VALUE, stopped);
            } finally {
                lock.lock();
                try {
                    aside--;
                    asideBytes -= held;
                } finally {
                    lock.unlock();
                }
            }
            endUnlessHeld(stopped);
        }

        /// Waits for something without a turn, and then for the turn again.
        ///
        /// @param stopped asked now and then while it waits for the turn; then it goes on without, to its end
        /// @throws QueryStoppedException when it is interrupted before the turn comes
        void without(Runnable wait, BooleanSupplier stopped) {
            reserve(CALLS);
            end();
            try {
                wait.run();
            } finally {
                take(new Waiter(this), Long.MAX_VALUE, stopped);
            }
            endUnlessHeld(stopped);
        }

        /// What is stopped ends at its next look, and says why. What was but interrupted does not look for that: it would work to its end beside those
        /// who have a turn, and never step aside.
        private void endUnlessHeld(BooleanSupplier stopped) {
            if (!isHeld && !stopped.getAsBoolean()) {
                throw cancelled();
            }
        }

        /// Gives the turn back, if it is held.
        void end() {
            if (!isHeld) {
                return;
            }
            lock.lock();
            try {
                give();
            } finally {
                lock.unlock();
            }
        }

        /// Hands the turn to whoever came first. Under the lock.
        private void give() {
            isHeld = false;
            var next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
            wanted = !waiting.isEmpty();
            next.turn().hold();
            if (!(next instanceof Errand<?, ?> errand && isBegun(errand))) {
                next.grant();
            }
        }

        /// Waits behind the others; on return the turn is held, unless there was no more time, or it was stopped or interrupted,
        /// or the work was begun by a worker.
        private void take(Waiter waiter, long maxNanos, BooleanSupplier stopped) {
            lock.lock();
            try {
                if (free > 0) {
                    free--;
                    hold();
                    return;
                }
                queue(waiter);
            } finally {
                lock.unlock();
            }
            await(waiter, maxNanos, stopped);
        }

        /// Under the lock.
        private void queue(Waiter waiter) {
            waiting.add(waiter);
            wanted = true;
        }

        private void await(Waiter waiter, long maxNanos, BooleanSupplier stopped) {
            long began = System.nanoTime();
            boolean interrupted = false;
            try {
                while (waiter.waits()) {
                    long left = maxNanos - (System.nanoTime() - began);
                    if (left <= 0 || interrupted || stopped.getAsBoolean()) {
                        break;
                    }
                    LockSupport.parkNanos(Turns.this, Math.min(left, LOOK_NANOS));
                    interrupted = Thread.interrupted();
                }
            } finally {
                leave(waiter);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /// Whatever woke it, whether the turn came is what counts.
        private void leave(Waiter waiter) {
            if (!waiter.waits()) {
                return;
            }
            lock.lock();
            try {
                if (waiter.waits()) {
                    waiting.remove(waiter);
                    wanted = !waiting.isEmpty();
                    waiter.leave();
                }
            } finally {
                lock.unlock();
            }
        }

        private void hold() {
            isHeld = true;
            since = System.nanoTime();
        }
    }
}
