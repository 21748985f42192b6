package io.muster.inventory.derived;

import io.muster.core.column.Bits;
import io.muster.core.column.Segment;
import io.muster.inventory.snapshot.ResourceSegment;
import java.util.BitSet;

/// The derived rows of one segment of resources, and which resource each is of.
///
/// @param sources the row of the resource, one a derived row, ascending
@SuppressWarnings("ArrayRecordComponent") // not compared; not to be written
record SegmentRows(Segment rows, int[] sources) {

    /// The rows but for those of some resources.
    SegmentRows without(BitSet resources) {
        var gone = new Bits.Builder(sources.length);
        for (int row = 0; row < sources.length; row++) {
            if (resources.get(sources[row])) {
                gone.set(row);
            }
        }
        return new SegmentRows(rows.without(gone.build(sources.length)), sources);
    }

    /// The rows of resources that are still there.
    Segment live(ResourceSegment segment) {
        var deleted = segment.rows().deleted();
        if (deleted == null || deleted.isEmpty()) {
            return rows;
        }
        var gone = new Bits.Builder(sources.length);
        for (int row = 0; row < sources.length; row++) {
            if (deleted.get(sources[row])) {
                gone.set(row);
            }
        }
        return rows.without(gone.build(sources.length));
    }
}
