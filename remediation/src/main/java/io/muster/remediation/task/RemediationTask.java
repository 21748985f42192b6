package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.Locale;

/// A remediation task as it stands. Immutable: each change gives the next version.
///
/// @param id `{scope}/providers/Microsoft.PolicyInsights/remediations/{name}`
/// @param paused whether no new resource is begun for the time being
/// @param createdBy who asked for it; empty when not known
/// @param correlationId another one for each creation: tells a task from a later one of the same name
/// @param told whether the inventory tells what it did: false until it was read after the end
/// @param lines whether the ledger has still all that was done
/// @param version counts the changes from 1: what a ledger compares on an update
public record RemediationTask(
        ResourceId id,
        TaskGoal goal,
        TaskSettings settings,
        ProvisioningState state,
        boolean paused,
        Counts counts,
        String statusMessage,
        String correlationId,
        String createdBy,
        Instant createdOn,
        Instant lastUpdatedOn,
        boolean told,
        Lines lines,
        long version) {

    /// How many resources are to be remediated, and how many ended well and badly.
    ///
    /// @param found how many it is about: more than `total` when its `resourceCount` leaves some out
    /// @param refused those of the failed to which nothing was sent, since it would have failed
    public record Counts(int found, int total, int successful, int failed, int refused) {
        public static final Counts NONE = new Counts(0, 0, 0, 0, 0);

        /// How many are left out.
        public int leftOut() {
            return Math.max(0, found - total);
        }
    }

    /// Whether the ledger has still all that it wrote of a task. A task whose lines are thinned tells how many resources ended how, and no more which, and cannot be
    /// rolled back.
    public enum Lines {
        KEPT("kept"),
        /// They are being deleted.
        THINNING("thinning"),
        THINNED("thinned");

        private final String wireName;

        Lines(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }

        static Lines parse(String name) {
            for (var lines : values()) {
                if (lines.wireName.equals(name)) {
                    return lines;
                }
            }
            throw new IllegalArgumentException("'" + name + "' is no state of a ledger's lines");
        }
    }

    public static RemediationTask accepted(
            ResourceId id,
            RemediationRequest request,
            String correlationId,
            String createdBy,
            Instant now) {
        return accepted(id, request.goal(), request.settings(), correlationId, createdBy, now);
    }

    public static RemediationTask accepted(
            ResourceId id,
            TaskGoal goal,
            TaskSettings settings,
            String correlationId,
            String createdBy,
            Instant now) {
        return new RemediationTask(
                id,
                goal,
                settings,
                ProvisioningState.ACCEPTED,
                false,
                Counts.NONE,
                "",
                correlationId,
                createdBy,
                now,
                now,
                false,
                Lines.KEPT,
                1);
    }

    /// The id of a remediation of that name at a scope.
    public static ResourceId idOf(ResourceId scope, String name) {
        return ResourceId.parse(
                scope.text() + "/providers/Microsoft.PolicyInsights/remediations/" + name);
    }

    public String name() {
        return id.name();
    }

    /// The scope it was created at.
    public ResourceId scope() {
        return scopeOf(id);
    }

    /// What an id of a remediation is below.
    public static ResourceId scopeOf(ResourceId remediation) {
        String text = remediation.text();
        int at = text.toLowerCase(Locale.ROOT).lastIndexOf("/providers/microsoft.policyinsights/");
        return ResourceId.parse(text.substring(0, at));
    }

    public RemediationTask in(ProvisioningState next, String message, Instant now) {
        return next(next, paused, counts, message, now, told, lines);
    }

    public RemediationTask withCounts(Counts now, Instant at) {
        return next(state, paused, now, statusMessage, at, told, lines);
    }

    public RemediationTask withPaused(boolean pause, Instant at) {
        return next(state, pause, counts, statusMessage, at, told, lines);
    }

    /// The inventory was read since it ended.
    public RemediationTask asTold() {
        return next(state, paused, counts, statusMessage, lastUpdatedOn, true, lines);
    }

    public RemediationTask withLines(Lines now) {
        return next(state, paused, counts, statusMessage, lastUpdatedOn, told, now);
    }

    private RemediationTask next(
            ProvisioningState in,
            boolean pause,
            Counts count,
            String message,
            Instant at,
            boolean isTold,
            Lines left) {
        return new RemediationTask(
                id,
                goal,
                settings,
                in,
                pause,
                count,
                message,
                correlationId,
                createdBy,
                createdOn,
                at,
                isTold,
                left,
                version + 1);
    }

    /// Whether a task of the same name is this very one, as it was or will be.
    public boolean isSameAs(RemediationTask other) {
        return id.equals(other.id) && correlationId.equals(other.correlationId);
    }

    /// @param rollback the name of a task that is to take back what this one did
    /// @throws RemediationException when that is no longer known
    public void checkKnown(String rollback) throws RemediationException {
        if (lines != Lines.KEPT) {
            throw RemediationException.create(
                    rollback,
                    "What the remediation '"
                            + name()
                            + "' changed is no longer known: it ended too long ago.");
        }
    }

    public RemediationTask withParallelDeployments(int parallel) {
        return accepted(
                id,
                goal,
                settings.withParallelDeployments(parallel),
                correlationId,
                createdBy,
                createdOn);
    }

    /// The resource as Policy Insights shows it. `paused`, `resourcesFound`, `refused`, `deploymentsThinned`, `application`,
    /// `rollbackOf`, `campaignId` and pacing are additions.
    public Dynamic toDynamic() {
        var properties = Dynamic.bag();
        switch (goal.itself()) {
            case TaskGoal.Policy(var assignment, var reference) ->
                    properties
                            .put("policyAssignmentId", assignment.text())
                            .putIfPresent("policyDefinitionReferenceId", reference);
            case TaskGoal.Application(var intent, _, var query) ->
                    properties.put("application", intent.toDynamic()).putIfPresent("query", query);
            case TaskGoal.Rollback(var tasks) ->
                    properties.put(
                            "rollbackOf",
                            Dynamic.array(
                                    tasks.stream().map(id -> Dynamic.of(id.text())).toList()));
            case TaskGoal.Ring ring ->
                    throw new IllegalStateException("a ring of a ring of " + ring.campaign());
        }
        if (goal instanceof TaskGoal.Ring(_, var campaign, int run, int ring)) {
            properties
                    .put("campaignId", campaign.text())
                    .put("campaignRun", run)
                    .put("campaignRing", ring);
        }
        properties
                .put("provisioningState", state.wireName())
                .put("createdOn", createdOn.toString())
                .put("lastUpdatedOn", lastUpdatedOn.toString());
        settings.put(properties);
        properties
                .put(
                        "deploymentStatus",
                        Dynamic.bag()
                                .put("totalDeployments", counts.total())
                                .put("successfulDeployments", counts.successful())
                                .put("failedDeployments", counts.failed())
                                .build())
                .put("statusMessage", statusMessage)
                .put("correlationId", correlationId);
        if (counts.leftOut() > 0) {
            properties.put("resourcesFound", counts.found());
        }
        if (counts.refused() > 0) {
            properties.put("refused", counts.refused());
        }
        if (paused) {
            properties.put("paused", true);
        }
        if (lines != Lines.KEPT) {
            properties.put("deploymentsThinned", true);
        }
        return Dynamic.bag()
                .put("properties", properties.build())
                .put("id", id.text())
                .put("name", name())
                .put("type", "Microsoft.PolicyInsights/remediations")
                .put(
                        "systemData",
                        Dynamic.bag()
                                .put("createdBy", createdBy)
                                .put("createdByType", "User")
                                .put("createdAt", createdOn.toString())
                                .put("lastModifiedBy", createdBy)
                                .put("lastModifiedByType", "User")
                                .put("lastModifiedAt", lastUpdatedOn.toString())
                                .build())
                .build();
    }
}
