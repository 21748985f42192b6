package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import io.muster.kql.value.QueryStoppedException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a run computes once for all its threads, by key. Who asks first computes; who asks meanwhile waits, and others with other keys do not.
///
/// Nobody waits in a ring: what a key's computing needs stands within the key's plan. Nothing is locked while something is computed, and who waits
/// holds no turn, for the one that computes may need it.
final class Once {
    /// How often one who waits looks whether the run may go on.
    private static final long LOOK_MILLIS = 20;

    private final RunContext context;

    /// Guarded by this.
    private final IdentityHashMap<Object, Value> values = new IdentityHashMap<>();

    /// Guarded by this. Keys whose values were computed of a placeholder's rows.
    private final IdentityHashMap<LogicalPlan, List<Object>> ofPlaced = new IdentityHashMap<>();

    Once(RunContext context) {
        this.context = context;
    }

    private sealed interface Value {
        record Known(Object value) implements Value {}

        record Pending(Thread by) implements Value {}
    }

    /// The key's value. What fails is not kept: the next who asks computes it anew.
    ///
    /// @param plan that it is computed of
    /// @throws QueryStoppedException when the run must stop while this thread waits for another
    @SuppressWarnings("unchecked") // each key is used with one type of value
    <T> T get(Object key, LogicalPlan plan, Supplier<T> compute) {
        var known = find(key);
        while (known instanceof Value.Pending) {
            await(key);
            known = find(key);
        }
        return known instanceof Value.Known(var value) ? (T) value : computed(key, plan, compute);
    }

    /// What there is; null when the calling thread is to compute it.
    private synchronized @Nullable Value find(Object key) {
        var value = values.get(key);
        if (value == null) {
            values.put(key, new Value.Pending(Thread.currentThread()));
        } else if (value instanceof Value.Pending(var by) && by == Thread.currentThread()) {
            throw new IllegalStateException("a value that needs itself");
        }
        return value;
    }

    /// Waits until nobody computes it any more.
    private void await(Object key) {
        var turn = Turns.current();
        if (turn == null) {
            awaitPending(key);
        } else {
            turn.without(() -> awaitPending(key), context::isStopped);
        }
        context.stop();
    }

    private synchronized void awaitPending(Object key) {
        while (values.get(key) instanceof Value.Pending && !context.isStopped()) {
            try {
                wait(LOOK_MILLIS);
            } catch (InterruptedException asked) {
                Thread.currentThread().interrupt();
                throw new QueryStoppedException("query-cancelled", "The query was cancelled.");
            }
        }
    }

    private <T> T computed(Object key, LogicalPlan plan, Supplier<T> compute) {
        boolean done = false;
        try {
            var value = compute.get();
            synchronized (this) {
                values.put(key, new Value.Known(value));
                for (var placeholder : Plans.placeholders(plan)) {
                    ofPlaced.computeIfAbsent(placeholder, p -> new ArrayList<>()).add(key);
                }
                done = true;
            }
            return value;
        } finally {
            synchronized (this) {
                if (!done) {
                    values.remove(key);
                }
                notifyAll();
            }
        }
    }

    /// Forgets what was computed of the rows that a placeholder had.
    synchronized void forget(LogicalPlan placeholder) {
        var stale = ofPlaced.remove(placeholder);
        if (stale != null) {
            stale.forEach(values::remove);
        }
    }
}
