package io.muster.inventory.source;

import io.muster.inventory.resource.ResourceId;
import java.util.List;
import java.util.Set;

/// What a reading of single resources found.
///
/// @param found were handed to the sink
/// @param absent are certainly not there: deleted
/// @param faults on those that are neither
/// @param whole what was handed to the sink completely: resources known there and not handed over are gone
public record RefreshReport(
        Set<ResourceId> found,
        Set<ResourceId> absent,
        List<SourceFault> faults,
        List<Below> whole) {
    public RefreshReport {
        found = Set.copyOf(found);
        absent = Set.copyOf(absent);
        faults = List.copyOf(faults);
        whole = List.copyOf(whole);
    }

    /// Of resources that have nothing below them, or of which what is below is not known.
    public RefreshReport(Set<ResourceId> found, Set<ResourceId> absent, List<SourceFault> faults) {
        this(found, absent, faults, List.of());
    }

    /// All resources of a type right below a resource.
    public record Below(ResourceId parent, String type) {}
}
