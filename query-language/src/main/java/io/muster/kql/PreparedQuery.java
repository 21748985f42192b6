package io.muster.kql;

import io.muster.core.column.Schema;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.value.Dynamic;
import io.muster.kql.exec.Executor;
import io.muster.kql.exec.RunContext;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.PlanPrinter;
import io.muster.kql.value.QueryStoppedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// A query read, bound and planned over one state of the catalog; runs any number of times, the first within what its planning left of the
/// time limit. Thread-safe.
public final class PreparedQuery {
    private final LogicalPlan plan;
    private final Map<String, LogicalPlan> beside;
    private final QueryOptions options;
    private final Map<String, Dynamic> renderHint;
    private final List<Diagnostic> notes;

    /// What reading and planning took of the time that the first run has.
    private final AtomicLong planningNanos;

    PreparedQuery(
            LogicalPlan plan,
            Map<String, LogicalPlan> beside,
            QueryOptions options,
            Map<String, Dynamic> renderHint,
            List<Diagnostic> notes,
            long planningNanos) {
        this.plan = plan;
        this.beside = Collections.unmodifiableMap(beside);
        this.options = options;
        this.renderHint = Map.copyOf(renderHint);
        this.notes = List.copyOf(notes);
        this.planningNanos = new AtomicLong(planningNanos);
    }

    public Schema schema() {
        return plan.schema();
    }

    public LogicalPlan plan() {
        return plan;
    }

    /// Warnings: what is allowed but may not be meant.
    public List<Diagnostic> notes() {
        return notes;
    }

    /// The plan as an indented tree, a step a line, inputs below.
    public String explain() {
        return PlanPrinter.print(plan, node -> "");
    }

    /// The plan with the rows and milliseconds of each step of one run made for it.
    ///
    /// @throws QueryStoppedException as [#run(CancellationToken)]
    public String explainRun() {
        return explainRun(new CancellationToken());
    }

    /// @throws QueryStoppedException as [#run(CancellationToken)]
    public String explainRun(CancellationToken cancellation) {
        var context = context(options.withMeasured(true), cancellation);
        withinStack(() -> new Executor(context).run(plan, "result", options.maxRows()));
        var statistics = context.statistics();
        return PlanPrinter.print(
                plan,
                node -> {
                    var seen = statistics.get(node);
                    return seen == null
                            ? ""
                            : "  -- rows "
                                    + seen.rows()
                                    + ", "
                                    + seen.nanos() / 1e6
                                    + " ms"
                                    + (seen.remark().isEmpty() ? "" : "; " + seen.remark());
                });
    }

    public QueryResult run() {
        return run(new CancellationToken());
    }

    /// @throws QueryStoppedException when a limit of the options is reached or the token says so
    public QueryResult run(CancellationToken cancellation) {
        var context = context(options, cancellation);
        var executor = new Executor(context);
        return withinStack(() -> {
            var table = executor.run(plan, "result", options.maxRows());
            var others = new ArrayList<Table>();
            beside.forEach(
                    (name, other) -> others.add(executor.run(other, name, options.maxRows())));
            return new QueryResult(table, others, renderHint);
        });
    }

    /// A run that ends with a clear error where the stack does.
    private static <T> T withinStack(Supplier<T> run) {
        try {
            return run.get();
        } catch (StackOverflowError deep) {
            throw new QueryStoppedException(
                    "query-too-deep", "The query nests deeper than it can be run.");
        }
    }

    private RunContext context(QueryOptions options, CancellationToken cancellation) {
        return context(
                options,
                System.nanoTime() + options.timeLimit().toNanos() - planningNanos.getAndSet(0),
                cancellation);
    }

    static RunContext context(
            QueryOptions options, long deadlineNanos, CancellationToken cancellation) {
        return new RunContext(
                options.clock().instant(),
                options.drawnSeed(),
                deadlineNanos,
                options.memoryLimit(),
                options.valueLimits(),
                cancellation::isCancelled,
                options.pool(),
                options.parallelRows(),
                options.measured());
    }
}
