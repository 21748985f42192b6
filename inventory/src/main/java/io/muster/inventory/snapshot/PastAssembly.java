package io.muster.inventory.snapshot;

import io.muster.core.column.Bits;
import io.muster.inventory.snapshot.Snapshot.Absence;
import io.muster.inventory.snapshot.Snapshot.PastState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Puts an earlier state together from the current one and what history kept. Confined to one thread.
final class PastAssembly {
    /// Restored segments of fewer rows are joined: a queue of single notices would else be as many segments.
    private static final int FEW = 64;

    private final Snapshot now;
    private final IdIndex ids;

    /// Ordinals whose resource is found already, or found not to have been there.
    private final BitSet decided;

    PastAssembly(Snapshot now, BitSet unseen) {
        this.now = now;
        this.ids = now.ids();
        this.decided = (BitSet) unseen.clone();
    }

    Snapshot assemble(PastState past, List<Absence> absent, List<ResourceSegment> restored) {
        var joined = new SegmentsBuilder(now.layout(), ids);
        var out = new ArrayList<ResourceSegment>();
        int done = 0;
        for (var absence : absent) {
            restore(restored.subList(done, absence.until()), out, joined);
            done = absence.until();
            absence.ids().forEach(id -> decided.set(ids.assign(id)));
        }
        restore(restored.subList(done, restored.size()), out, joined);
        out.addAll(joined.build());
        for (var segment : now.segments()) {
            keep(segment, out);
        }
        return Snapshot.of(now.layout(), past.version(), past.takenAt(), past.metadata(), out, ids);
    }

    private void restore(
            List<ResourceSegment> restored, List<ResourceSegment> out, SegmentsBuilder joined) {
        for (var segment : restored) {
            int[] ordinals = new int[segment.size()];
            var other = new Bits.Builder(segment.size());
            int wanted = 0;
            for (int row = 0; row < ordinals.length; row++) {
                ordinals[row] = ordinalOf(segment, row);
                if (decided.get(ordinals[row])) {
                    other.set(row);
                } else {
                    decided.set(ordinals[row]);
                    wanted++;
                }
            }
            var others = other.build(segment.size());
            if (wanted == 0) {
                continue;
            }
            if (segment.size() >= FEW) {
                out.add(segment.renumbered(ordinals).without(others));
                continue;
            }
            for (int row = 0; row < ordinals.length; row++) {
                if (!others.get(row)) {
                    joined.add(segment.resource(row), ordinals[row]);
                }
            }
        }
    }

    /// A resource that was deleted before a restart is no longer known by its id; its old ordinal was never given to another.
    private int ordinalOf(ResourceSegment segment, int row) {
        String id = segment.resourceId(row);
        int known = ids.find(id, segment.ordinal(row));
        if (known < 0) {
            ids.restore(id, segment.ordinal(row));
            known = segment.ordinal(row);
        }
        return known;
    }

    private void keep(ResourceSegment segment, List<ResourceSegment> out) {
        var gone = new Bits.Builder(segment.size());
        boolean any = false;
        for (int row = 0; row < segment.size(); row++) {
            if (decided.get(segment.ordinal(row))) {
                gone.set(row);
                any = true;
            }
        }
        var left = any ? segment.without(gone.build(segment.size())) : segment;
        if (left.rows().liveSize() > 0) {
            out.add(left);
        }
    }
}
