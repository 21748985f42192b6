package io.muster.inventory.source.json;

/// The ids met so far, ignoring case, as 64-bit hashes: eight bytes an id. Two of a million ids share a hash with a chance of one in 40 million.
final class IdSet {
    private long[] slots = new long[1024];
    private int used;

    /// Whether the id with that [io.muster.inventory.resource.IdHash] was new.
    boolean add(long hash) {
        if (used * 2 >= slots.length) {
            long[] old = slots;
            slots = new long[old.length * 2];
            for (long known : old) {
                if (known != 0) {
                    slots[slotOf(known)] = known;
                }
            }
        }
        int slot = slotOf(hash);
        if (slots[slot] == hash) {
            return false;
        }
        slots[slot] = hash;
        used++;
        return true;
    }

    private int slotOf(long hash) {
        int mask = slots.length - 1;
        int slot = (int) (hash ^ hash >>> 32) & mask;
        while (slots[slot] != 0 && slots[slot] != hash) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}
