package io.muster.service.remediation;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.kql.value.QueryStoppedException;
import io.muster.remediation.FleetQuery;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.fleet.Fleet;
import io.muster.service.query.FleetCatalog;
import io.muster.service.query.QueryEngine;
import io.muster.service.query.ScopedCatalog;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// Remediation's questions in KQL over the current snapshot, limited to the subscriptions of a scope.
@Singleton
final class FleetQueries implements FleetQuery {
    private final Fleet fleet;
    private final FleetCatalog catalog;
    private final QueryEngine engine;
    private final RemediationLedger ledger;

    FleetQueries(Fleet fleet, FleetCatalog catalog, QueryEngine engine, RemediationLedger ledger) {
        this.ledger = ledger;
        this.fleet = fleet;
        this.catalog = catalog;
        this.engine = engine;
    }

    @Override
    public boolean tellsOf(ResourceId remediation) {
        return ledger.task(remediation).map(RemediationTask::told).orElse(true);
    }

    @Override
    public Table run(String kql, ResourceId scope) throws DiagnosticException {
        var snapshot = latest();
        var tables = catalog.over(snapshot);
        if (Scope.of(scope) instanceof Scope.ManagementGroup(var name)) {
            Set<String> below = new HashSet<>();
            for (var segment : snapshot.segmentsOf("microsoft.resources/subscriptions")) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            var subscription = segment.resource(row);
                            for (var group :
                                    subscription
                                            .path("properties", "managementGroupAncestorsChain")
                                            .items()) {
                                if (group.get("name").textOr("").equalsIgnoreCase(name)) {
                                    below.add(
                                            subscription
                                                    .get("subscriptionId")
                                                    .textOr("")
                                                    .toLowerCase(Locale.ROOT));
                                }
                            }
                        });
            }
            return ask(kql, new ScopedCatalog(tables, below));
        }
        return scope.subscriptionId().isEmpty()
                ? ask(kql, tables)
                : ask(
                        kql,
                        new ScopedCatalog(
                                tables,
                                Set.of(scope.subscriptionId().get().toLowerCase(Locale.ROOT))));
    }

    /// Another process may have collected since, after a ring that it ran.
    private Snapshot latest() {
        try {
            fleet.adopt();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
        return fleet.snapshot();
    }

    /// A query that takes more than it may is at fault, and stays so when it is asked again; one whose turn did not come is not.
    private Table ask(String kql, Catalog tables) throws DiagnosticException {
        try {
            return engine.run(kql, tables);
        } catch (QueryStoppedException stopped) {
            if (stopped.code().equals("query-busy")) {
                throw new FleetBusyException(String.valueOf(stopped.getMessage()), stopped);
            }
            if (stopped.code().equals("query-cancelled")) {
                throw stopped;
            }
            throw new DiagnosticException(
                    Diagnostic.error(
                            stopped.code(),
                            new SourceText("", kql),
                            SourceSpan.at(0),
                            String.valueOf(stopped.getMessage())));
        }
    }
}
