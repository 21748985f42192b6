package io.muster.inventory.derived;

import io.muster.core.column.Segment;
import java.util.Arrays;

/// Ids, by their hashes, and the row of a segment that each came from. Immutable.
final class IdRows {
    private final long[] hashes;
    private final int[] rows;

    /// @param hashes by [io.muster.inventory.resource.IdHash]
    IdRows(long[] hashes, int[] rows) {
        this.hashes = hashes.clone();
        Arrays.sort(this.hashes);
        this.rows = new int[rows.length];
        int[] taken = new int[rows.length];
        for (int i = 0; i < rows.length; i++) {
            int at = first(hashes[i]);
            this.rows[at + taken[at]++] = rows[i];
        }
    }

    private int first(long hash) {
        int at = Arrays.binarySearch(hashes, hash);
        while (at > 0 && hashes[at - 1] == hash) {
            at--;
        }
        return at;
    }

    /// Whether an id of that hash came from a row that is not deleted.
    boolean isLive(long hash, Segment segment) {
        for (int at = first(hash); at >= 0 && at < hashes.length && hashes[at] == hash; at++) {
            if (segment.isLive(rows[at])) {
                return true;
            }
        }
        return false;
    }
}
