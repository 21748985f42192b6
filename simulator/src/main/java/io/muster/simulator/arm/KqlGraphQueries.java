package io.muster.simulator.arm;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import io.muster.kql.value.QueryStoppedException;
import java.time.InstantSource;

/// Resource Graph queries by Muster's own query language.
public final class KqlGraphQueries implements GraphQueries {
    private final QueryOptions options;

    /// @param clock what `now()` says
    public KqlGraphQueries(InstantSource clock) {
        this.options = QueryOptions.DEFAULT.withClock(clock);
    }

    @Override
    public Table run(Catalog catalog, String query) throws DiagnosticException {
        try {
            return Kql.run(query, catalog, options).table();
        } catch (QueryStoppedException stopped) {
            throw new ArmFault(504, "GatewayTimeout", String.valueOf(stopped.getMessage()));
        }
    }
}
