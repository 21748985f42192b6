package io.muster.service.http.graph;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.history.ResourceVersions;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A recorded change with the step of history that it belongs to, as `ResourceChangeData`.
///
/// @param name unique within the resource
/// @param properties as in `resourcechanges`
/// @param step empty when it is not kept any more
record ResourceChange(String name, Dynamic properties, Optional<HistoryStore.Step> step) {
    private static final Pattern SNAPSHOT = Pattern.compile("muster-(\\d{1,18})");

    /// @param steps earliest first
    static ResourceChange of(String name, Dynamic properties, List<HistoryStore.Step> steps) {
        var attributes = properties.get("changeAttributes");
        long before = version(attributes.get("previousResourceSnapshotId"));
        long after = version(attributes.get("newResourceSnapshotId"));
        HistoryStore.@Nullable Step found = null;
        for (var step : steps) {
            // What was created has no state before: its step is the last that led to the new one.
            if (before >= 0 ? step.version() == before : step.version() < after) {
                found = step;
            }
        }
        return new ResourceChange(name, properties, Optional.ofNullable(found));
    }

    private static long version(Dynamic snapshotId) {
        var ours = SNAPSHOT.matcher(snapshotId.textOr(""));
        return ours.matches() ? Long.parseLong(ours.group(1)) : -1;
    }

    /// Empty where what was collected as a change names none.
    Optional<ResourceId> resource() {
        return ResourceId.tryParse(properties.get("targetResourceId").textOr(""));
    }

    private String type() {
        return properties.get("changeType").textOr("");
    }

    private Dynamic timestamp() {
        return properties.path("changeAttributes", "timestamp");
    }

    /// When the state before it began to count.
    Optional<Instant> before() {
        return step.map(HistoryStore.Step::from);
    }

    /// @param contents what the snapshots hold; null leaves it out
    Dynamic toDynamic(boolean withProperties, @Nullable ResourceVersions contents) {
        var data =
                Dynamic.bag()
                        .put("resourceId", properties.get("targetResourceId"))
                        .put("changeId", name)
                        .put("changeType", type())
                        .put(
                                "beforeSnapshot",
                                snapshot(
                                        "previousResourceSnapshotId",
                                        before().map(from -> Dynamic.of(from.toString()))
                                                .orElse(timestamp()),
                                        content(contents, 0)))
                        .put(
                                "afterSnapshot",
                                snapshot(
                                        "newResourceSnapshotId",
                                        timestamp(),
                                        content(contents, 1)));
        if (withProperties && type().equals("Update")) {
            data.put("propertyChanges", Dynamic.array(propertyChanges()));
        }
        return data.build();
    }

    /// @param later versions after the state before
    private Optional<Dynamic> content(@Nullable ResourceVersions contents, int later) {
        return contents == null
                ? Optional.empty()
                : step.flatMap(known ->
                        resource().flatMap(id -> contents.at(id, known.version() + later)));
    }

    private Dynamic snapshot(String idMember, Dynamic timestamp, Optional<Dynamic> content) {
        var snapshot = Dynamic.bag();
        String id = properties.path("changeAttributes", idMember).textOr("");
        if (!id.isEmpty()) {
            snapshot.put("snapshotId", id);
        }
        snapshot.put("timestamp", timestamp);
        content.ifPresent(resource -> snapshot.put("content", resource));
        return snapshot.build();
    }

    private List<Dynamic> propertyChanges() {
        var changes = new ArrayList<Dynamic>();
        properties
                .get("changes")
                .members()
                .forEach((name, change) -> {
                    var one = Dynamic.bag().put("propertyName", name);
                    put(one, "beforeValue", change.get("previousValue"));
                    put(one, "afterValue", change.get("newValue"));
                    changes.add(
                            one.put("changeCategory", change.get("changeCategory"))
                                    .put("propertyChangeType", change.get("propertyChangeType"))
                                    .build());
                });
        return changes;
    }

    private static void put(Dynamic.BagBuilder onto, String name, Dynamic value) {
        if (!value.isNull()) {
            onto.put(name, value);
        }
    }
}
