package io.muster.inventory.source;

import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Reads sources into snapshots. What could not be read whole keeps its old data, and the snapshot's metadata says so.
///
/// Holds no state; one collection at a time is the caller's business.
public final class SnapshotCollector {
    /// What compute tells of resources beyond their rows: the member of their properties, by their type.
    private static final Map<String, String> BEYOND_ROWS =
            Map.of(
                    Machine.VM_TYPE,
                    "instanceView",
                    GalleryApplicationVersion.TYPE,
                    "replicationStatus");

    private final List<ResourceSource> sources;
    private final InstantSource clock;
    private final CollectionProgress progress;

    public SnapshotCollector(List<ResourceSource> sources, InstantSource clock) {
        this(sources, clock, CollectionProgress.NONE);
    }

    /// @param progress where a collection that is cut off leaves what it had read; to be cleared by whoever publishes the snapshot
    public SnapshotCollector(
            List<ResourceSource> sources, InstantSource clock, CollectionProgress progress) {
        this.sources = List.copyOf(sources);
        this.clock = clock;
        this.progress = progress;
    }

    /// @param snapshot to publish; the previous one with new metadata when nothing could be read
    /// @param carried resources kept from the previous snapshot because their scope was not read whole
    /// @param unread of single resources asked for those that could not be read: they are as they were
    public record Collected(
            Snapshot snapshot, CollectionReport report, int carried, Set<ResourceId> unread) {
        public Collected {
            unread = Set.copyOf(unread);
        }

        Collected(Snapshot snapshot, CollectionReport report, int carried) {
            this(snapshot, report, carried, Set.of());
        }
    }

    /// Reads every source as a whole.
    ///
    /// @param previous the snapshot to take the place of; resources keep their ordinals
    public Collected collect(Snapshot previous) throws InterruptedException {
        var started = clock.instant();
        var builder = new SnapshotBuilder(previous);
        var sink = new BuilderSink(builder);
        var report = CollectionReport.EMPTY;
        for (var source : sources) {
            int mark = builder.mark();
            long before = sink.resources;
            try {
                report =
                        report.and(
                                source.read(
                                        sink,
                                        progress,
                                        CollectionLog.subscriptions(previous, source.name())));
            } catch (SourceException unreadable) {
                // What it gave before it broke off is half of something nobody vouches for.
                builder.backTo(mark);
                sink.resources = before;
                report = report.and(failed(source, unreadable.fault(), started));
            } catch (RuntimeException fault) {
                if (Thread.interrupted()) {
                    throw SingleReads.interrupted(fault);
                }
                // The other sources are read all the same.
                builder.backTo(mark);
                sink.resources = before;
                report =
                        report.and(
                                failed(source, SourceFault.broken(source.name(), fault), started));
            }
        }
        var metadata = CollectionLog.metadata(previous, report);
        if (sink.resources == 0 && !report.isComplete()) {
            return new Collected(previous.withMetadata(metadata), report, previous.count());
        }
        var snapshot = builder.build(started, metadata);
        var missing = missing(previous, snapshot, report);
        var views = withOldViews(previous, snapshot, report);
        var whole = snapshot.including(missing);
        return new Collected(
                views.isEmpty() ? whole : whole.with(views, Set.of(), started),
                report,
                missing.stream().mapToInt(s -> s.rows().liveSize()).sum() + views.size());
    }

    private CollectionReport failed(
            ResourceSource source, SourceFault fault, java.time.Instant started) {
        return new CollectionReport(
                List.of(
                        new ScopeReport(
                                source.name(),
                                "/",
                                "*",
                                Completeness.FAILED,
                                0,
                                null,
                                started,
                                clock.instant(),
                                fault.describe())),
                List.of(fault));
    }

