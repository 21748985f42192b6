package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Resources that an assignment lets pass.
///
/// @param referenceIds lower case; empty for every member
/// @param category `Waiver` or `Mitigated`
/// @param expiresOn kept but ignored once past; null for never
public record Exemption(
        String id,
        String name,
        Scope scope,
        String policyAssignmentId,
        Set<String> referenceIds,
        String category,
        @Nullable Instant expiresOn,
        List<ResourceSelector> resourceSelectors,
        Dynamic json) {
    public Exemption {
        referenceIds = Set.copyOf(referenceIds);
        resourceSelectors = List.copyOf(resourceSelectors);
    }

    /// Whether it is about that member of that assignment at that time, wherever its resources are.
    public boolean concerns(String assignmentId, String referenceId, Instant now) {
        return isAbout(assignmentId, referenceId) && isInForce(now);
    }

    /// Whether it is about that member of that assignment at any time.
    public boolean isAbout(String assignmentId, String referenceId) {
        return policyAssignmentId.equalsIgnoreCase(assignmentId)
                && (referenceIds.isEmpty()
                        || referenceIds.contains(referenceId.toLowerCase(Locale.ROOT)));
    }

    /// Whether it has not expired.
    public boolean isInForce(Instant now) {
        return expiresOn == null || now.isBefore(expiresOn);
    }
}
