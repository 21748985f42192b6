package io.muster.kql.vector;

import java.util.Arrays;

/// Pairs of ids as one id: 0, 1, ... in order of first sight. While the pairs there could be are few, a table of them all answers; else a
/// hash. Confined to one thread.
public final class IdPairs {
    /// Entries that the table may have, four bytes each.
    private static final int MOST = 1 << 20;

    private static final int SMALL = 1 << 12;

    /// Id + 1 of a pair at `left << shift | right`, 0 for none; empty once there are too many.
    private int[] table = new int[64];

    private int shift = 3;
    private boolean hashed;
    private final LongToInt map = new LongToInt();
    private int[] lefts = new int[16];
    private int[] rights = new int[16];
    private int size;

    /// Puts the id of each row's pair into the place of its left one; -1 where one of the two is, or where it was never seen and `insert` is off.
    public void combine(int[] left, int[] right, boolean insert) {
        var pace = new MemoryMeter.Pace();
        for (int row = 0; row < left.length; row++) {
            pace.row(row);
            left[row] = combine(left[row], right[row], insert);
        }
    }

    public int combine(int left, int right, boolean insert) {
        if ((left | right) < 0) {
            return -1;
        }
        if (!hashed) {
            long at = (long) left << shift | right;
            if (at < table.length && right >>> shift == 0) {
                int id = table[(int) at] - 1;
                if (id >= 0 || !insert) {
                    return id;
                }
                table[(int) at] = size + 1;
                return put(left, right);
            }
            if (!insert) {
                return -1;
            }
            grow(left, right);
            return combine(left, right, true);
        }
        long key = (long) left << 32 | right;
        if (!insert) {
            return map.find(key);
        }
        int id = map.intern(key);
        return id == size ? put(left, right) : id;
    }

    private void grow(int left, int right) {
        int wider = Math.max(shift, 32 - Integer.numberOfLeadingZeros(right));
        long wanted = (long) table.length >>> shift;
        while (wanted <= left) {
            wanted *= 2;
        }
        long entries = wanted << wider;
        // Much room for few pairs is slower than a hash.
        if (entries > MOST || entries > SMALL + 64L * size) {
            hashed = true;
            table = new int[0];
            for (int id = 0; id < size; id++) {
                map.intern((long) lefts[id] << 32 | rights[id]);
            }
            return;
        }
        shift = wider;
        table = new int[(int) entries];
        for (int id = 0; id < size; id++) {
            table[lefts[id] << shift | rights[id]] = id + 1;
        }
    }

    private int put(int left, int right) {
        if (size == lefts.length) {
            lefts = Arrays.copyOf(lefts, size * 2);
            rights = Arrays.copyOf(rights, size * 2);
        }
        lefts[size] = left;
        rights[size] = right;
        return size++;
    }

    public int size() {
        return size;
    }

    public int left(int id) {
        return lefts[id];
    }

    public int right(int id) {
        return rights[id];
    }
}
