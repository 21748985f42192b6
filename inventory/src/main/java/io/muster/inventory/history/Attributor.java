package io.muster.inventory.history;

import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Port: tells who changed a resource.
@FunctionalInterface
public interface Attributor {
    Attributor NONE = (_, _, _) -> Optional.empty();

    /// Who last wrote or deleted the resource in that time.
    Optional<Attribution> of(ResourceId id, Instant after, Instant until);

    /// What went wrong since this was asked last: changes without a caller for that reason.
    default List<String> faults() {
        return List.of();
    }
}
