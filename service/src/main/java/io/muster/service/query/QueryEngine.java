package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.CancellationToken;

/// Answers a KQL query over the tables of a catalog. Safe for many threads.
public interface QueryEngine {
    /// @throws DiagnosticException when the query is at fault
    /// @throws io.muster.kql.value.QueryStoppedException when a limit is reached, or its turn does not come
    Table run(Question question, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException;

    /// A run without parameters that nobody cancels.
    default Table run(String text, Catalog catalog) throws DiagnosticException {
        return run(Question.of(text), catalog, new CancellationToken());
    }

    /// The plan with the rows and milliseconds of each step of one run made for it, under the limits of every query.
    ///
    /// @throws DiagnosticException as [#run]
    /// @throws io.muster.kql.value.QueryStoppedException as [#run]
    String explain(Question question, Catalog catalog, CancellationToken cancellation)
            throws DiagnosticException;
}
