package io.muster.remediation.plan.policy;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.MergePatch;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.Goal;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Compliance of a resource with one policy: by a PATCH for modify, by a deployment for
/// deployIfNotExists.
///
/// @param correlationId of the task: part of a deployment's name, so that two tasks never share one
public record PolicyGoal(
        PolicyCompliance compliance,
        ResourceId assignmentId,
        @Nullable String referenceId,
        String correlationId)
        implements Goal {
    private static final String DEPLOY = "deploy";

    @Override
    public Decision decide(ArmResource now, ItemHistory history) {
        return switch (compliance.remedy(assignmentId, referenceId, now.body())) {
            case Remedy.Compliant() -> settled(now);
            case Remedy.NotApplicable(var because) -> new Decision.NotApplicable(because);
            case Remedy.Failed(var message) ->
                    new Decision.Refuse("PolicyEvaluationFailed", message);
            case Remedy.NoRemedy(var because) -> new Decision.Refuse("NoOperationApplies", because);
            case Remedy.Modify modify -> modify(now, modify);
            case Remedy.Deploy deploy ->
                    !deploy.verifiable() && history.isDone(DEPLOY)
                            ? new Decision.Satisfied()
                            : deploy(now, deploy);
        };
    }

    /// A model that is as wanted while Azure still applies it is not there yet.
    private static Decision settled(ArmResource now) {
        String state =
                now.body()
                        .getIgnoreCase("properties")
                        .getIgnoreCase("provisioningState")
                        .textOr("");
        return state.equalsIgnoreCase("Updating") || state.equalsIgnoreCase("Creating")
                ? new Decision.Await("Azure is " + state.toLowerCase(Locale.ROOT) + " the resource")
                : new Decision.Satisfied();
    }

    private static Decision modify(ArmResource now, Remedy.Modify modify) {
        try {
            return MergePatch.between(now.id(), now.body(), modify.after())
                    .<Decision>map(patch -> new Decision.Act("modify", patch))
                    .orElseGet(() ->
                            new Decision.Refuse(
                                    "NoOperationApplies",
                                    "The policy's operations change nothing."));
        } catch (IllegalArgumentException impossible) {
            return new Decision.Refuse(
                    "NotPatchable", String.valueOf(impossible.getMessage()) + ".");
        }
    }

    private Decision deploy(ArmResource now, Remedy.Deploy deploy) {
        return new Decision.Act(
                DEPLOY,
                new ResourceChange.Deploy(
                        now.id(),
                        deploy.scope(),
                        deploymentName(now.id()),
                        deploy.location(),
                        deploy.template(),
                        deploy.parameters(),
                        deploy.mode()));
    }

    /// A name of its own for each resource of each task; the same whenever asked.
    private String deploymentName(ResourceId resource) {
        String unique = correlationId + "|" + resource.key();
        return "PolicyDeployment_"
                + UUID.nameUUIDFromBytes(unique.getBytes(StandardCharsets.UTF_8));
    }
}
