package io.muster.inventory.snapshot;

import io.muster.core.column.Bits;
import io.muster.core.column.Catalog;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.table.TableLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// Everything known of the estate at one instant: the tables that queries read and the resources that policies judge. Immutable, shared freely.
///
/// Every resource has a stable ordinal that outlives updates and restarts. A changed snapshot shares all segments that did not change.
public final class Snapshot implements Catalog {
    private static final Comparator<ResourceSegment> ORDER =
            Comparator.comparing(ResourceSegment::type).thenComparing(ResourceSegment::id);

    private final TableLayout layout;
    private final long version;
    private final Instant takenAt;
    private final Dynamic metadata;
    private final List<ResourceSegment> segments;
    private final IdIndex ids;
    private final Locations locations;
    private final int count;
    private final Map<String, Table> tables;
    private final ConcurrentHashMap<String, ChildIndex> children = new ConcurrentHashMap<>();

    Snapshot(
            TableLayout layout,
            long version,
            Instant takenAt,
            Dynamic metadata,
            List<ResourceSegment> segments,
            IdIndex ids,
            Locations locations) {
        this.layout = layout;
        this.version = version;
        this.takenAt = takenAt;
        this.metadata = metadata;
        this.segments = List.copyOf(segments);
        this.ids = ids;
        this.locations = locations;
        this.count = segments.stream().mapToInt(s -> s.rows().liveSize()).sum();
        var byTable = new HashMap<String, List<Segment>>();
        for (var segment : segments) {
            byTable.computeIfAbsent(segment.table().name(), _ -> new ArrayList<>())
                    .add(segment.rows());
        }
        this.tables = new LinkedHashMap<>();
        for (var table : layout.tables()) {
            tables.put(
                    table.name(),
                    new Table(
                            table.name(),
                            table.schema(),
                            byTable.getOrDefault(table.name(), List.of()),
                            // A resource lives in one row, and is known by its id whatever its
                            // case.
                            Optional.of("id").filter(id -> table.schema().indexOf(id) >= 0)));
        }
    }

    /// No resources; the first of a lineage.
    public static Snapshot empty(TableLayout layout, Instant now) {
        return new Snapshot(
                layout, 0, now, Dynamic.EMPTY_BAG, List.of(), new IdIndex(), Locations.EMPTY);
    }

    /// Counts up with every change in a lineage.
    public long version() {
        return version;
    }

    public Instant takenAt() {
        return takenAt;
    }

    /// What the collection says of itself (freshness, completeness by scope); kept with the snapshot.
    public Dynamic metadata() {
        return metadata;
    }

    public Snapshot withMetadata(Dynamic changed) {
        return new Snapshot(layout, version, takenAt, changed, segments, ids, locations);
    }

    public TableLayout layout() {
        return layout;
    }

    /// Resources in it.
    public int count() {
        return count;
    }

    /// All segments, by type and then age.
    public List<ResourceSegment> segments() {
        return segments;
    }

    /// The segments of a resource type, ignoring case.
    public List<ResourceSegment> segmentsOf(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return segments.stream().filter(s -> s.type().equals(lower)).toList();
    }

    @Override
    public Optional<TableSource> table(String name) {
        return Optional.ofNullable(tables.get(name.toLowerCase(Locale.ROOT)));
    }

    @Override
    public List<TableSource> tables() {
        return List.copyOf(tables.values());
    }

    /// One more than the highest ordinal: the size of a set of resources.
    public int ordinalLimit() {
        return locations.limit();
    }

