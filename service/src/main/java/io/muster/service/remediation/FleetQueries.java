package io.muster.service.remediation;

import io.micronaut.context.BeanProvider;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.remediation.FleetQuery;
import io.muster.service.fleet.Fleet;
import io.muster.service.query.FleetCatalog;
import io.muster.service.query.QueryEngine;
import io.muster.service.query.ScopedCatalog;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/// Remediation's questions in KQL over the current snapshot, limited to the subscriptions of a scope.
@Singleton
final class FleetQueries implements FleetQuery {
    private final Fleet fleet;
    private final FleetCatalog catalog;
    private final QueryEngine engine;
    private final BeanProvider<AfterTask> followers;

    // What follows tasks works with remediation, which asks these queries: looked up when needed.
    FleetQueries(
            Fleet fleet,
            FleetCatalog catalog,
            QueryEngine engine,
            BeanProvider<AfterTask> followers) {
        this.followers = followers;
        this.fleet = fleet;
        this.catalog = catalog;
        this.engine = engine;
    }

    @Override
    public boolean tellsOf(ResourceId remediation) {
        return !followers.isPresent() || !followers.get().isFollowing(remediation);
    }

    @Override
    public Table run(String kql, ResourceId scope) throws DiagnosticException {
        var snapshot = fleet.snapshot();
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
            return engine.run(kql, new ScopedCatalog(tables, below));
        }
        return scope.subscriptionId().isEmpty()
                ? engine.run(kql, tables)
                : engine.run(
                        kql,
                        new ScopedCatalog(
                                tables,
                                Set.of(scope.subscriptionId().get().toLowerCase(Locale.ROOT))));
    }
}
