package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;

/// Answers a KQL text over the tables of a catalog. Safe for many threads.
@FunctionalInterface
public interface QueryEngine {
    /// @throws DiagnosticException when the query is at fault
    Table run(String text, Catalog catalog) throws DiagnosticException;
}
