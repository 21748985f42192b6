package io.muster.inventory.resource;

import java.util.List;

/// Which management groups hold a subscription or a management group: the one thing that ids do not
/// say. Implementations are immutable.
public interface ManagementHierarchy {
    /// No management groups are known: only what stands in ids counts.
    ManagementHierarchy NONE = scope -> List.of();

    /// The names of the management groups above a subscription or management group, nearest first;
    /// empty for every other scope and for what is not known.
    List<String> ancestors(Scope scope);

    /// Whether a resource lies in a scope.
    default boolean contains(Scope scope, ResourceId id) {
        return switch (scope) {
            case Scope.Tenant() -> true;
            case Scope.ManagementGroup(var name) -> isUnderManagementGroup(name, id);
            case Scope.Subscription _, Scope.ResourceGroup _, Scope.Resource _ -> id.isUnder(scope);
        };
    }

    private boolean isUnderManagementGroup(String name, ResourceId id) {
        var group = new Scope.ManagementGroup(name);
        if (id.isUnder(group)) {
            return true;
        }
        var container =
                id.subscriptionId()
                        .<Scope>map(Scope.Subscription::new)
                        .orElseGet(() ->
                                Scope.of(id) instanceof Scope.ManagementGroup own
                                        ? own
                                        : id.scope());
        return ancestors(container).stream().anyMatch(name::equalsIgnoreCase)
                || container.equals(group);
    }
}
