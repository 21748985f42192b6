package io.muster.service.compliance;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ManagementHierarchy;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The management groups as the collected subscriptions and management groups name their ancestors. Immutable.
public final class SnapshotHierarchy implements ManagementHierarchy {
    private final Map<String, List<String>> bySubscription = new HashMap<>();
    private final Map<String, List<String>> byGroup = new HashMap<>();

    public SnapshotHierarchy(Snapshot snapshot) {
        for (var segment : snapshot.segmentsOf("microsoft.resources/subscriptions")) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var subscription = segment.resource(row);
                        bySubscription.put(
                                nameOf(subscription),
                                chain(
                                        subscription.path(
                                                "properties", "managementGroupAncestorsChain")));
                    });
        }
        for (var segment : snapshot.segmentsOf("microsoft.management/managementgroups")) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var group = segment.resource(row);
                        byGroup.put(
                                nameOf(group),
                                chain(
                                        group.path(
                                                "properties",
                                                "details",
                                                "managementGroupAncestorsChain")));
                    });
        }
    }

    private static String nameOf(Dynamic resource) {
        String id = resource.get("id").textOr("").toLowerCase(Locale.ROOT);
        return id.substring(id.lastIndexOf('/') + 1);
    }

    private static List<String> chain(Dynamic ancestors) {
        return ancestors.items().stream().map(group -> group.get("name").textOr("")).toList();
    }

    @Override
    public List<String> ancestors(Scope scope) {
        return switch (scope) {
            case Scope.Subscription(var id) ->
                    bySubscription.getOrDefault(id.toLowerCase(Locale.ROOT), List.of());
            case Scope.ManagementGroup(var name) ->
                    byGroup.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
            case Scope.Tenant _, Scope.ResourceGroup _, Scope.Resource _ -> List.of();
        };
    }

    /// Equal when every subscription and group has the same ancestors: what was derived from one tree holds for the other.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SnapshotHierarchy that
                && bySubscription.equals(that.bySubscription)
                && byGroup.equals(that.byGroup);
    }

    @Override
    public int hashCode() {
        return bySubscription.hashCode() * 31 + byGroup.hashCode();
    }

    /// The name of the management group above all others: the last of the longest chain, empty when none is known.
    public String root() {
        return bySubscription.values().stream()
                .filter(chain -> !chain.isEmpty())
                .map(List::getLast)
                .findFirst()
                .orElse("");
    }
}
