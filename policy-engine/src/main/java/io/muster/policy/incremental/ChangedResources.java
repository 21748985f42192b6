package io.muster.policy.incremental;

import io.muster.core.column.Bits;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/// The resources that differ between two snapshots of a lineage. Segments that both share are passed over; where a segment was rewritten, documents decide.
///
/// @param all what was created, changed or deleted
/// @param ordinals of the same
record ChangedResources(List<Changed> all, RoaringBitmap ordinals) {

    /// One of them.
    ///
    /// @param type lower case
    record Changed(ResourceId id, String type, int ordinal) {}

    static ChangedResources between(Snapshot before, Snapshot after) {
        var changed = new ArrayList<Changed>();
        var old = byId(before);
        var current = byId(after);
        for (var segment : after.segments()) {
            if (!old.containsKey(segment.id())) {
                segment.rows().live().forEach(row -> addChanged(segment, row, before, changed));
            }
        }
        for (var segment : before.segments()) {
            var now = current.get(segment.id());
            Bits gone = segment.rows().live();
            if (now != null) {
                if (now.rows().liveSize() == segment.rows().liveSize()) {
                    continue;
                }
                gone = gone.andNot(now.rows().live());
            }
            gone.forEach(row -> {
                if (after.place(segment.ordinal(row)).isEmpty()) {
                    add(segment, row, changed);
                }
            });
        }
        var ordinals = new RoaringBitmap();
        changed.forEach(each -> ordinals.add(each.ordinal()));
        return new ChangedResources(List.copyOf(changed), ordinals);
    }

    private static Map<Long, ResourceSegment> byId(Snapshot snapshot) {
        var all = new HashMap<Long, ResourceSegment>();
        snapshot.segments().forEach(segment -> all.put(segment.id(), segment));
        return all;
    }

    private static void addChanged(
            ResourceSegment segment, int row, Snapshot before, List<Changed> changed) {
        var had = before.resource(segment.ordinal(row));
        if (had.isEmpty() || !had.get().equals(segment.resource(row))) {
            add(segment, row, changed);
        }
    }

    private static void add(ResourceSegment segment, int row, List<Changed> changed) {
        Optional<ResourceId> id = ResourceId.tryParse(segment.resourceId(row));
        // What has no ARM id has no state under any policy.
        id.ifPresent(
                known -> changed.add(new Changed(known, segment.type(), segment.ordinal(row))));
    }
}
