package io.muster.inventory.derived;

import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The rows that follow from one segment and from something besides it: of the two states of that asked for last, today's and a past one's. What
/// followed from older ones is let go, for a segment may live for weeks. Safe for many threads.
final class RowsByState {
    private static final int KEPT = 2;

    private record Entry(Object state, SegmentRows rows) {}

    /// The one asked for last at the end. Guarded by this.
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();

    /// Computed by whoever asks first; two at a time may both compute them.
    SegmentRows of(Object state, Supplier<SegmentRows> compute) {
        var known = take(state);
        if (known == null) {
            known = new Entry(state, compute.get());
        }
        put(known);
        return known.rows();
    }

    private synchronized @Nullable Entry take(Object state) {
        for (var entry : entries) {
            if (entry.state().equals(state)) {
                return entry;
            }
        }
        return null;
    }

    private synchronized void put(Entry entry) {
        entries.removeIf(other -> other.state().equals(entry.state()));
        entries.addLast(entry);
        if (entries.size() > KEPT) {
            entries.removeFirst();
        }
    }

    /// Of how many states rows are kept.
    synchronized int size() {
        return entries.size();
    }
}
