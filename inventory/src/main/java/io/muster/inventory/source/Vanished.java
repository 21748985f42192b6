package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What is gone with resources that are certainly not there any more: a subscription or a resource group takes all that it held, a resource what lies below it.
final class Vanished {
    private static final Set<String> CONTAINERS =
            Set.of(
                    "microsoft.resources/subscriptions",
                    "microsoft.resources/subscriptions/resourcegroups");

    private Vanished() {}

    /// The ids of what a reading of single resources did not find any more. A resource that is gone takes with it what lies below it, at any depth.
    static Set<String> from(Snapshot previous, List<Dynamic> upserts, RefreshReport report) {
        var read = new HashSet<String>();
        upserts.forEach(found -> read.add(key(found.get("id").textOr(""))));
        var gone = new HashSet<String>();
        for (var below : report.whole()) {
            var parent = previous.ordinal(below.parent().text());
            if (parent.isPresent()) {
                for (int child : previous.childrenOf(parent.getAsInt(), below.type())) {
                    previous.idOf(child)
                            .filter(id -> !read.contains(key(id)))
                            .flatMap(ResourceId::tryParse)
                            .ifPresent(id -> gone.addAll(withChildren(previous, id)));
                }
            }
        }
        report.absent().forEach(id -> gone.addAll(withChildren(previous, id)));
        gone.removeIf(id -> read.contains(key(id)));
        return gone;
    }

    private static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }

    private static Set<String> withChildren(Snapshot snapshot, ResourceId id) {
        var ids = new HashSet<String>();
        ids.add(id.text());
        if (CONTAINERS.contains(id.type().lower())) {
            addContents(snapshot, id, ids);
            return ids;
        }
        String below = id.type().lower() + "/";
        var types =
                snapshot.segments().stream()
                        .map(ResourceSegment::type)
                        .filter(type -> type.startsWith(below))
                        .distinct()
                        .toList();
        snapshot.ordinal(id.text())
                .ifPresent(ordinal -> addChildren(snapshot, ordinal, types, ids));
        return ids;
    }

    /// What a subscription or a resource group holds is of any type, so that all ids are looked at; they are rarely deleted.
    private static void addContents(Snapshot snapshot, ResourceId container, Set<String> ids) {
        String below = key(container.text()) + "/";
        for (var segment : snapshot.segments()) {
            if (!segment.type().equals(ResourceHistory.TYPE)) {
                segment.rows()
                        .live()
                        .forEach(row -> {
                            String id = segment.resourceId(row);
                            if (id.regionMatches(true, 0, below, 0, below.length())) {
                                ids.add(id);
                            }
                        });
            }
        }
    }

    private static void addChildren(
            Snapshot snapshot, int parent, List<String> types, Set<String> ids) {
        for (String type : types) {
            for (int child : snapshot.childrenOf(parent, type)) {
                if (snapshot.idOf(child).filter(ids::add).isPresent()) {
                    addChildren(snapshot, child, types, ids);
                }
            }
        }
    }
}
