package io.muster.remediation.plan.policy;

import io.muster.inventory.resource.ResourceId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An assignment, as far as remediation asks.
///
/// @param initiative whether it assigns an initiative
/// @param hasIdentity whether it has a managed identity
/// @param members the definition assigned (without a reference id), or those of the initiative
public record AssignmentFacts(
        ResourceId id, boolean initiative, boolean hasIdentity, List<Member> members) {
    public AssignmentFacts {
        members = List.copyOf(members);
    }

    /// @param referenceId null outside an initiative
    /// @param effect as it is in force here, as written on the wire
    public record Member(@Nullable String referenceId, String effect) {
        /// Whether a task can remediate it: modify and deployIfNotExists.
        public boolean isRemediable() {
            String lower = effect.toLowerCase(Locale.ROOT);
            return lower.equals("modify") || lower.equals("deployifnotexists");
        }
    }

    /// The member that a task means.
    public Optional<Member> member(@Nullable String referenceId) {
        return members.stream()
                .filter(member ->
                        referenceId == null
                                ? member.referenceId() == null
                                : referenceId.equalsIgnoreCase(member.referenceId()))
                .findFirst();
    }
}