    /// What the previous snapshot has, the new one lacks, and no complete reading says is gone. Recorded changes are always kept: no source
    /// has them.
    private static List<ResourceSegment> missing(
            Snapshot previous, Snapshot next, CollectionReport report) {
        var torn = report.scopes().stream().filter(s -> !s.isComplete()).map(Torn::of).toList();
        var kept = new ArrayList<ResourceSegment>();
        for (var segment : previous.segments()) {
            boolean changes = segment.type().equals(ResourceHistory.TYPE);
            var suspects =
                    torn.stream()
                            .filter(t -> t.covers(segment.table().name(), segment.type()))
                            .toList();
            if (!changes && suspects.isEmpty()) {
                continue;
            }
            var left =
                    segment.keeping(row -> {
                        if (next.place(segment.ordinal(row)).isPresent()) {
                            return false;
                        }
                        String id = changes ? "" : segment.resourceId(row);
                        return changes || suspects.stream().anyMatch(t -> t.within().test(id));
                    });
            if (left.rows().liveSize() > 0) {
                kept.add(left);
            }
        }
        return kept;
    }

    /// Machines and versions of which compute could not be read this time and was before, with what it said then.
    private static List<Dynamic> withOldViews(
            Snapshot previous, Snapshot next, CollectionReport report) {
        var grafted = new ArrayList<Dynamic>();
        if (report.scopes().stream()
                .allMatch(s -> s.isComplete() || !s.table().equals(ScopeReport.INSTANCE_VIEWS))) {
            return grafted;
        }
        for (var segment : next.segments()) {
            String member = BEYOND_ROWS.get(segment.type());
            if (member == null) {
                continue;
            }
            var views = segment.root().at("properties").at(member);
            segment.rows()
                    .live()
                    .forEach(row -> {
                        if (views.isNull(row)) {
                            previous.resource(segment.resourceId(row))
                                    .map(old -> old.get("properties").get(member))
                                    .filter(view -> !view.isNull())
                                    .ifPresent(view ->
                                            grafted.add(with(segment.resource(row), member, view)));
                        }
                    });
        }
        return grafted;
    }

    private static Dynamic with(Dynamic resource, String member, Dynamic view) {
        return resource.with("properties", resource.get("properties").with(member, view));
    }

    /// @param table a table, a resource type or `*`
    private record Torn(String table, Predicate<String> within) {
        static Torn of(ScopeReport report) {
            // What a file held before is not known: a file that cannot be read whole takes nothing
            // away.
            var scope = report.scope().startsWith("/") ? Scope.tryParse(report.scope()) : null;
            return new Torn(
                    report.table(),
                    scope == null || scope.isEmpty()
                            ? _ -> true
                            : id ->
                                    ResourceId.tryParse(id)
                                            .map(known -> known.isUnder(scope.get()))
                                            .orElse(true));
        }

        boolean covers(String tableName, String type) {
            return table.equals("*")
                    || table.equalsIgnoreCase(tableName)
                    || table.equalsIgnoreCase(type);
        }
    }

    /// Reads just those resources again, by the first source that can.
    ///
    /// @return the snapshot with them put or deleted; empty report scopes, for the rest was not read
    /// @throws SourceException when no source can read single resources, or the one that can fails
    public Collected refresh(Snapshot previous, Set<ResourceId> ids)
            throws SourceException, InterruptedException {
        for (var source : sources) {
            if (!source.canRefresh()) {
                continue;
            }
            var started = clock.instant();
            var reads = SingleReads.of(source, clock, previous, ids);
            var unread = new HashSet<>(ids);
            unread.removeAll(reads.read());
            var metadata =
                    CollectionLog.afterRefresh(
                            previous, source.name(), ids, unread, reads.faults(), started);
            return new Collected(
                    reads.snapshot().withMetadata(metadata),
                    new CollectionReport(List.of(), reads.faults()),
                    0,
                    unread);
        }
        throw new SourceException(
                SourceFault.error("collection", "no source can read single resources again"));
    }

    private static final class BuilderSink implements ResourceSink {
        private final SnapshotBuilder builder;
        private long resources;

        BuilderSink(SnapshotBuilder builder) {
            this.builder = builder;
        }

        @Override
        public void accept(Dynamic resource) {
            builder.add(resource);
            resources++;
        }

        @Override
        public void accept(byte[] utf8, int offset, int length) throws IOException, JsonException {
            builder.add(utf8, offset, length);
            resources++;
        }
    }
}
