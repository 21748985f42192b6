package io.muster.inventory.source;

import java.util.ArrayList;
import java.util.List;

/// What a reading says of itself.
///
/// @param faults errors, and warnings that name what was passed over
public record CollectionReport(List<ScopeReport> scopes, List<SourceFault> faults) {
    public static final CollectionReport EMPTY = new CollectionReport(List.of(), List.of());

    public CollectionReport {
        scopes = List.copyOf(scopes);
        faults = List.copyOf(faults);
    }

    public boolean isComplete() {
        return scopes.stream().allMatch(ScopeReport::isComplete);
    }

    public boolean hasErrors() {
        return faults.stream().anyMatch(SourceFault::isError);
    }

    public long rows() {
        return scopes.stream().mapToLong(ScopeReport::rows).sum();
    }

    public CollectionReport and(CollectionReport other) {
        var allScopes = new ArrayList<>(scopes);
        allScopes.addAll(other.scopes);
        var allFaults = new ArrayList<>(faults);
        allFaults.addAll(other.faults);
        return new CollectionReport(allScopes, allFaults);
    }
}
