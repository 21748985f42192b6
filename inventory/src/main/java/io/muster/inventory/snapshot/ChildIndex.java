package io.muster.inventory.snapshot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The resources of one type by the resource that they lie below. Each segment is looked through once, however many snapshots share it, so that
/// a changed resource costs what is new.
final class ChildIndex {
    private final List<Part> parts;

    private record Part(ResourceSegment segment, long[] pairs) {}

    private ChildIndex(List<Part> parts) {
        this.parts = parts;
    }

    static ChildIndex of(Snapshot snapshot, String childType) {
        var ids = snapshot.ids();
        var parts = new ArrayList<Part>();
        for (var segment : snapshot.segmentsOf(childType)) {
            Links links = segment.rows().derived(new Key(ids), Links::new);
            parts.add(new Part(segment, links.pairs(segment, ids)));
        }
        return new ChildIndex(parts);
    }

    /// Ordinals are those of one lineage.
    private record Key(IdIndex ids) {}

    /// What is known of a segment's rows. Safe for many threads.
    private static final class Links {
        /// The parent's ordinal in the upper half, the row in the lower; ascending.
        private long[] pairs = {};

        /// Rows whose parent was never seen so far.
        private int[] orphans = {};

        private boolean looked;

        /// Ordinals given out when the rows were looked at last: only later ones can be orphans' parents.
        private int known;

        synchronized long[] pairs(ResourceSegment segment, IdIndex ids) {
            int given = ids.nextOrdinal();
            if (!looked) {
                looked = true;
                int[] all = new int[segment.size()];
                Arrays.setAll(all, row -> row);
                look(segment, ids, all);
            } else if (orphans.length > 0 && given > known) {
                look(segment, ids, orphans);
            }
            known = given;
            return pairs;
        }

        private void look(ResourceSegment segment, IdIndex ids, int[] rows) {
            long[] all = Arrays.copyOf(pairs, pairs.length + rows.length);
            int[] left = new int[rows.length];
            int found = pairs.length;
            int missing = 0;
            for (int row : rows) {
                int parent = parent(segment.resourceId(row), ids);
                if (parent < 0) {
                    left[missing++] = row;
                } else {
                    all[found++] = (long) parent << 32 | row;
                }
            }
            // A new array: the one before may be in use.
            pairs = Arrays.copyOf(all, found);
            Arrays.sort(pairs);
            orphans = Arrays.copyOf(left, missing);
        }
    }

    /// The id without its last type and name, or else the id before its last `/providers/`: whichever is a resource's.
    private static int parent(String id, IdIndex ids) {
        int name = id.lastIndexOf('/');
        int type = name < 0 ? -1 : id.lastIndexOf('/', name - 1);
        int above = type < 0 ? -1 : ids.find(id.substring(0, type));
        if (above >= 0) {
            return above;
        }
        int providers = id.toLowerCase(Locale.ROOT).lastIndexOf("/providers/");
        return providers < 0 ? -1 : ids.find(id.substring(0, providers));
    }

    int[] childrenOf(int parent) {
        int[] out = new int[4];
        int n = 0;
        for (var part : parts) {
            int to = lowerBound(part.pairs(), (long) parent + 1 << 32);
            for (int i = lowerBound(part.pairs(), (long) parent << 32); i < to; i++) {
                int row = (int) part.pairs()[i];
                if (part.segment().rows().isLive(row)) {
                    if (n == out.length) {
                        out = Arrays.copyOf(out, n * 2);
                    }
                    out[n++] = part.segment().ordinal(row);
                }
            }
        }
        out = Arrays.copyOf(out, n);
        Arrays.sort(out);
        return out;
    }

    private static int lowerBound(long[] pairs, long key) {
        int at = Arrays.binarySearch(pairs, key);
        return at < 0 ? -at - 1 : at;
    }
}
