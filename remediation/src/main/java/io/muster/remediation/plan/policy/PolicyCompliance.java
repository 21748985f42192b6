package io.muster.remediation.plan.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Port to the policy engine and its verdicts. Safe for many threads.
public interface PolicyCompliance {
    Optional<AssignmentFacts> assignment(ResourceId assignmentId);

    /// The resources at or below a scope that were non-compliant when last evaluated, exempt and
    /// excluded ones left out, by id.
    ///
    /// @param reEvaluate whether to collect and evaluate the scope first
    List<NonCompliant> nonCompliant(
            ResourceId assignmentId,
            @Nullable String referenceId,
            ResourceId scope,
            boolean reEvaluate);

    /// Whether something lies at or below a scope, also where only the tree of management groups tells.
    default boolean contains(ResourceId scope, ResourceId inner) {
        return inner.isUnder(scope);
    }

    /// Evaluates a resource as it is now.
    ///
    /// @param resource as just read from ARM, not as the inventory has it
    Remedy remedy(ResourceId assignmentId, @Nullable String referenceId, Dynamic resource);

    /// @param location normalised; empty when it has none
    record NonCompliant(ResourceId resource, String location) {}
}
