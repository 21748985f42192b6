package io.muster.remediation;

import static io.muster.remediation.Estate.AGENT;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.remediation.plan.policy.AssignmentFacts;
import io.muster.remediation.plan.policy.PolicyCompliance;
import io.muster.remediation.plan.policy.Remedy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Policies that machines have the agent: assignment `modify` and `deploy`, initiative `set` with members
/// `modify` and `audit`; `bare` has no identity.
record RequiredAgent(ArmTwin arm) implements PolicyCompliance {
    static ResourceId assignment(String name) {
        return Estate.SCOPE.extension("Microsoft.Authorization", "policyAssignments", name);
    }

    @Override
    public Optional<AssignmentFacts> assignment(ResourceId id) {
        return switch (id.name()) {
            case "modify" -> facts(id, true, new AssignmentFacts.Member(null, "Modify"));
            case "bare" -> facts(id, false, new AssignmentFacts.Member(null, "modify"));
            case "audit" -> facts(id, true, new AssignmentFacts.Member(null, "audit"));
            case "deploy" -> facts(id, true, new AssignmentFacts.Member(null, "deployIfNotExists"));
            case "set" ->
                    Optional.of(
                            new AssignmentFacts(
                                    id,
                                    true,
                                    true,
                                    List.of(
                                            new AssignmentFacts.Member("modify", "modify"),
                                            new AssignmentFacts.Member("audit", "audit"))));
            default -> Optional.empty();
        };
    }

    private static Optional<AssignmentFacts> facts(
            ResourceId id, boolean identity, AssignmentFacts.Member member) {
        return Optional.of(new AssignmentFacts(id, false, identity, List.of(member)));
    }

    @Override
    public List<NonCompliant> nonCompliant(
            ResourceId assignmentId,
            @Nullable String referenceId,
            ResourceId scope,
            boolean reEvaluate) {
        List<NonCompliant> found = new ArrayList<>();
        for (var resource : arm.all()) {
            var id = ResourceId.parse(resource.get("id").textOr(""));
            if (id.isUnder(scope) && !ApplicationProfile.ofResource(resource).has(AGENT)) {
                found.add(new NonCompliant(id, Estate.REGION));
            }
        }
        return found;
    }

    @Override
    public Remedy remedy(ResourceId assignmentId, @Nullable String referenceId, Dynamic resource) {
        var profile = ApplicationProfile.ofResource(resource);
        if (profile.has(AGENT)) {
            return new Remedy.Compliant();
        }
        var entry = Estate.entry(AGENT, "latest");
        if (assignmentId.name().equals("deploy")) {
            return new Remedy.Deploy(
                    Estate.GROUP, null, entry.json(), Dynamic.EMPTY_BAG, "Incremental", true);
        }
        return new Remedy.Modify(
                resource.with(
                        "properties",
                        resource.get("properties")
                                .with("applicationProfile", profile.with(entry).toDynamic())));
    }
}
