package io.muster.inventory.history;

import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntToLongFunction;

/// Records what differs between two snapshots of a lineage: rows in Azure's shape as resources of the later one, and beside it, for a store
/// to keep, what it takes to go back ([HistoryEntry]). Stateless.
///
/// Resources that follow from others (`Muster.*`) are not recorded: they follow from the past, too. Times that a machine's heartbeat moves
/// do not count as changes; a past state has them as the next recorded state had.
///
/// @param keep how long changes are kept; Azure keeps them 14 days
public record ResourceHistory(Duration keep, Attributor attributor) {
    public static final String TYPE = "microsoft.resources/changes";
    public static final Duration AZURES_TIME = Duration.ofDays(14);
    private static final String OURS = "muster.";

    /// The source that a snapshot's metadata names for what its store had lost.
    public static final String LOSSES = "store";

    public static final ResourceHistory STANDARD =
            new ResourceHistory(AZURES_TIME, Attributor.NONE);

    public ResourceHistory {
        if (keep.isNegative() || keep.isZero()) {
            throw new IllegalArgumentException("changes must be kept for some time, not " + keep);
        }
    }

    /// A snapshot with its changes, and what a store keeps beside it.
    ///
    /// @param entry empty for the first snapshot of a lineage
    /// @param forget entries that ended before this instant need not be kept any longer
    public record Recorded(Snapshot snapshot, Optional<HistoryEntry> entry, Instant forget) {}

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

    /// The later snapshot with the changes since the earlier one, and, after a collection, without changes that are older than they are
    /// kept. The first snapshot of a lineage is where history begins: nothing in it counts as created.
    public Recorded record(Snapshot before, Snapshot after, HistoryEntry.Cause cause) {
        var forget = after.takenAt().minus(keep);
        if (before.version() == 0) {
            return new Recorded(after, Optional.empty(), forget);
        }
        var found = differences(before, after);
        // Looked for seldom: it costs a look at every change kept.
        var expired = cause == HistoryEntry.Cause.COLLECTION ? expired(after) : Set.<String>of();
        var recorded =
                found.rows.isEmpty() && expired.isEmpty()
                        ? after
                        : after.with(found.rows, expired, after.takenAt());
        var entry =
                new HistoryEntry(
                        before.version(),
                        before.takenAt(),
                        // A clock that was set back must not lose a step.
                        after.takenAt().isBefore(before.takenAt())
                                ? before.takenAt()
                                : after.takenAt(),
                        cause,
                        before.metadata(),
                        found.created,
                        after.aside(found.previous));
        return new Recorded(recorded, Optional.of(entry), forget);
    }

    private static final class Differences {
        private final List<Dynamic> rows = new ArrayList<>();
        private final List<String> created = new ArrayList<>();
        private final List<Dynamic> previous = new ArrayList<>();
    }

    private static boolean isRecorded(ResourceSegment segment) {
        return !segment.type().equals(TYPE) && !segment.type().startsWith(OURS);
    }

