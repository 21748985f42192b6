package io.muster.inventory.snapshot;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Gives every resource id, ignoring case, a stable ordinal on first sight and finds it again. Shared by all snapshots of one lineage; only grows. Thread-safe.
///
/// Ids are kept as 64-bit hashes: two of a billion ids share one with a chance of about 1 in 40, so a finder compares the id itself.
final class IdIndex {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long[] hashes = new long[1024];

    /// Ordinal + 1, 0 for a free slot.
    private int[] ordinals = new int[1024];

    /// Never used by a segment of this lineage, its side branches (past states) included.
    private final AtomicLong nextSegmentId = new AtomicLong(1);

    private int used;
    private int next;

    /// The ordinal of an id, -1 when it was never seen.
    int find(String id) {
        long hash = hash(id);
        lock.readLock().lock();
        try {
            int mask = hashes.length - 1;
            for (int slot = slot(hash, mask); ordinals[slot] != 0; slot = slot + 1 & mask) {
                if (hashes[slot] == hash) {
                    return ordinals[slot] - 1;
                }
            }
            return -1;
        } finally {
            lock.readLock().unlock();
        }
    }

    /// The ordinal of an id, a new one when it was never seen.
    int assign(String id) {
        int known = find(id);
        if (known >= 0) {
            return known;
        }
        lock.writeLock().lock();
        try {
            known = find(id);
            if (known >= 0) {
                return known;
            }
            int ordinal = next++;
            put(hash(id), ordinal);
            return ordinal;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Takes an ordinal given out before a restart.
    void restore(String id, int ordinal) {
        lock.writeLock().lock();
        try {
            put(hash(id), ordinal);
            next = Math.max(next, ordinal + 1);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// An id that no other segment of the lineage has or had.
    long newSegmentId() {
        return nextSegmentId.getAndIncrement();
    }

    void reserveSegmentIdsBelow(long id) {
        nextSegmentId.accumulateAndGet(id, Math::max);
    }

    void reserveUpTo(int nextOrdinal) {
        lock.writeLock().lock();
        try {
            next = Math.max(next, nextOrdinal);
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// One more than the highest ordinal given out.
    int nextOrdinal() {
        lock.readLock().lock();
        try {
            return next;
        } finally {
            lock.readLock().unlock();
        }
    }

    private void put(long hash, int ordinal) {
        if (++used * 2 > hashes.length) {
            long[] oldHashes = hashes;
            int[] oldOrdinals = ordinals;
            hashes = new long[oldHashes.length * 2];
            ordinals = new int[oldOrdinals.length * 2];
            for (int i = 0; i < oldHashes.length; i++) {
                if (oldOrdinals[i] != 0) {
                    insert(oldHashes[i], oldOrdinals[i]);
                }
            }
        }
        insert(hash, ordinal + 1);
    }

    private void insert(long hash, int stored) {
        int mask = hashes.length - 1;
        int slot = slot(hash, mask);
        while (ordinals[slot] != 0) {
            slot = slot + 1 & mask;
        }
        hashes[slot] = hash;
        ordinals[slot] = stored;
    }

    private static int slot(long hash, int mask) {
        return (int) (hash ^ hash >>> 32) & mask;
    }

    /// Of the id in lower case.
    private static long hash(String id) {
        long h = 0xCBF29CE484222325L;
        for (int i = 0; i < id.length(); i++) {
            h = (h ^ Character.toLowerCase(Character.toUpperCase(id.charAt(i)))) * 0x100000001B3L;
        }
        h ^= h >>> 33;
        h *= 0xFF51AFD7ED558CCDL;
        return h ^ h >>> 33;
    }
}
