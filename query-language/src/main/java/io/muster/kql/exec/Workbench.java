package io.muster.kql.exec;

import io.muster.kql.value.QueryStoppedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Morsels that several threads go through. Each takes a stretch, with a state of its own, from its first morsel on; who finds none left takes
/// the latter half of what the longest one still has before it. So the work is shared whatever each morsel costs, with few states to merge:
/// where one kind of resource fills the first half of a table, a question about it is not one thread's.
///
/// Whoever waits for the result works himself: helpers that come late find nothing left, and none is waited for that has not begun.
final class Workbench<S> {
    private final Morsels morsels;
    private final boolean anyCut;
    private final Supplier<S> begin;
    private final BiConsumer<S, Batch> add;
    private final BooleanSupplier wanted;
    private final RunContext context;

    /// Guarded by this. Not begun.
    private final ArrayDeque<Stretch> waiting = new ArrayDeque<>();

    /// Guarded by this.
    private final List<Stretch> begun = new ArrayList<>();

    /// Guarded by this.
    private final List<Part<S>> done = new ArrayList<>();

    /// Guarded by this.
    private int working;

    /// Guarded by this. Nobody begins any more.
    private boolean closed;

    /// What came of morsels that follow one another.
    ///
    /// @param from the first
    /// @param to after the last
    record Part<S>(int from, int to, S state) {}

    /// Morsels that follow one another: one thread's until another takes from its end. Guarded by the bench.
    private static final class Stretch {
        private final int from;
        private int next;
        private int to;

        Stretch(int from, int to) {
            this.from = from;
            this.next = from;
            this.to = to;
        }

        int left() {
            return to - next;
        }
    }

    /// @param stretches to begin with
    /// @param anyCut whether stretches may be cut where they happen to be when somebody is idle
    /// @param wanted asked before each morsel; once it says no, it stays with that, and the rest is left
    Workbench(
            Morsels morsels,
            int stretches,
            boolean anyCut,
            Supplier<S> begin,
            BiConsumer<S, Batch> add,
            BooleanSupplier wanted,
            RunContext context) {
        this.morsels = morsels;
        this.anyCut = anyCut;
        this.begin = begin;
        this.add = add;
        this.wanted = wanted;
        this.context = context;
        int count = morsels.count();
        for (int i = 0; i < stretches; i++) {
            waiting.add(
                    new Stretch(
                            (int) ((long) count * i / stretches),
                            (int) ((long) count * (i + 1) / stretches)));
        }
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
        try {
            for (var stretch = take(); stretch != null; stretch = take()) {
                go(stretch);
            }
        } catch (RuntimeException | Error failed) {
            context.fail(failed);
        }
    }

    private synchronized @Nullable Stretch take() {
        if (context.hasFailed() || !wanted.getAsBoolean()) {
            return null;
        }
        var stretch = waiting.poll();
        if (stretch == null && anyCut) {
            stretch = half();
        }
        if (stretch != null) {
            begun.add(stretch);
        }
        return stretch;
    }

    private @Nullable Stretch half() {
        var longest = begun.stream().max(Comparator.comparingInt(Stretch::left)).orElse(null);
        if (longest == null || longest.left() == 0) {
            return null;
        }
        int to = longest.to;
        longest.to = longest.next + longest.left() / 2;
        return new Stretch(longest.to, to);
    }

    private void go(Stretch stretch) {
        var state = begin.get();
        var passage =
                morsels.open(batch -> {
                    add.accept(state, batch);
                    return true;
                });
        for (int morsel = next(stretch); morsel >= 0; morsel = next(stretch)) {
            passage.run(morsel);
        }
        passage.end();
        synchronized (this) {
            begun.remove(stretch);
            done.add(new Part<>(stretch.from, stretch.next, state));
        }
    }

    /// The next morsel of the stretch, or -1.
    private synchronized int next(Stretch stretch) {
        if (stretch.left() == 0 || context.hasFailed() || !wanted.getAsBoolean()) {
            return -1;
        }
        return stretch.next++;
    }

    /// Works, waits for those who help, and gives what came of it in the morsels' order.
    ///
    /// @throws RuntimeException the first failure; then nothing runs any more
    List<Part<S>> finish() {
        work();
        var turn = Turns.current();
        if (turn == null || !isHelped()) {
            awaitHelpers();
        } else {
            // Helpers may have to wait for a turn themselves.
            turn.without(this::awaitHelpers, context::isStopped);
        }
        context.throwFailure();
        synchronized (this) {
            // Of a stretch that lost all of its morsels before it began one, nothing comes, and
            // that first.
            done.sort(Comparator.<Part<S>>comparingInt(Part::from).thenComparingInt(Part::to));
            return done;
        }
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