    /// The ordinal of the resource with that id, ignoring case.
    public OptionalInt ordinal(String id) {
        int ordinal = ids.find(id);
        if (ordinal < 0) {
            return OptionalInt.empty();
        }
        var at = locations.get(ordinal);
        if (at == null || !at.id().equalsIgnoreCase(id)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(ordinal);
    }

    /// The resource with that id, ignoring case, as the JSON it came as.
    public Optional<Dynamic> resource(String id) {
        var ordinal = ordinal(id);
        return ordinal.isEmpty() ? Optional.empty() : resource(ordinal.getAsInt());
    }

    /// The resource of an ordinal; empty when it is not in this snapshot.
    public Optional<Dynamic> resource(int ordinal) {
        return place(ordinal).map(Place::resource);
    }

    /// The id of an ordinal's resource as collected; empty when it is not in this snapshot.
    public Optional<String> idOf(int ordinal) {
        return place(ordinal).map(Place::id);
    }

    /// Where an ordinal's resource stands; empty when it is not in this snapshot.
    public Optional<Place> place(int ordinal) {
        return Optional.ofNullable(locations.get(ordinal));
    }

    /// A row of a segment.
    public record Place(ResourceSegment segment, int row) {
        public Dynamic resource() {
            return segment.resource(row);
        }

        String id() {
            return segment.resourceId(row);
        }
    }

    /// The ordinals of the resources of a type that lie directly below a resource: children (`{id}/extensions/x`) and extension resources
    /// (`{id}/providers/N/t/x`). The first call for a type costs a pass over that type.
    public int[] childrenOf(int ordinal, String childType) {
        return children.computeIfAbsent(
                        childType.toLowerCase(Locale.ROOT), type -> ChildIndex.of(this, type))
                .childrenOf(ordinal);
    }

    /// A new snapshot with resources put (new, or in place of the one with the same id) and others deleted. Segments are shared; what was put
    /// goes into new ones.
    ///
    /// @throws IllegalArgumentException when a resource has no `id` or `type` text
    public Snapshot with(List<Dynamic> upserts, Set<String> deletedIds, Instant now) {
        // Of two with one id the later counts.
        var last = new LinkedHashMap<Integer, Dynamic>();
        for (var resource : upserts) {
            int ordinal = ids.assign(SnapshotBuilder.idOf(resource));
            last.remove(ordinal);
            last.put(ordinal, resource);
        }
        var gone = new HashMap<Long, Bits.Builder>();
        var absent = new ArrayList<Integer>();
        for (String id : deletedIds) {
            ordinal(id).ifPresent(ordinal -> delete(ordinal, gone, absent));
        }
        for (int ordinal : last.keySet()) {
            delete(ordinal, gone, absent);
        }
        var kept = new ArrayList<ResourceSegment>();
        for (var segment : segments) {
            var rows = gone.get(segment.id());
            var left = rows == null ? segment : segment.without(rows.build(segment.size()));
            if (rows == null || left.rows().liveSize() > 0) {
                kept.add(left);
            }
        }
        var builder = new SegmentsBuilder(layout, ids);
        last.forEach((ordinal, resource) -> builder.add(resource, ordinal));
        var added = builder.build();
        kept.addAll(added);
        kept.sort(ORDER);
        return new Snapshot(
                layout,
                version + 1,
                now,
                metadata,
                kept,
                ids,
                locations.with(kept, added, absent, ids.nextOrdinal()));
    }

    private void delete(int ordinal, Map<Long, Bits.Builder> gone, List<Integer> absent) {
        var at = locations.get(ordinal);
        if (at != null) {
            absent.add(ordinal);
            gone.computeIfAbsent(at.segment().id(), _ -> new Bits.Builder(64)).set(at.row());
        }
    }

    /// This one with further segments of its lineage, which are shared: what they hold must not be here already.
    public Snapshot including(List<ResourceSegment> others) {
        if (others.isEmpty()) {
            return this;
        }
        var all = new ArrayList<>(segments);
        all.addAll(others);
        all.sort(ORDER);
        return new Snapshot(
                layout,
                version,
                takenAt,
                metadata,
                all,
                ids,
                locations.with(all, others, List.of(), ids.nextOrdinal()));
    }

    /// Resources as segments of this lineage that belong to no snapshot of it: how history keeps what was.
    public List<ResourceSegment> aside(List<Dynamic> resources) {
        var builder = new SegmentsBuilder(layout, ids);
        resources.forEach(
                resource -> builder.add(resource, ids.assign(SnapshotBuilder.idOf(resource))));
        return builder.build();
    }

    /// An earlier state of this lineage: this one without some resources, and with others as they were. Of two rows of one resource the
    /// first counts; what `restored` holds takes the place of what is here.
    ///
    /// @param past which state it is
    /// @param absent ids of resources that were not there
    /// @param restored segments made by [#aside], earlier ones first
    /// @param unseen ordinals of resources of this snapshot that were not there, and that neither of the others names
    public Snapshot before(
            PastState past, List<Absence> absent, List<ResourceSegment> restored, BitSet unseen) {
        return new PastAssembly(this, unseen).assemble(past, absent, restored);
    }

    /// Which earlier state one is.
    public record PastState(long version, Instant takenAt, Dynamic metadata) {}

    /// Resources that were not there.
    ///
    /// @param until how many of the restored segments are older than this absence
    public record Absence(int until, List<String> ids) {
        public Absence {
            ids = List.copyOf(ids);
        }
    }

    /// The same resources in fewer segments: small segments of a type are joined and deleted rows dropped. Costs the rows rewritten.
    public Snapshot compacted() {
        var byType = new TreeMap<String, List<ResourceSegment>>();
        segments.forEach(s -> byType.computeIfAbsent(s.type(), _ -> new ArrayList<>()).add(s));
        var kept = new ArrayList<ResourceSegment>();
        var builder = new SegmentsBuilder(layout, ids);
        byType.values()
                .forEach(all -> {
                    var worth = worthJoining(all);
                    for (var segment : all) {
                        if (worth.size() > 1 && worth.contains(segment)
                                || isMostlyDeleted(segment)) {
                            segment.rows()
                                    .live()
                                    .forEach(row ->
                                            builder.add(
                                                    segment.resource(row), segment.ordinal(row)));
                        } else {
                            kept.add(segment);
                        }
                    }
                });
        kept.addAll(builder.build());
        return of(layout, version, takenAt, metadata, kept, ids);
    }

    /// The small segments of a type, but none that is much larger than all smaller ones together: a long tail is not written again for the sake of
    /// a few rows.
    private static Set<ResourceSegment> worthJoining(List<ResourceSegment> all) {
        var bySize = new ArrayList<>(all);
        bySize.removeIf(segment -> !isWorthRewriting(segment));
        bySize.sort(Comparator.comparingInt(segment -> segment.rows().liveSize()));
        var worth = new HashSet<ResourceSegment>();
        long rows = 0;
        for (var segment : bySize) {
            if (segment.rows().liveSize() > Math.max(1024, 4 * rows)) {
                break;
            }
            worth.add(segment);
            rows += segment.rows().liveSize();
        }
        return worth;
    }

    /// Whether [#compacted] would join so many segments that it pays.
    public boolean isWorthCompacting() {
        var small = new HashMap<String, Integer>();
        for (var segment : segments) {
            if (isMostlyDeleted(segment) && segment.size() > SegmentsBuilder.ROWS / 8) {
                return true;
            }
            if (isWorthRewriting(segment) && small.merge(segment.type(), 1, Integer::sum) > 16) {
                return true;
            }
        }
        return false;
    }

    private static boolean isWorthRewriting(ResourceSegment segment) {
        return segment.rows().liveSize() < SegmentsBuilder.ROWS / 2 || isMostlyDeleted(segment);
    }

    private static boolean isMostlyDeleted(ResourceSegment segment) {
        return segment.rows().liveSize() * 4L < segment.size() * 3L;
    }

    static Snapshot of(
            TableLayout layout,
            long version,
            Instant now,
            Dynamic metadata,
            List<ResourceSegment> segments,
            IdIndex ids) {
        var ordered = new ArrayList<>(segments);
        ordered.sort(ORDER);
        return new Snapshot(
                layout,
                version,
                now,
                metadata,
                ordered,
                ids,
                Locations.of(ordered, ids.nextOrdinal()));
    }

    IdIndex ids() {
        return ids;
    }

    int nextOrdinal() {
        return ids.nextOrdinal();
    }
}
