package io.muster.simulator.arm;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;

/// Port: answers a Resource Graph query over a state of the estate.
@FunctionalInterface
public interface GraphQueries {
    Table run(Catalog catalog, String query) throws DiagnosticException;
}
