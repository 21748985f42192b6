package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.Attributor;
import io.muster.inventory.resource.ResourceId;
import java.util.Optional;
import java.util.Set;

/// Port: something that knows resources. Each reading says how fresh and how complete it is.
public interface ResourceSource {

    /// Names the source in reports and in the `collections` table; unique among those read together.
    String name();

    /// Reads everything. Trouble with a part (a scope that stays torn, a file that cannot be read, when asked to keep going) is told in the
    /// report; the rest is read all the same.
    ///
    /// @throws SourceException when nothing can be read, or when asked to stop at the first fault
    /// @throws InterruptedException when the thread was interrupted while waiting
    CollectionReport read(ResourceSink sink) throws SourceException, InterruptedException;

    /// [#read], going on where an earlier process was cut off, as far as the source can; otherwise from the beginning.
    default CollectionReport read(ResourceSink sink, CollectionProgress progress)
            throws SourceException, InterruptedException {
        return read(sink);
    }

    /// The same, for whoever has read before.
    ///
    /// @param before ids of the subscriptions that this source has told of: one that it would read no more, though nobody said so, is to be told of
    default CollectionReport read(
            ResourceSink sink, CollectionProgress progress, Set<String> before)
            throws SourceException, InterruptedException {
        return read(sink, progress);
    }

    /// Whether [#refresh] works.
    default boolean canRefresh() {
        return false;
    }

    /// What is known of resources already.
    @FunctionalInterface
    interface Known {
        Known NOTHING = _ -> Optional.empty();

        /// The resource of that id, ignoring case, as it was collected last.
        Optional<Dynamic> resource(String id);
    }

    /// Reads just those resources again.
    ///
    /// @param known for what a read of one resource does not tell and a collection does
    /// @throws SourceException when they cannot be read
    /// @throws UnsupportedOperationException when the source reads only as a whole
    default RefreshReport refresh(Set<ResourceId> ids, Known known, ResourceSink sink)
            throws SourceException, InterruptedException {
        throw new UnsupportedOperationException(name() + " reads only as a whole");
    }

    /// Who changed what it reads, as far as it knows.
    default Attributor attributor() {
        return Attributor.NONE;
    }
}
