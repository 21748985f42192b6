package io.muster.service.query;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Which subscriptions a request may read, from the subscriptions and management groups that it names and those that the fleet has.
public final class SubscriptionScope {
    private static final String SUBSCRIPTION = "microsoft.resources/subscriptions";

    private SubscriptionScope() {}

    /// The ids, in lower case, that are named and known; empty optional for everything, when nothing is named.
    public static Optional<Set<String>> of(
            Snapshot snapshot, List<String> subscriptions, List<String> managementGroups) {
        if (subscriptions.isEmpty() && managementGroups.isEmpty()) {
            return Optional.empty();
        }
        var named = new HashSet<String>();
        subscriptions.forEach(id -> named.add(id.toLowerCase(Locale.ROOT)));
        var groups = new HashSet<String>();
        managementGroups.forEach(name -> groups.add(name.toLowerCase(Locale.ROOT)));
        var within = new HashSet<String>();
        for (String id : known(snapshot)) {
            if (named.contains(id)) {
                within.add(id);
            }
        }
        for (var segment : snapshot.segmentsOf(SUBSCRIPTION)) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var subscription = segment.resource(row);
                        if (ancestors(subscription).stream().anyMatch(groups::contains)) {
                            within.add(idOf(subscription));
                        }
                    });
        }
        return Optional.of(within);
    }

    /// Names of the management groups above subscriptions, in lower case.
    static Set<String> above(Snapshot snapshot, Set<String> subscriptions) {
        var above = new HashSet<String>();
        if (!subscriptions.isEmpty()) {
            for (var segment : snapshot.segmentsOf(SUBSCRIPTION)) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            var subscription = segment.resource(row);
                            if (subscriptions.contains(idOf(subscription))) {
                                above.addAll(ancestors(subscription));
                            }
                        });
            }
        }
        return above;
    }

    /// The ids of all subscriptions that resources lie in, in lower case.
    public static Set<String> known(Snapshot snapshot) {
        var ids = new HashSet<String>();
        for (var segment : snapshot.segments()) {
            var column = segment.root().at("id").dense();
            for (int row = 0; row < segment.size(); row++) {
                if (segment.rows().isLive(row)) {
                    String id = column.dynamic(row).textOr("");
                    if (id.regionMatches(true, 0, "/subscriptions/", 0, 15)) {
                        int end = id.indexOf('/', 15);
                        ids.add(
                                id.substring(15, end < 0 ? id.length() : end)
                                        .toLowerCase(Locale.ROOT));
                    }
                }
            }
        }
        return ids;
    }

    /// Names of the management groups above a subscription, nearest first, in lower case.
    private static List<String> ancestors(Dynamic subscription) {
        return QueryScope.namesOf(subscription.path("properties", "managementGroupAncestorsChain"));
    }

    private static String idOf(Dynamic subscription) {
        String id = subscription.get("id").textOr("");
        return id.substring(id.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
}
