package io.muster.inventory.snapshot;

import java.util.Arrays;
import java.util.Locale;

/// The resources of one type by the resource that they lie below.
final class ChildIndex {
    /// The parent's ordinal in the upper half, the child's in the lower; ascending.
    private final long[] pairs;

    private ChildIndex(long[] pairs) {
        this.pairs = pairs;
    }

    static ChildIndex of(Snapshot snapshot, String childType) {
        long[] pairs = new long[64];
        int n = 0;
        for (var segment : snapshot.segmentsOf(childType)) {
            int[] rows = segment.rows().live().toArray();
            for (int row : rows) {
                for (String parentId : parentIds(segment.resourceId(row))) {
                    var parent = snapshot.ordinal(parentId);
                    if (parent.isPresent()) {
                        if (n == pairs.length) {
                            pairs = Arrays.copyOf(pairs, n * 2);
                        }
                        pairs[n++] = (long) parent.getAsInt() << 32 | segment.ordinal(row);
                        break;
                    }
                }
            }
        }
        pairs = Arrays.copyOf(pairs, n);
        Arrays.sort(pairs);
        return new ChildIndex(pairs);
    }

    /// The id without its last type and name, and the id before its last `/providers/`: whichever resource exists is the parent.
    private static String[] parentIds(String id) {
        int name = id.lastIndexOf('/');
        int type = name < 0 ? -1 : id.lastIndexOf('/', name - 1);
        int providers = id.toLowerCase(Locale.ROOT).lastIndexOf("/providers/");
        return new String[] {
            type < 0 ? "" : id.substring(0, type), providers < 0 ? "" : id.substring(0, providers)
        };
    }

    int[] childrenOf(int parent) {
        int from = lowerBound((long) parent << 32);
        int to = lowerBound((long) parent + 1 << 32);
        int[] out = new int[to - from];
        for (int i = from; i < to; i++) {
            out[i - from] = (int) pairs[i];
        }
        return out;
    }

    private int lowerBound(long key) {
        int at = Arrays.binarySearch(pairs, key);
        return at < 0 ? -at - 1 : at;
    }
}
