package io.muster.kql;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.kql.value.QueryStoppedException;

/// Why a query is not answered.
final class Refusals {
    private Refusals() {}

    /// The code of what refused or stopped the query; "" when it was answered.
    static String code(String query, QueryOptions limits) {
        try {
            Kql.run(query, Tables.catalog(), limits);
            return "";
        } catch (DiagnosticException refused) {
            return refused.diagnostics().getFirst().code();
        } catch (QueryStoppedException stopped) {
            return stopped.code();
        }
    }
}
