package io.muster.remediation;

import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.plan.FleetBusyException;

/// Asks the inventory in KQL: which machines a ring holds, whether a gate is open. Bound by the
/// service, so that remediation need not know the query language.
@FunctionalInterface
public interface FleetQuery {
    /// @param scope the query sees what is at or below it, as Resource Graph limits a query
    /// @throws DiagnosticException when the query is at fault, also when it takes more than it may
    /// @throws FleetBusyException when its turn does not come: to be asked again later
    Table run(String kql, ResourceId scope) throws DiagnosticException;

    /// Whether answers tell what a remediation did that is over: false while its resources are still to be collected again. A gate asks nothing before.
    default boolean tellsOf(ResourceId remediation) {
        return true;
    }
}
