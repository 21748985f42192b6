package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.PreparedQuery;
import io.muster.kql.QueryOptions;
import io.muster.kql.exec.Turns;
import io.muster.service.config.QuerySettings;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ForkJoinPool;

/// The query language behind the port, with its limits on time, memory and rows. As many queries run at once as there are processors; the
/// others wait in the order they came, so that none is starved by many, and long ones let them in between ([Turns]).
@Singleton
public final class KqlQueries implements QueryEngine {
    private final QueryOptions options;
    private final Turns turns;
    private final Duration maxWait;
    private final ForkJoinPool pool;

    public KqlQueries(InstantSource clock, QuerySettings settings) {
        this.pool = new ForkJoinPool(settings.width());
        this.turns = new Turns(settings.width());
        this.maxWait = settings.maxWait();
        this.options =
                QueryOptions.DEFAULT
                        .withClock(clock)
                        .withTimeLimit(settings.timeLimit())
                        .withMemoryLimit(settings.memoryLimit())
                        .withMaxRows(settings.maxRows())
                        .withSyntaxLimits(settings.syntaxLimits())
                        .withValueLimits(settings.valueLimits())
                        .withPool(pool);
    }

    @Override
    public Table run(Question question, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException {
        return turns.call(
                maxWait,
                cancellation::isCancelled,
                () -> prepared(question, catalog, cancellation).run(cancellation).table());
    }

    @Override
    public String explain(Question question, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException {
        return turns.call(
                maxWait,
                cancellation::isCancelled,
                () -> prepared(question, catalog, cancellation).explainRun(cancellation));
    }

    private PreparedQuery prepared(
            Question question, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException {
        return Kql.prepare(
                question.text(),
                catalog,
                options.withParameters(question.parameters()),
                cancellation);
    }

    /// How many queries run.
    public int running() {
        return turns.taken();
    }

    @PreDestroy
    void close() {
        pool.shutdownNow();
    }
}
