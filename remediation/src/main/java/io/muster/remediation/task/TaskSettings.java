package io.muster.remediation.task;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.Pacing;
import java.util.List;

/// How a task runs; fixed once it has started. Limits and defaults are Azure's.
///
/// @param resourceCount at most that many resources, 1 to 50,000
/// @param parallelDeployments at most that many at once, 1 to 30
/// @param failureThreshold the share of failed resources, 0 to 1, above which the task fails
/// @param reEvaluate whether compliance is evaluated anew first (`ReEvaluateCompliance`)
/// @param locations normalised; empty for all
/// @param resourceIds empty for all
/// @param pacing when resources may be begun: an addition to Azure's
public record TaskSettings(
        int resourceCount,
        int parallelDeployments,
        double failureThreshold,
        boolean reEvaluate,
        List<String> locations,
        List<ResourceId> resourceIds,
        Pacing pacing) {
    public static final int MAX_RESOURCES = 50_000;
    public static final int MAX_PARALLEL = 30;
    public static final int MAX_RESOURCE_IDS = 100;

    public static final TaskSettings DEFAULT =
            new TaskSettings(500, 10, 1.0, false, List.of(), List.of(), Pacing.FREE);

    public TaskSettings {
        if (resourceCount < 1 || resourceCount > MAX_RESOURCES) {
            throw new IllegalArgumentException(
                    "The resource count must be between 1 and 50000, not " + resourceCount + ".");
        }
        if (parallelDeployments < 1 || parallelDeployments > MAX_PARALLEL) {
            throw new IllegalArgumentException(
                    "The number of parallel deployments must be between 1 and 30, not "
                            + parallelDeployments
                            + ".");
        }
        if (!(failureThreshold >= 0 && failureThreshold <= 1)) {
            throw new IllegalArgumentException(
                    "The failure threshold percentage must be between 0.0 and 1.0, not "
                            + failureThreshold
                            + ".");
        }
        if (resourceIds.size() > MAX_RESOURCE_IDS) {
            throw new IllegalArgumentException(
                    "At most 100 resource IDs can be specified in the filters, not "
                            + resourceIds.size()
                            + ".");
        }
        if (reEvaluate && !resourceIds.isEmpty()) {
            throw new IllegalArgumentException(
                    "Resource ID filters cannot be used when the resource discovery mode is"
                            + " ReEvaluateCompliance.");
        }
        locations = locations.stream().map(Location::normalise).toList();
        resourceIds = List.copyOf(resourceIds);
    }

    /// Whether a resource passes the filters.
    ///
    /// @param location in any form; empty when it has none
    public boolean selects(ResourceId id, String location) {
        return (locations.isEmpty() || locations.contains(Location.normalise(location)))
                && (resourceIds.isEmpty() || resourceIds.contains(id));
    }

    public TaskSettings withParallelDeployments(int parallel) {
        return new TaskSettings(
                resourceCount,
                parallel,
                failureThreshold,
                reEvaluate,
                locations,
                resourceIds,
                pacing);
    }

    /// The members of the wire's `properties`.
    void put(Dynamic.BagBuilder out) {
        out.put(
                "resourceDiscoveryMode",
                reEvaluate ? "ReEvaluateCompliance" : "ExistingNonCompliant");
        if (!locations.isEmpty() || !resourceIds.isEmpty()) {
            var filters = Dynamic.bag();
            if (!locations.isEmpty()) {
                filters.put(
                        "locations", Dynamic.array(locations.stream().map(Dynamic::of).toList()));
            }
            if (!resourceIds.isEmpty()) {
                filters.put(
                        "resourceIds",
                        Dynamic.array(
                                resourceIds.stream().map(id -> Dynamic.of(id.text())).toList()));
            }
            out.put("filters", filters.build());
        }
        out.put("resourceCount", resourceCount)
                .put("parallelDeployments", parallelDeployments)
                .put(
                        "failureThreshold",
                        Dynamic.bag().put("percentage", Dynamic.of(failureThreshold)).build());
        pacing.put(out);
    }
}
