package io.muster.inventory.history;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Records what differs between two snapshots of a lineage as resources of the later one, and goes back in time by them. Stateless.
///
/// A row is Azure's, with one member more: `properties.previousResource`, the resource as it was, by which [#asOf] goes back.
///
/// @param keep how long changes are kept; Azure keeps them 14 days
public record ResourceHistory(Duration keep, Attributor attributor) {
    public static final String TYPE = "microsoft.resources/changes";
    public static final Duration AZURES_TIME = Duration.ofDays(14);

    public static final ResourceHistory STANDARD =
            new ResourceHistory(AZURES_TIME, Attributor.NONE);

    /// What happened to a resource, as the wire names it.
    private enum ChangeType {
        CREATE("Create"),
        UPDATE("Update"),
        DELETE("Delete");

        private final String wireName;

        ChangeType(String wireName) {
            this.wireName = wireName;
        }
    }

    /// The later snapshot with the changes since the earlier one, and without changes that are older than they are kept. The first
    /// snapshot of a lineage is where history begins: nothing in it counts as created.
    public Snapshot record(Snapshot before, Snapshot after) {
        var changes = before.count() == 0 ? List.<Dynamic>of() : changes(before, after);
        var expired = expired(after);
        return changes.isEmpty() && expired.isEmpty()
                ? after
                : after.with(changes, expired, after.takenAt());
    }

