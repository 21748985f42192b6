package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.Pacing;
import java.time.Instant;

/// A task as one JSON value: what a ledger keeps beside id and version.
public final class TaskCodec {
    private TaskCodec() {}

    public static Dynamic write(RemediationTask task) {
        return Dynamic.bag()
                .put("id", task.id().text())
                .put("goal", task.goal().toDynamic())
                .put("settings", write(task.settings()))
                .put("state", task.state().wireName())
                .put("paused", task.paused())
                .put("found", task.counts().found())
                .put("total", task.counts().total())
                .put("successful", task.counts().successful())
                .put("failed", task.counts().failed())
                .put("refused", task.counts().refused())
                .put("statusMessage", task.statusMessage())
                .put("correlationId", task.correlationId())
                .put("createdBy", task.createdBy())
                .put("createdOn", task.createdOn().toString())
                .put("lastUpdatedOn", task.lastUpdatedOn().toString())
                .put("told", task.told())
                .put("lines", task.lines().wireName())
                .put("version", task.version())
                .build();
    }

    /// @throws IllegalArgumentException when [#write] did not write it
    public static RemediationTask read(Dynamic value) {
        return new RemediationTask(
                ResourceId.parse(value.get("id").textOr("")),
                TaskGoal.fromDynamic(value.get("goal")),
                readSettings(value.get("settings")),
                ProvisioningState.parse(value.get("state").textOr(""))
                        .orElseThrow(() -> new IllegalArgumentException("a task has no state")),
                value.get("paused").boolOr(false),
                new RemediationTask.Counts(
                        (int) value.get("found").longOr(0),
                        (int) value.get("total").longOr(0),
                        (int) value.get("successful").longOr(0),
                        (int) value.get("failed").longOr(0),
                        (int) value.get("refused").longOr(0)),
                value.get("statusMessage").textOr(""),
                value.get("correlationId").textOr(""),
                value.get("createdBy").textOr(""),
                Instant.parse(value.get("createdOn").textOr("")),
                Instant.parse(value.get("lastUpdatedOn").textOr("")),
                // Tasks from before it was kept ended long ago.
                value.get("told").boolOr(true),
                RemediationTask.Lines.parse(value.get("lines").textOr("kept")),
                value.get("version").longOr(1));
    }

    public static Dynamic write(TaskSettings settings) {
        var out = Dynamic.bag();
        settings.put(out);
        return out.build();
    }

    /// @throws IllegalArgumentException when [#write(TaskSettings)] did not write it
    public static TaskSettings readSettings(Dynamic value) {
        var filters = value.get("filters");
        double threshold =
                switch (value.get("failureThreshold").get("percentage")) {
                    case Dynamic.Real(var share) -> share;
                    case Dynamic.Whole(var share) -> (double) share;
                    default -> TaskSettings.DEFAULT.failureThreshold();
                };
        return new TaskSettings(
                (int) value.get("resourceCount").longOr(0),
                (int) value.get("parallelDeployments").longOr(0),
                threshold,
                value.get("resourceDiscoveryMode").textOr("").equals("ReEvaluateCompliance"),
                filters.get("locations").items().stream().map(l -> l.textOr("")).toList(),
                filters.get("resourceIds").items().stream()
                        .map(id -> ResourceId.parse(id.textOr("")))
                        .toList(),
                Pacing.read(value));
    }
}
