package io.muster.inventory.resource;

import java.util.Locale;
import java.util.Optional;

/// Where an assignment, a query or a collection applies: everything at and below it. Equal ignoring
/// case.
public sealed interface Scope {
    /// The whole tenant.
    Scope TENANT = new Tenant();

    /// The scope as a resource id; `/` for the tenant.
    String id();

    record Tenant() implements Scope {
        @Override
        public String id() {
            return "/";
        }
    }

    record ManagementGroup(String name) implements Scope {
        @Override
        public String id() {
            return "/providers/Microsoft.Management/managementGroups/" + name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ManagementGroup group && name.equalsIgnoreCase(group.name);
        }

        @Override
        public int hashCode() {
            return name.toLowerCase(Locale.ROOT).hashCode();
        }
    }

    record Subscription(String subscriptionId) implements Scope {
        @Override
        public String id() {
            return "/subscriptions/" + subscriptionId;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Subscription subscription
                    && subscriptionId.equalsIgnoreCase(subscription.subscriptionId);
        }

        @Override
        public int hashCode() {
            return subscriptionId.toLowerCase(Locale.ROOT).hashCode();
        }
    }

    record ResourceGroup(String subscriptionId, String name) implements Scope {
        @Override
        public String id() {
            return "/subscriptions/" + subscriptionId + "/resourceGroups/" + name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ResourceGroup group
                    && subscriptionId.equalsIgnoreCase(group.subscriptionId)
                    && name.equalsIgnoreCase(group.name);
        }

        @Override
        public int hashCode() {
            return id().toLowerCase(Locale.ROOT).hashCode();
        }
    }

    /// A single resource and what hangs on it.
    record Resource(ResourceId resource) implements Scope {
        @Override
        public String id() {
            return resource.text();
        }
    }

    /// The scope of that text.
    ///
    /// @throws IllegalArgumentException when it is neither `/` nor a resource id
    static Scope parse(String text) {
        return text.isEmpty() || text.equals("/") ? TENANT : of(ResourceId.parse(text));
    }

    /// The scope of that text; empty when it is neither `/` nor a resource id.
    static Optional<Scope> tryParse(String text) {
        return text.isEmpty() || text.equals("/")
                ? Optional.of(TENANT)
                : ResourceId.tryParse(text).map(Scope::of);
    }

    /// The scope that an id names.
    static Scope of(ResourceId id) {
        String type = id.type().lower();
        return switch (type) {
            case "microsoft.resources/subscriptions" -> new Subscription(id.name());
            case "microsoft.resources/subscriptions/resourcegroups" ->
                    new ResourceGroup(id.subscriptionId().orElseThrow(), id.name());
            case "microsoft.management/managementgroups" ->
                    id.scope() instanceof Tenant
                            ? new ManagementGroup(id.name())
                            : new Resource(id);
            default -> new Resource(id);
        };
    }
}
