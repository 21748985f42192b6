package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/// The query language behind the port, with its limits on time, memory and rows.
@Singleton
public final class KqlQueries implements QueryEngine {
    private final QueryOptions options;

    public KqlQueries(InstantSource clock) {
        this.options = QueryOptions.DEFAULT.withClock(clock);
    }

    @Override
    public Table run(String text, Catalog catalog) throws DiagnosticException {
        return Kql.run(text, catalog, options).table();
    }
}