    private Differences differences(Snapshot before, Snapshot after) {
        var found = new Differences();
        var lost = lost(before);
        var oldSegments = live(before);
        var newSegments = live(after);
        for (var segment : after.segments()) {
            // Segments of one id hold the same values; what was deleted from them shows below.
            if (!isRecorded(segment) || oldSegments.containsKey(segment.id())) {
                continue;
            }
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var old = before.place(segment.ordinal(row)).orElse(null);
                        var now = segment.resource(row);
                        if (old == null && lost.contains(segment.type())) {
                            // Not created: the store had lost it.
                            return;
                        }
                        if (old == null) {
                            found.created.add(segment.resourceId(row));
                            found.rows.add(
                                    change(before, after, ChangeType.CREATE, now, List.of()));
                            return;
                        }
                        var was = old.resource();
                        var properties = PropertyChange.between(was, now);
                        if (!properties.isEmpty()) {
                            found.previous.add(was);
                            found.rows.add(
                                    change(before, after, ChangeType.UPDATE, now, properties));
                        }
                    });
        }
        for (var segment : before.segments()) {
            var liveNow = newSegments.get(segment.id());
            if (!isRecorded(segment) || (liveNow != null && liveNow == segment.rows().liveSize())) {
                continue;
            }
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (after.place(segment.ordinal(row)).isEmpty()) {
                            var old = segment.resource(row);
                            found.previous.add(old);
                            found.rows.add(
                                    change(before, after, ChangeType.DELETE, old, List.of()));
                        }
                    });
        }
        return found;
    }

    /// Types of which a store had lost resources: their reappearance says nothing of the estate.
    private static Set<String> lost(Snapshot snapshot) {
        var types = new HashSet<String>();
        for (var reading : snapshot.metadata().get("collections").items()) {
            if (reading.get("source").textOr("").equals(LOSSES)) {
                types.add(reading.get("table").textOr(""));
            }
        }
        return types;
    }

    private static Map<Long, Integer> live(Snapshot snapshot) {
        var live = new HashMap<Long, Integer>();
        snapshot.segments().forEach(s -> live.put(s.id(), s.rows().liveSize()));
        return live;
    }

    private Dynamic change(
            Snapshot before,
            Snapshot after,
            ChangeType type,
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
        return Dynamic.bag()
                .put("id", target + "/providers/Microsoft.Resources/changes/" + name)
                .put("name", name)
                .put("type", TYPE)
                .put("tenantId", resource.get("tenantId").textOr(""))
                .put("location", "")
                .put(
                        "resourceGroup",
                        id.flatMap(ResourceId::resourceGroup).orElse("").toLowerCase(Locale.ROOT))
                .put("subscriptionId", id.flatMap(ResourceId::subscriptionId).orElse(""))
                .put("properties", content.build())
                .build();
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
            var times = timestamps(segment);
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (times.applyAsLong(row) < oldest) {
                            expired.add(segment.resourceId(row));
                        }
                    });
        }
        return expired;
    }

    /// When the changes of a segment were recorded, in ticks. Each distinct time is read once: all of a step have the same.
    private static IntToLongFunction timestamps(ResourceSegment segment) {
        var column = segment.root().at("properties").at("changeAttributes").at("timestamp");
        if (!(column.dense() instanceof StringColumn texts)) {
            return row -> Ticks.parseIso(column.dynamic(row).textOr("")).orElse(0);
        }
        long[] ticks = new long[texts.dictionary().size()];
        for (int code = 0; code < ticks.length; code++) {
            ticks[code] = Ticks.parseIso(texts.dictionary().get(code)).orElse(0);
        }
        return row -> {
            int code = texts.codes().get(row);
            return code < 0 ? 0 : ticks[code];
        };
    }

    /// The state at an instant, as the readings up to then had it.
    ///
    /// @param later every entry that ended after the instant, earliest first; empty when the state is the current one. That they reach back
    ///     to the instant is for the caller to know.
    public static Snapshot asOf(Snapshot now, Instant instant, List<HistoryEntry> later) {
        if (later.isEmpty()) {
            return now;
        }
        var state = later.getFirst();
        var absent = new ArrayList<Snapshot.Absence>();
        var restored = new ArrayList<ResourceSegment>();
        for (var entry : later) {
            restored.addAll(entry.previous());
            absent.add(new Snapshot.Absence(restored.size(), entry.created()));
        }
        return now.before(
                new Snapshot.PastState(state.version(), state.from(), state.metadata()),
                absent,
                restored,
                changesAfter(now, instant));
    }

    /// The ordinals of the changes that were recorded later.
    private static BitSet changesAfter(Snapshot now, Instant instant) {
        long limit = Ticks.of(instant);
        var later = new BitSet();
        for (var segment : now.segmentsOf(TYPE)) {
            var times = timestamps(segment);
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (times.applyAsLong(row) > limit) {
                            later.set(segment.ordinal(row));
                        }
                    });
        }
        return later;
    }
}