    /// The rows of `resourcechanges` for what differs.
    public List<Dynamic> changes(Snapshot before, Snapshot after) {
        var rows = new ArrayList<Dynamic>();
        var oldSegments = live(before);
        var newSegments = live(after);
        for (var segment : after.segments()) {
            // Segments of one id hold the same values; what was deleted from them shows below.
            if (segment.type().equals(TYPE) || oldSegments.containsKey(segment.id())) {
                continue;
            }
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var now = segment.resource(row);
                        var old = before.resource(segment.resourceId(row)).orElse(null);
                        if (old == null) {
                            add(rows, before, after, ChangeType.CREATE, null, now, List.of());
                        } else {
                            var properties = PropertyChange.between(old, now);
                            if (!properties.isEmpty()) {
                                add(rows, before, after, ChangeType.UPDATE, old, now, properties);
                            }
                        }
                    });
        }
        for (var segment : before.segments()) {
            var liveNow = newSegments.get(segment.id());
            if (segment.type().equals(TYPE)
                    || (liveNow != null && liveNow == segment.rows().liveSize())) {
                continue;
            }
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (after.ordinal(segment.resourceId(row)).isEmpty()) {
                            var old = segment.resource(row);
                            add(rows, before, after, ChangeType.DELETE, old, old, List.of());
                        }
                    });
        }
        return rows;
    }

    private static Map<Long, Integer> live(Snapshot snapshot) {
        var live = new HashMap<Long, Integer>();
        snapshot.segments().forEach(s -> live.put(s.id(), s.rows().liveSize()));
        return live;
    }

    private void add(
            List<Dynamic> rows,
            Snapshot before,
            Snapshot after,
            ChangeType type,
            @Nullable Dynamic old,
            Dynamic resource,
            List<PropertyChange> properties) {
        String target = resource.get("id").textOr("");
        var id = ResourceId.tryParse(target);
        String at = Ticks.formatDateTime(Ticks.of(after.takenAt()));
        String name =
                UUID.nameUUIDFromBytes(
                                (target.toLowerCase(Locale.ROOT) + '\n' + at + '\n' + type.wireName)
                                        .getBytes(StandardCharsets.UTF_8))
                        .toString();
        var by =
                id.flatMap(known -> attributor.of(known, before.takenAt(), after.takenAt()))
                        .orElse(Attribution.UNKNOWN);
        var changes = Dynamic.bag();
        for (var change : properties) {
            changes.put(change.path(), row(change));
        }
        var content =
                Dynamic.bag()
                        .put("targetResourceId", target)
                        .put(
                                "targetResourceType",
                                resource.get("type").textOr("").toLowerCase(Locale.ROOT))
                        .put("changeType", type.wireName)
                        .put(
                                "changeAttributes",
                                Dynamic.bag()
                                        .put("timestamp", at)
                                        .put("changedBy", by.changedBy())
                                        .put("changedByType", by.changedByType())
                                        .put("clientType", by.clientType())
                                        .put("operation", by.operation())
                                        .put("correlationId", by.correlationId())
                                        .put("changesCount", properties.size())
                                        .put(
                                                "previousResourceSnapshotId",
                                                snapshotId(before, type != ChangeType.CREATE))
                                        .put(
                                                "newResourceSnapshotId",
                                                snapshotId(after, type != ChangeType.DELETE))
                                        .build())
                        .put("changes", changes.build());
        if (old != null) {
            content.put("previousResource", old);
        }
        rows.add(
                Dynamic.bag()
                        .put("id", target + "/providers/Microsoft.Resources/changes/" + name)
                        .put("name", name)
                        .put("type", TYPE)
                        .put("tenantId", resource.get("tenantId").textOr(""))
                        .put("location", "")
                        .put(
                                "resourceGroup",
                                id.flatMap(ResourceId::resourceGroup)
                                        .orElse("")
                                        .toLowerCase(Locale.ROOT))
                        .put("subscriptionId", id.flatMap(ResourceId::subscriptionId).orElse(""))
                        .put("properties", content.build())
                        .build());
    }

    private static String snapshotId(Snapshot snapshot, boolean exists) {
        return exists ? "muster-" + snapshot.version() : "";
    }

    private static Dynamic row(PropertyChange change) {
        var row =
                Dynamic.bag()
                        .put("propertyChangeType", change.kind().wireName())
                        .put("changeCategory", change.isSystem() ? "System" : "User");
        if (change.kind() != PropertyChange.Kind.INSERT) {
            row.put("previousValue", PropertyChange.text(change.before()));
        }
        if (change.kind() != PropertyChange.Kind.REMOVE) {
            row.put("newValue", PropertyChange.text(change.after()));
        }
        return row.put("isTruncated", "false").build();
    }

    private Set<String> expired(Snapshot snapshot) {
        var oldest = Ticks.of(snapshot.takenAt().minus(keep));
        var expired = new HashSet<String>();
        for (var segment : snapshot.segmentsOf(TYPE)) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (timestamp(segment, row) < oldest) {
                            expired.add(segment.resourceId(row));
                        }
                    });
        }
        return expired;
    }

    private static long timestamp(ResourceSegment segment, int row) {
        var text =
                segment.root()
                        .at("properties")
                        .at("changeAttributes")
                        .at("timestamp")
                        .dynamic(row)
                        .textOr("");
        return Ticks.parseIso(text).orElse(0);
    }

    /// The state at an instant, as the readings up to then had it: every change after it is taken back. Changes older than they are kept
    /// cannot be: ask [#reachesBackTo] first.
    public Snapshot asOf(Snapshot now, Instant instant) {
        long limit = Ticks.of(instant);
        // Of a resource's changes after the instant the earliest tells what it was then.
        var earliest = new HashMap<String, Long>();
        var previous = new HashMap<String, Dynamic>();
        var undone = new HashSet<String>();
        for (var segment : now.segmentsOf(TYPE)) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        long at = timestamp(segment, row);
                        if (at <= limit) {
                            return;
                        }
                        undone.add(segment.resourceId(row));
                        var properties = segment.root().at("properties");
                        String target =
                                properties
                                        .at("targetResourceId")
                                        .dynamic(row)
                                        .textOr("")
                                        .toLowerCase(Locale.ROOT);
                        if (at < earliest.getOrDefault(target, Long.MAX_VALUE)) {
                            earliest.put(target, at);
                            previous.put(target, properties.at("previousResource").dynamic(row));
                        }
                    });
        }
        var upserts = new ArrayList<Dynamic>();
        previous.forEach((target, resource) -> {
            if (resource.isNull()) {
                undone.add(target);
            } else {
                upserts.add(resource);
            }
        });
        return now.with(upserts, undone, instant);
    }

    /// The earliest instant that [#asOf] can answer for.
    public Instant reachesBackTo(Snapshot now) {
        return now.takenAt().minus(keep);
    }
}
