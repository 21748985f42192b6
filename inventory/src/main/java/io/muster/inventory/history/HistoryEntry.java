package io.muster.inventory.history;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.ResourceSegment;
import java.time.Instant;
import java.util.List;

/// One step of history: what is needed to go back from a snapshot to the one before it.
///
/// @param version of the earlier snapshot
/// @param from when the earlier snapshot began to count
/// @param until when the later one took its place; the earlier state is that of every instant from `from` up to but not including this
/// @param metadata of the earlier snapshot: how fresh and complete it was
/// @param created ids of what the later snapshot has and the earlier one had not
/// @param previous what the later snapshot changed or lacks, as it was
public record HistoryEntry(
        long version,
        Instant from,
        Instant until,
        Cause cause,
        Dynamic metadata,
        List<String> created,
        List<ResourceSegment> previous) {
    public HistoryEntry {
        created = List.copyOf(created);
        previous = List.copyOf(previous);
        if (until.isBefore(from)) {
            throw new IllegalArgumentException("a state cannot end before it begins");
        }
    }

    /// Why the later snapshot was made.
    public enum Cause {
        /// Everything was read.
        COLLECTION("Collection"),
        /// Some resources were read again, for a remediation or by request.
        REFRESH("Refresh"),
        /// Azure told that they changed.
        NOTICE("Notice");

        private final String wireName;

        Cause(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        /// @throws IllegalArgumentException when there is none of that name
        public static Cause of(String wireName) {
            for (var cause : values()) {
                if (cause.wireName.equals(wireName)) {
                    return cause;
                }
            }
            throw new IllegalArgumentException("'" + wireName + "' is no cause of a change");
        }
    }
}
