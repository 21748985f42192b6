package io.muster.inventory.source;

import io.muster.inventory.resource.ResourceId;
import java.util.List;
import java.util.Set;

/// What a reading of single resources found.
///
/// @param found were handed to the sink
/// @param absent are certainly not there: deleted
/// @param faults on those that are neither
public record RefreshReport(
        Set<ResourceId> found, Set<ResourceId> absent, List<SourceFault> faults) {
    public RefreshReport {
        found = Set.copyOf(found);
        absent = Set.copyOf(absent);
        faults = List.copyOf(faults);
    }
}
