package io.muster.service.query;

import io.muster.core.column.TableSource;
import io.muster.inventory.snapshot.Snapshot;
import java.time.Instant;

/// A table that is computed when it is read. An open family; every bean of it is in the catalog.
public interface VirtualTable {
    /// The table as of that snapshot; its name is in lower case.
    TableSource over(Snapshot snapshot);

    /// The table as of an instant.
    ///
    /// @param snapshot the fleet at that instant
    TableSource asOf(Instant at, Snapshot snapshot);
}
