package io.muster.service.http.policy;

import io.muster.inventory.resource.Scope;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmCall;
import java.util.Locale;
import java.util.function.Predicate;

/// Which objects a list at a scope has: those at the scope, above it and below it, unless `$filter` says `atScope()` (not below) or `atExactScope()`.
final class PolicyLists {
    static final int MAX_TOP = 1_000;
    static final int PAGE = 500;

    private PolicyLists() {}

    /// Tells by the scope that an object is kept at, in lower case.
    static Predicate<String> inScope(ArmCall call, FleetCompliance compliance, ObjectFilter wanted)
            throws ArmException {
        String scope = call.scope().id().toLowerCase(Locale.ROOT);
        var hierarchy = compliance.current().engine().catalog().hierarchy();
        var ancestors =
                hierarchy
                        .ancestors(
                                call.scope() instanceof Scope.ManagementGroup
                                        ? call.scope()
                                        : subscriptionOf(call.scope()))
                        .stream()
                        .map(name ->
                                "/providers/microsoft.management/managementgroups/"
                                        + name.toLowerCase(Locale.ROOT))
                        .toList();
        return at -> {
            boolean exact = at.equals(scope);
            boolean above =
                    exact || at.isEmpty() || scope.startsWith(at + "/") || ancestors.contains(at);
            boolean below = at.startsWith(scope + "/") || scope.isEmpty();
            return wanted.atExactScope() ? exact : above || below && !wanted.atScope();
        };
    }

    private static Scope subscriptionOf(Scope scope) {
        String[] segments = scope.id().split("/");
        return segments.length > 2 && segments[1].equalsIgnoreCase("subscriptions")
                ? new Scope.Subscription(segments[2])
                : scope;
    }
}
