package io.muster.policy.incremental;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.RoaringBitmap;

/// The resources whose verdicts under one definition in force may have turned, by cause. Confined to one thread.
final class Dirty {
    private final Map<Cause, RoaringBitmap> resources = new EnumMap<>(Cause.class);
    private @Nullable Cause all;

    /// @param ordinals not written here nor, from now on, elsewhere: all definitions may share what changed
    void add(Cause cause, RoaringBitmap ordinals) {
        if (!ordinals.isEmpty()) {
            resources.merge(cause, ordinals, (had, more) -> RoaringBitmap.or(had, more));
        }
    }

    /// Every resource may be concerned.
    void addAll(Cause cause) {
        if (all == null || cause.compareTo(all) < 0) {
            all = cause;
        }
    }

    boolean isAll() {
        return all != null;
    }

    /// Not to be written.
    RoaringBitmap union() {
        if (resources.size() == 1) {
            return resources.values().iterator().next();
        }
        var union = new RoaringBitmap();
        resources.values().forEach(union::or);
        return union;
    }

    boolean contains(int ordinal) {
        return all != null || resources.values().stream().anyMatch(r -> r.contains(ordinal));
    }

    /// The first cause that names the resource.
    Cause causeOf(int ordinal) {
        for (var entry : resources.entrySet()) {
            if (entry.getValue().contains(ordinal)
                    && (all == null || entry.getKey().compareTo(all) < 0)) {
                return entry.getKey();
            }
        }
        return all == null ? Cause.SCAN : all;
    }
}
