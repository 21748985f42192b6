package io.muster.service.query;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Which rows a request may read, from the subscriptions and management groups that it names. All texts in lower case.
///
/// @param subscriptions ids of the subscriptions within
/// @param groups names of the management groups within: those named, and those below them
/// @param above names of the management groups above what is named
/// @param named what is named, as ids of scopes
/// @param filter which objects of policy and rights are read
public record QueryScope(
        Set<String> subscriptions,
        Set<String> groups,
        Set<String> above,
        Set<String> named,
        Filter filter) {
    private static final String GROUP = "microsoft.management/managementgroups";
    private static final String GROUPS = "/providers/" + GROUP + "/";
    private static final String AUTHORIZATION = "/providers/microsoft.authorization/";

    /// `authorizationScopeFilter`: where the policy objects and role assignments lie that `policyresources` and `authorizationresources`
    /// show.
    public enum Filter {
        AT_SCOPE_AND_BELOW("AtScopeAndBelow"),
        AT_SCOPE_AND_ABOVE("AtScopeAndAbove"),
        AT_SCOPE_ABOVE_AND_BELOW("AtScopeAboveAndBelow"),
        AT_SCOPE_EXACT("AtScopeExact");

        private final String wireName;

        Filter(String wireName) {
            this.wireName = wireName;
        }

        public static Optional<Filter> of(String text) {
            return Arrays.stream(values())
                    .filter(filter -> filter.wireName.equalsIgnoreCase(text))
                    .findFirst();
        }
    }

    public QueryScope {
        subscriptions = Set.copyOf(subscriptions);
        groups = Set.copyOf(groups);
        above = Set.copyOf(above);
        named = Set.copyOf(named);
    }

    static QueryScope ofSubscriptions(Set<String> subscriptions) {
        return new QueryScope(
                subscriptions, Set.of(), Set.of(), Set.of(), Filter.AT_SCOPE_AND_BELOW);
    }

    /// Empty for everything, when nothing is named.
    public static Optional<QueryScope> of(
            Snapshot snapshot,
            List<String> subscriptions,
            List<String> managementGroups,
            Filter filter) {
        var within = SubscriptionScope.of(snapshot, subscriptions, managementGroups);
        if (within.isEmpty()) {
            return Optional.empty();
        }
        var groups = new HashSet<>(lower(managementGroups));
        var asked = Set.copyOf(groups);
        var above = new HashSet<String>();
        for (var segment : snapshot.segmentsOf(GROUP)) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var group = segment.resource(row);
                        String id = group.get("id").textOr("").toLowerCase(Locale.ROOT);
                        String name = id.substring(id.lastIndexOf('/') + 1);
                        var ancestors =
                                namesOf(
                                        group.path(
                                                "properties",
                                                "details",
                                                "managementGroupAncestorsChain"));
                        if (ancestors.stream().anyMatch(asked::contains)) {
                            groups.add(name);
                        }
                        if (asked.contains(name)) {
                            above.addAll(ancestors);
                        }
                    });
        }
        above.addAll(SubscriptionScope.above(snapshot, lower(subscriptions)));
        above.removeAll(groups);
        var named = new HashSet<String>();
        lower(subscriptions).forEach(id -> named.add("/subscriptions/" + id));
        asked.forEach(name -> named.add(GROUPS + name));
        return Optional.of(new QueryScope(within.get(), groups, above, named, filter));
    }

    private static Set<String> lower(List<String> texts) {
        var out = new HashSet<String>();
        texts.forEach(text -> out.add(text.toLowerCase(Locale.ROOT)));
        return out;
    }

    static List<String> namesOf(Dynamic chain) {
        return chain.items().stream()
                .map(group -> group.get("name").textOr("").toLowerCase(Locale.ROOT))
                .toList();
    }

    /// Whether rows beside those of the subscriptions can be within.
    boolean asksForIds(String table) {
        return !groups.isEmpty() || filters(table);
    }

    /// Whether the filter says something of the table.
    boolean filters(String table) {
        return filter != Filter.AT_SCOPE_AND_BELOW
                && (table.equalsIgnoreCase("policyresources")
                        || table.equalsIgnoreCase("authorizationresources"));
    }

    boolean contains(String table, String subscription, String resourceId) {
        boolean within =
                subscription.isEmpty()
                        ? groups.contains(groupOf(resourceId))
                        : subscriptions.contains(subscription.toLowerCase(Locale.ROOT));
        String id = resourceId.toLowerCase(Locale.ROOT);
        int at = id.lastIndexOf(AUTHORIZATION);
        if (at < 0 || !filters(table)) {
            return within;
        }
        boolean exact = named.contains(id.substring(0, at));
        boolean isAbove = subscription.isEmpty() && above.contains(groupOf(resourceId));
        return switch (filter) {
            case AT_SCOPE_AND_BELOW -> within;
            case AT_SCOPE_ABOVE_AND_BELOW -> within || isAbove;
            case AT_SCOPE_AND_ABOVE -> exact || isAbove;
            case AT_SCOPE_EXACT -> exact;
        };
    }

    /// The management group that an id lies in, in lower case; empty when it lies in none.
    private static String groupOf(String id) {
        if (!id.regionMatches(true, 0, GROUPS, 0, GROUPS.length())) {
            return "";
        }
        int end = id.indexOf('/', GROUPS.length());
        return id.substring(GROUPS.length(), end < 0 ? id.length() : end).toLowerCase(Locale.ROOT);
    }
}
