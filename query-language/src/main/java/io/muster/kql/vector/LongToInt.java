package io.muster.kql.vector;

import java.util.Arrays;

/// Numbers distinct long keys 0, 1, 2, ... in order of first sight. Open addressing; confined to one thread.
public final class LongToInt {
    private long[] keys;
    private int[] values;
    private int mask;
    private int size;

    public LongToInt() {
        keys = new long[64];
        values = new int[64];
        Arrays.fill(values, -1);
        mask = 63;
    }

    public int size() {
        return size;
    }

    /// The number of the key; a new one when it was not there.
    public int intern(long key) {
        int at = slot(key);
        if (values[at] < 0) {
            if (size * 2 >= mask) {
                grow();
                at = slot(key);
            }
            keys[at] = key;
            values[at] = size++;
        }
        return values[at];
    }

    /// The number of the key, -1 when absent.
    public int find(long key) {
        return values[slot(key)];
    }

    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        int at = (int) (hash >>> 32) & mask;
        while (values[at] >= 0 && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[oldKeys.length * 2];
        Arrays.fill(values, -1);
        mask = keys.length - 1;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] >= 0) {
                int at = slot(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }
}
