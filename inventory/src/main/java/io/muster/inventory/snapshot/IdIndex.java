package io.muster.inventory.snapshot;

import io.muster.inventory.resource.IdHash;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// Gives every resource id, ignoring case, a stable ordinal on first sight and finds it again. Shared by all snapshots of one lineage; only grows. Thread-safe.
///
/// Ids are kept as 64-bit hashes: two of a billion ids share one with a chance of about 1 in 40, so a finder compares the id itself.
final class IdIndex {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    /// The hash of each ordinal's id; 0 for an ordinal whose id is not known here.
    private long[] hashes = new long[1024];

    /// Ordinal + 1, 0 for a free slot. Three quarters are used at most.
    private int[] slots = new int[1024];

    /// Never used by a segment of this lineage, its side branches (past states) included.
    private final AtomicLong nextSegmentId = new AtomicLong(1);

    private int used;
    private int next;

    /// The ordinal of an id, -1 when it was never seen.
    int find(String id) {
        return find(IdHash.of(id));
    }

    private int find(long hash) {
        lock.readLock().lock();
        try {
            int limit = slots.length;
            for (int slot = slot(hash, limit); slots[slot] != 0; slot = next(slot, limit)) {
                if (hashes[slots[slot] - 1] == hash) {
                    return slots[slot] - 1;
                }
            }
            return -1;
        } finally {
            lock.readLock().unlock();
        }
    }

    /// [#find] of an id that most likely has that ordinal: looked up only where it has not.
    int find(String id, int likely) {
        long hash = IdHash.of(id);
        lock.readLock().lock();
        try {
            if (isOf(hash, likely)) {
                return likely;
            }
        } finally {
            lock.readLock().unlock();
        }
        return find(hash);
    }

    private boolean isOf(long hash, int ordinal) {
        return ordinal < hashes.length && hashes[ordinal] == hash;
    }

    /// The ordinal of an id, a new one when it was never seen.
    int assign(String id) {
        return assignHash(IdHash.of(id));
    }

    /// [#assign] of the id with that [IdHash].
    int assignHash(long hash) {
        int known = find(hash);
        if (known >= 0) {
            return known;
        }
        lock.writeLock().lock();
        try {
            known = find(hash);
            if (known >= 0) {
                return known;
            }
            int ordinal = next++;
            put(hash, ordinal);
            return ordinal;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Takes an ordinal given out before a restart.
    void restore(String id, int ordinal) {
        long hash = IdHash.of(id);
        lock.writeLock().lock();
        try {
            if (!isOf(hash, ordinal)) {
                put(hash, ordinal);
            }
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

    /// Ordinals below that are given out, and about as many ids are to be expected.
    void reserveUpTo(int nextOrdinal) {
        lock.writeLock().lock();
        try {
            next = Math.max(next, nextOrdinal);
            if (used == 0 && nextOrdinal > hashes.length) {
                hashes = new long[nextOrdinal];
                slots = new int[Math.addExact(nextOrdinal, nextOrdinal / 2)];
            }
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
        if (ordinal >= hashes.length) {
            hashes = Arrays.copyOf(hashes, Math.max(grown(hashes.length), ordinal + 1));
        }
        hashes[ordinal] = hash;
        if (++used > slots.length / 4 * 3) {
            slots = new int[grown(slots.length)];
            for (int known = 0; known < hashes.length; known++) {
                if (hashes[known] != 0 && known != ordinal) {
                    insert(hashes[known], known + 1);
                }
            }
        }
        insert(hash, ordinal + 1);
    }

    private static int grown(int length) {
        return Math.addExact(length, length / 2);
    }

    private void insert(long hash, int stored) {
        int slot = slot(hash, slots.length);
        while (slots[slot] != 0) {
            slot = next(slot, slots.length);
        }
        slots[slot] = stored;
    }

    private static int slot(long hash, int limit) {
        return (int) Math.unsignedMultiplyHigh(hash, limit);
    }

    private static int next(int slot, int limit) {
        return slot + 1 == limit ? 0 : slot + 1;
    }
}
