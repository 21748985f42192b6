package io.muster.kql.vector;

import io.muster.core.value.Dynamic;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/// What large or shared values take, so that none is walked again for each value it stands in. Keeps none of them alive, and forgets: a
/// value takes the place of another. Thread-safe.
final class KnownSizes {
    private static final int PLACES = 1 << 10;

    /// A power of two, or none where nothing is remembered.
    private final @Nullable Known[] places;

    private KnownSizes(int places) {
        this.places = new Known[places];
    }

    static KnownSizes ofRun() {
        return new KnownSizes(PLACES);
    }

    /// Remembers nothing: for what belongs to no run.
    static KnownSizes none() {
        return new KnownSizes(0);
    }

    /// @param depth of the heap's levels that the bytes were counted with
    /// @param levels of arrays and bags, its own among them
    record Known(WeakReference<Dynamic> value, int depth, long bytes, long units, int levels) {}

    /// What that very value takes, if it is known.
    @Nullable Known of(Dynamic value, int depth) {
        if (places.length == 0) {
            return null;
        }
        var known = places[place(value, depth)];
        return known != null && known.depth == depth && known.value.refersTo(value) ? known : null;
    }

    void keep(Dynamic value, int depth, long bytes, long units, int levels) {
        if (places.length > 0) {
            places[place(value, depth)] =
                    new Known(new WeakReference<>(value), depth, bytes, units, levels);
        }
    }

    private int place(Dynamic value, int depth) {
        return System.identityHashCode(value) + depth & places.length - 1;
    }
}
