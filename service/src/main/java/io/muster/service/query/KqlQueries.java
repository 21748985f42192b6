package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.exec.QueryStoppedException;
import io.muster.service.config.QuerySettings;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The query language behind the port, with its limits on time, memory and rows. As many queries run at once as there are processors; the
/// others wait in the order they came, so that none is starved by many.
@Singleton
public final class KqlQueries implements QueryEngine {
    private final QueryOptions options;
    private final int width;
    private final Semaphore turns;
    private final Duration maxWait;
    private final ForkJoinPool pool;

    public KqlQueries(InstantSource clock, QuerySettings settings) {
        this.pool = new ForkJoinPool(settings.width());
        this.width = settings.width();
        this.turns = new Semaphore(width, true);
        this.maxWait = settings.maxWait();
        this.options =
                QueryOptions.DEFAULT
                        .withClock(clock)
                        .withTimeLimit(settings.timeLimit())
                        .withMemoryLimit(settings.memoryLimit())
                        .withMaxRows(settings.maxRows())
                        .withPool(pool);
    }

    @Override
    public Table run(String text, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException {
        awaitTurn();
        try {
            return Kql.prepare(text, catalog, options, cancellation).run(cancellation).table();
        } finally {
            turns.release();
        }
    }

    @Override
    public String explain(String text, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException {
        awaitTurn();
        try {
            return Kql.prepare(text, catalog, options, cancellation).explainRun(cancellation);
        } finally {
            turns.release();
        }
    }

    /// How many queries run.
    public int running() {
        return width - turns.availablePermits();
    }

    /// One whose client goes away meanwhile keeps its place, and ends as soon as it begins.
    private void awaitTurn() {
        try {
            if (!turns.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new QueryStoppedException(
                        "query-busy",
                        "The query waited %s for its turn; too many queries run."
                                .formatted(maxWait));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new QueryStoppedException("query-cancelled", "The query was cancelled.");
        }
    }

    @PreDestroy
    void close() {
        pool.shutdownNow();
    }
}
