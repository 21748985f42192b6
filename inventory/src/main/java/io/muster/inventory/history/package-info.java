/// What changed when: before and after of each resource as rows of `resourcechanges`, in Azure's shape, and the way back to a past state.
///
/// A change is known from the reading that first shows it; between two readings only the last state is seen. Changes are resources of
/// the snapshot like others (`microsoft.resources/changes`), so they are stored, queried and carried with it.
@NullMarked
package io.muster.inventory.history;

import org.jspecify.annotations.NullMarked;
