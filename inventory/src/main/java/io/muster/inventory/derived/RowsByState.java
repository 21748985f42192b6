package io.muster.inventory.derived;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rows that follow from one segment and from something besides it: of the two states of that asked for last, today's and a past one's. What
/// followed from older ones is let go, for a segment may live for weeks. Safe for many threads.
final class RowsByState {
    private static final int KEPT = 2;

    /// What follows from a state.
    ///
    /// @param rows in one or more parts
    record Known(Object state, List<SegmentRows> rows) {
        Known {
            rows = List.copyOf(rows);
        }
    }

    /// How rows come about.
    interface Work {
        /// @param latest the rows of the state asked for last, of which most may count again
        List<SegmentRows> rows(Optional<Known> latest);
    }

    /// The one asked for last at the end. Guarded by this.
    private final ArrayDeque<Known> entries = new ArrayDeque<>();

    /// Computed by whoever asks first; two at a time may both compute them.
    List<SegmentRows> of(Object state, Work work) {
        var known = take(state);
        if (known == null) {
            known = new Known(state, work.rows(latest()));
        }
        put(known);
        return known.rows();
    }

    private synchronized Optional<Known> latest() {
        return Optional.ofNullable(entries.peekLast());
    }

    private synchronized @Nullable Known take(Object state) {
        for (var entry : entries) {
            if (entry.state().equals(state)) {
                return entry;
            }
        }
        return null;
    }

    private synchronized void put(Known entry) {
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
