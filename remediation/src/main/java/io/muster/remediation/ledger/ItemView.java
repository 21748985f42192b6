package io.muster.remediation.ledger;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.change.ResourceChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One resource of a task as Policy Insights lists it (`listDeployments`).
///
/// @param location normalised; empty when it has none
/// @param deploymentId null for modify, which has no deployment
/// @param status `Accepted` (not begun), `Running`, `Succeeded`, `Failed` or `Canceled`
/// @param code of the error; empty when there is none
/// @param outcome null until it is over
public record ItemView(
        ResourceId resource,
        String location,
        @Nullable ResourceId deploymentId,
        String status,
        String code,
        String message,
        @Nullable ItemOutcome outcome,
        Instant createdOn,
        Instant lastUpdatedOn) {

    /// A task's resources in the order they were planned.
    public static List<ItemView> of(List<LedgerEntry> entries) {
        Map<ResourceId, List<LedgerEntry>> grouped = new LinkedHashMap<>();
        for (var entry : entries) {
            grouped.computeIfAbsent(entry.resource(), _ -> new ArrayList<>()).add(entry);
        }
        return grouped.entrySet().stream().map(e -> of(e.getKey(), e.getValue())).toList();
    }

    private static ItemView of(ResourceId resource, List<LedgerEntry> lines) {
        String location = "";
        ResourceId deployment = null;
        for (var line : lines) {
            switch (line.event()) {
                case LedgerEvent.Planned(var where) -> location = where;
                case LedgerEvent.Sending sending -> {
                    if (sending.change() instanceof ResourceChange.Deploy deploy) {
                        deployment = deploy.deploymentId();
                    }
                }
                case LedgerEvent.Accepted _, LedgerEvent.Answered _, LedgerEvent.Closed _ -> {}
            }
        }
        var history = ItemHistory.of(lines);
        var closed = history.closed();
        return new ItemView(
                resource,
                location,
                deployment,
                closed != null
                        ? closed.outcome().deploymentStatus()
                        : history.steps().isEmpty() ? "Accepted" : "Running",
                closed == null ? "" : closed.code(),
                closed == null ? "" : closed.message(),
                closed == null ? null : closed.outcome(),
                lines.getFirst().at(),
                lines.getLast().at());
    }

    /// The wire's shape. `outcome` is an addition.
    public Dynamic toDynamic() {
        var out =
                Dynamic.bag()
                        .put("remediatedResourceId", resource.text())
                        .putIfPresent(
                                "deploymentId", deploymentId == null ? null : deploymentId.text())
                        .put("status", status)
                        .put("resourceLocation", location)
                        .put("createdOn", createdOn.toString())
                        .put("lastUpdatedOn", lastUpdatedOn.toString())
                        .putIfPresent("outcome", outcome == null ? null : outcome.name());
        if (!code.isEmpty()) {
            out.put("error", Dynamic.bag().put("code", code).put("message", message).build());
        }
        return out.build();
    }
}
