package io.muster.remediation.plan.policy;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import java.util.List;
import java.util.Locale;

/// Plans Azure's own tasks.
public record PolicyPlanner(PolicyCompliance compliance) {

    /// Refuses a task whose assignment cannot be remediated.
    public void check(RemediationTask task, TaskGoal.Policy goal) throws RemediationException {
        String name = task.name();
        String assignment = goal.assignmentId().text();
        var facts =
                compliance
                        .assignment(goal.assignmentId())
                        .orElseThrow(() ->
                                new RemediationException(
                                        404,
                                        "PolicyAssignmentNotFound",
                                        "The policy assignment '"
                                                + assignment
                                                + "' could not be found."));
        String reference = goal.referenceId();
        if (facts.initiative() && reference == null) {
            throw RemediationException.create(
                    name,
                    "The policy assignment '"
                            + assignment
                            + "' assigns a policy set definition. Remediations must specify a"
                            + " single policy definition reference ID within the policy set"
                            + " definition.");
        }
        if (!facts.initiative() && reference != null) {
            throw RemediationException.create(
                    name,
                    "The policy assignment '"
                            + assignment
                            + "' does not assign a policy set definition. A policy definition"
                            + " reference ID must not be specified.");
        }
        var member =
                facts.member(reference)
                        .orElseThrow(() ->
                                RemediationException.create(
                                        name,
                                        "The policy definition reference ID '"
                                                + reference
                                                + "' is not in the policy set definition"
                                                + " that '"
                                                + assignment
                                                + "' assigns."));
        if (!member.isRemediable()) {
            throw RemediationException.create(
                    name,
                    "The effect of the policy is '"
                            + member.effect()
                            + "'. Only policies with the effects 'deployIfNotExists' and 'modify'"
                            + " can be remediated.");
        }
        if (!facts.hasIdentity()) {
            throw RemediationException.create(
                    name,
                    "The policy assignment '"
                            + assignment
                            + "' has no managed identity. An identity is required to remediate.");
        }
        checkScope(task, goal);
    }

    /// The scope must be at or below what is assigned, or above it.
    private void checkScope(RemediationTask task, TaskGoal.Policy goal)
            throws RemediationException {
        String id = goal.assignmentId().text();
        int at = id.toLowerCase(Locale.ROOT).lastIndexOf("/providers/microsoft.auth");
        if (at <= 0) {
            return;
        }
        var assigned = ResourceId.parse(id.substring(0, at));
        var scope = task.scope();
        if (!overlap(scope, assigned)) {
            throw RemediationException.create(
                    task.name(),
                    "The policy assignment '"
                            + id
                            + "' does not apply to the scope '"
                            + scope.text()
                            + "'.");
        }
    }

    /// Whether one of two scopes holds the other.
    public boolean overlap(ResourceId one, ResourceId other) {
        return compliance.contains(one, other) || compliance.contains(other, one);
    }

    public List<PlannedResource> candidates(RemediationTask task, TaskGoal.Policy goal) {
        var settings = task.settings();
        return compliance
                .nonCompliant(
                        goal.assignmentId(),
                        goal.referenceId(),
                        task.scope(),
                        settings.reEvaluate())
                .stream()
                .filter(found -> settings.selects(found.resource(), found.location()))
                .map(found -> new PlannedResource(found.resource(), found.location()))
                .toList();
    }

    public PolicyGoal goal(RemediationTask task, TaskGoal.Policy goal) {
        return new PolicyGoal(
                compliance, goal.assignmentId(), goal.referenceId(), task.correlationId());
    }
}
