package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a collection under way has read of each scope, kept beyond the end of the process: whoever collects next goes on behind it. Safe for
/// many threads.
public interface CollectionProgress {
    /// Keeps nothing.
    CollectionProgress NONE =
            new CollectionProgress() {
                @Override
                public Optional<Kept> find(Reading reading) {
                    return Optional.empty();
                }

                @Override
                public void add(Reading reading, Instant at, List<Dynamic> rows, boolean last) {}

                @Override
                public void forget(Reading reading) {}

                @Override
                public void clear() {}
            };

    /// One table of one scope, read in the order of ids.
    record Reading(String source, String scope, String table) {}

    /// The beginning of a reading.
    ///
    /// @param begun when its first rows were read
    /// @param rows in the order of reading: the id of the last one is where to go on
    /// @param whole whether there was no more
    record Kept(Instant begun, List<Dynamic> rows, boolean whole) {
        public Kept {
            rows = List.copyOf(rows);
        }
    }

    /// What is kept of that reading.
    Optional<Kept> find(Reading reading) throws IOException;

    /// Keeps the rows that came next.
    ///
    /// @param last whether the reading is whole with them
    void add(Reading reading, Instant at, List<Dynamic> rows, boolean last) throws IOException;

    /// Drops one reading: it begins again.
    void forget(Reading reading) throws IOException;

    /// Drops all: what was read is published.
    void clear() throws IOException;
}
