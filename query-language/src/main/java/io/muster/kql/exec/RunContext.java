package io.muster.kql.exec;

import io.muster.core.column.Dictionary;
import io.muster.core.column.KeyDictionary;
import io.muster.kql.function.EvaluationContext;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.Plans;
import io.muster.kql.value.QueryStoppedException;
import io.muster.kql.value.ValueLimits;
import io.muster.kql.vector.MemoryMeter;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One run of a query: its limits, its instant, what it has computed once for all. Thread-safe but for `placeholders`, which one thread
/// sets.
public final class RunContext {
    private final EvaluationContext evaluation;
    private final long seed;
    private final Chance chance = new Chance();
    private final long deadlineNanos;
    private final long memoryLimit;
    private final AtomicLong memory = new AtomicLong();
    private final MemoryMeter meter;
    private final BooleanSupplier cancelled;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final @Nullable ForkJoinPool pool;
    private final long parallelRows;
    private final IdentityHashMap<LogicalPlan, List<Batch>> placeholders = new IdentityHashMap<>();
    private final IdentityHashMap<LogicalPlan, Long> rounds = new IdentityHashMap<>();
    private final Once once = new Once(this);
    private final Map<String, IdentityHashMap<Dictionary, KeyDictionary>> keys = new HashMap<>();
    private final Object shared = new Object();
    private final @Nullable IdentityHashMap<LogicalPlan, NodeStatistics> statistics;

    /// Rows and time of one node, over all its morsels.
    public static final class NodeStatistics {
        private final AtomicLong rows = new AtomicLong();
        private final AtomicLong nanos = new AtomicLong();
        private volatile String remark = "";

        /// What was decided when the rows were there, or "".
        public String remark() {
            return remark;
        }

        void remark(String decided) {
            remark = decided;
        }

        public long rows() {
            return rows.get();
        }

        /// Time spent in this node and below it.
        public long nanos() {
            return nanos.get();
        }

        void add(long addedRows, long addedNanos) {
            rows.addAndGet(addedRows);
            nanos.addAndGet(addedNanos);
        }
    }

    /// @param deadlineNanos on `System.nanoTime()`'s scale
    /// @param pool where morsels run; null: on the caller's thread
    /// @param parallelRows fewer are read on one thread
    public RunContext(
            Instant now,
            long seed,
            long deadlineNanos,
            long memoryLimit,
            ValueLimits valueLimits,
            BooleanSupplier cancelled,
            @Nullable ForkJoinPool pool,
            long parallelRows,
            boolean measured) {
        this.evaluation = new EvaluationContext(now, this::stop);
        this.seed = seed;
        this.deadlineNanos = deadlineNanos;
        this.memoryLimit = memoryLimit;
        this.meter = MemoryMeter.of(this::take, valueLimits);
        this.cancelled = cancelled;
        this.pool = pool;
        this.parallelRows = parallelRows;
        this.statistics = measured ? new IdentityHashMap<>() : null;
    }

    EvaluationContext evaluation() {
        return evaluation;
    }

    /// Of which all numbers by chance follow.
    long seed() {
        return seed;
    }

    /// Where the plans that are run have numbers by chance.
    Chance chance() {
        return chance;
    }

    /// Whether so many rows are worth several threads. Numbers by chance follow of the morsels, which are then cut as for threads in any case.
    boolean isParallel(long rows) {
        return chance.any() || pool != null && rows >= parallelRows;
    }

    @Nullable ForkJoinPool pool() {
        return pool;
    }

    /// Notes the first failure of a task, for which all others stop.
    void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    /// Whether a task has failed.
    boolean hasFailed() {
        return failure.get() != null;
    }

    /// Throws the first failure of a task as if it had happened here.
    void throwFailure() {
        switch (failure.get()) {
            case null -> {}
            case RuntimeException cause -> throw cause;
            case Error cause -> throw cause;
            case Throwable cause -> throw new IllegalStateException(cause);
        }
    }

    /// Between two batches: throws when the query must stop, and lets other queries work when this one has for long.
    public void check() {
        stop();
        var turn = Turns.current();
        if (turn != null && !Thread.holdsLock(shared)) {
            turn.breathe(memory.get(), memoryLimit, this::isStopped);
            stop();
        }
    }

    /// As [#check()], for who makes so many bytes besides a run, or gives them back when negative.
    public void check(long made) {
        if (made >= 0) {
            check();
        }
        take(made);
    }

    /// Whether the query must stop.
    boolean isStopped() {
        return failure.get() != null
                || cancelled.getAsBoolean()
                || System.nanoTime() - deadlineNanos > 0;
    }

    /// Throws when the query must stop.
    void stop() {
        if (failure.get() != null) {
            throw new QueryStoppedException(
                    "query-cancelled", "Another part of the query has failed.");
        }
        if (cancelled.getAsBoolean()) {
            throw new QueryStoppedException("query-cancelled", "The query was cancelled.");
        }
        if (System.nanoTime() - deadlineNanos > 0) {
            throw new QueryStoppedException("query-timeout", "The query took longer than allowed.");
        }
    }

    /// What the whole run counts its memory with.
    MemoryMeter meter() {
        return meter;
    }

    private void take(long bytes) {
        // Whatever makes much, or says that it works long, can be stopped meanwhile.
        if (bytes >= 0) {
            stop();
        }
        if (memory.addAndGet(bytes) > memoryLimit && bytes > 0) {
            throw new QueryStoppedException(
                    "query-memory",
                    "The query needs more than the " + (memoryLimit >> 20) + " MB allowed to it.");
        }
    }

    /// Hands a subplan its rows. What was computed of the rows it had before is forgotten.
    void place(LogicalPlan placeholder, List<Batch> rows) {
        placeholders.put(placeholder, rows);
        rounds.merge(placeholder, 1L, Long::sum);
        once.forget(placeholder);
    }

    /// The place of what is computed once a run, or once for the rows that the steps around hand it.
    long placeOf(Object identity, LogicalPlan plan) {
        long round = 0;
        for (var placeholder : Plans.placeholders(plan)) {
            round += rounds.getOrDefault(placeholder, 0L);
        }
        return Chance.within(Chance.within(~seed, chance.of(identity)), round);
    }

    List<Batch> placed(LogicalPlan placeholder) {
        var rows = placeholders.get(placeholder);
        if (rows == null) {
            throw new IllegalStateException("a subplan outside its operator");
        }
        return rows;
    }

    /// The dictionary of a table's key, the same one however often a run scans the table.
    Dictionary key(String table, Dictionary texts) {
        synchronized (keys) {
            var own = keys.computeIfAbsent(table, name -> new IdentityHashMap<>());
            return own.computeIfAbsent(texts, base -> new KeyDictionary(base, own));
        }
    }

    /// Computes something of batches that several threads hold: one at a time of all the run.
    <T> T alone(Supplier<T> compute) {
        synchronized (shared) {
            return compute.get();
        }
    }

    /// A value computed at most once a run for that key, or once for the rows that a step around hands the plan.
    <T> T once(Object key, LogicalPlan plan, Supplier<T> compute) {
        return once.get(key, plan, compute);
    }

    /// Statistics of a node, when they are kept.
    @Nullable NodeStatistics statistics(LogicalPlan node) {
        if (statistics == null) {
            return null;
        }
        synchronized (statistics) {
            return statistics.computeIfAbsent(node, n -> new NodeStatistics());
        }
    }

    public Map<LogicalPlan, NodeStatistics> statistics() {
        return statistics == null ? Map.of() : statistics;
    }
}
