package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What someone says of a resource under a manual policy.
///
/// @param referenceId null for an assignment of a single definition
/// @param complianceState `Compliant`, `NonCompliant` or `Unknown`
public record Attestation(
        String id,
        String name,
        Scope scope,
        String policyAssignmentId,
        @Nullable String referenceId,
        String complianceState,
        @Nullable Instant expiresOn,
        Dynamic json) {

    /// Whether it is about that member of that assignment at that time.
    public boolean concerns(String assignmentId, String member, Instant now) {
        return isAbout(assignmentId, member) && isInForce(now);
    }

    /// Whether it is about that member of that assignment at any time.
    public boolean isAbout(String assignmentId, String member) {
        return policyAssignmentId.equalsIgnoreCase(assignmentId)
                && (referenceId == null || referenceId.equalsIgnoreCase(member));
    }

    /// Whether it has not expired.
    public boolean isInForce(Instant now) {
        return expiresOn == null || now.isBefore(expiresOn);
    }
}
