package io.muster.inventory.derived;

import io.muster.core.column.Bits;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Gallery;
import io.muster.inventory.vm.GalleryApplication;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.GalleryCatalog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The galleries of a snapshot. Each segment of them is read once, however many snapshots share it, and snapshots with the same galleries share the catalogue, so that
/// a changed version costs one version. Two are equal when they have the same rows of the same segments. Safe for many threads.
final class Galleries {
    private static final List<String> TYPES =
            List.of(Gallery.TYPE, GalleryApplication.TYPE, GalleryApplicationVersion.TYPE);

    private final List<ResourceSegment> segments;
    private final List<SegmentState> states;
    private volatile @Nullable GalleryCatalog catalog;

    private Galleries(List<ResourceSegment> segments) {
        this.segments = segments;
        this.states = SegmentState.of(segments);
    }

    /// Which rows of which segment.
    ///
    /// @param deleted null when none is
    record SegmentState(long id, @Nullable Bits deleted) {
        static List<SegmentState> of(List<ResourceSegment> segments) {
            return segments.stream()
                    .map(segment -> new SegmentState(segment.id(), segment.rows().deleted()))
                    .toList();
        }
    }

    private record Shared() {}

    private record Read() {}

    static Galleries of(Snapshot snapshot) {
        var segments = new ArrayList<ResourceSegment>();
        TYPES.forEach(type -> segments.addAll(snapshot.segmentsOf(type)));
        var found = new Galleries(List.copyOf(segments));
        if (segments.isEmpty()) {
            return found;
        }
        // What was read for another snapshot with the same galleries stands at their last segment.
        AtomicReference<Galleries> shared =
                segments.getLast().rows().derived(new Shared(), AtomicReference::new);
        var known = shared.get();
        if (known != null && found.equals(known)) {
            return known;
        }
        shared.set(found);
        return found;
    }

    GalleryCatalog catalog() {
        var known = catalog;
        if (known == null) {
            // Two threads may both put it together; the result is the same.
            known =
                    GalleryCatalog.ofParts(
                            segments.stream().flatMap(s -> live(s).stream()).toList());
            catalog = known;
        }
        return known;
    }

    private static List<GalleryCatalog.Part> live(ResourceSegment segment) {
        List<GalleryCatalog.Part> all = segment.rows().derived(new Read(), () -> read(segment));
        var live = new ArrayList<GalleryCatalog.Part>();
        segment.rows().live().forEach(row -> live.add(all.get(row)));
        return live;
    }

    private static List<GalleryCatalog.Part> read(ResourceSegment segment) {
        var parts = new ArrayList<GalleryCatalog.Part>(segment.size());
        for (int row = 0; row < segment.size(); row++) {
            Dynamic resource = segment.resource(row);
            parts.add(GalleryCatalog.Part.read(resource));
        }
        return parts;
    }

    /// The applications of which something differs from earlier galleries: what refers to no other means the same there and here.
    Set<ResourceId> changedSince(Galleries earlier) {
        var before = earlier.catalog();
        var now = catalog();
        var ids = new HashSet<ResourceId>();
        for (var one : List.of(before, now)) {
            one.applications().forEach(application -> ids.add(application.id()));
            one.versions().forEach(version -> ids.add(version.applicationId()));
        }
        ids.removeIf(id ->
                before.application(id).equals(now.application(id))
                        && before.versionsOf(id).equals(now.versionsOf(id)));
        return ids;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Galleries galleries && states.equals(galleries.states);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(states);
    }
}
