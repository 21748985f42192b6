package io.muster.inventory.derived;

import java.util.Arrays;

/// Numbers distinct sequences of ints in order of first sight. Confined to one thread.
final class KeyTable {
    private int[] pool = new int[256];

    /// Key i is `pool[starts[i] .. starts[i + 1])`; the one being put together stands behind the last.
    private int[] starts = new int[17];

    private int[] hashes = new int[16];

    /// Open addressing: number + 1, 0 for free.
    private int[] slots = new int[64];

    private int size;
    private int end;

    /// Appends to the key being put together.
    KeyTable add(int value) {
        if (end == pool.length) {
            pool = Arrays.copyOf(pool, end * 2);
        }
        pool[end++] = value;
        return this;
    }

    /// The number of the key put together; [#size] before is that of a new one.
    int number() {
        int from = starts[size];
        int hash = 1;
        for (int i = from; i < end; i++) {
            hash = 31 * hash + pool[i];
        }
        hash *= 0x9E3779B9;
        hash ^= hash >>> 15;
        int mask = slots.length - 1;
        int slot = hash & mask;
        for (; slots[slot] != 0; slot = slot + 1 & mask) {
            int known = slots[slot] - 1;
            if (hashes[known] == hash
                    && Arrays.equals(pool, starts[known], starts[known + 1], pool, from, end)) {
                end = from;
                return known;
            }
        }
        slots[slot] = size + 1;
        if (size + 2 > starts.length) {
            starts = Arrays.copyOf(starts, starts.length * 2);
            hashes = Arrays.copyOf(hashes, starts.length);
        }
        hashes[size] = hash;
        starts[++size] = end;
        if (size * 2 > slots.length) {
            widen();
        }
        return size - 1;
    }

    private void widen() {
        int[] wider = new int[slots.length * 2];
        int mask = wider.length - 1;
        for (int key = 0; key < size; key++) {
            int slot = hashes[key] & mask;
            while (wider[slot] != 0) {
                slot = slot + 1 & mask;
            }
            wider[slot] = key + 1;
        }
        slots = wider;
    }

    /// Distinct keys so far.
    int size() {
        return size;
    }
}
