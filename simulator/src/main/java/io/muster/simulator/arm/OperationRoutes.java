package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.Optional;
import java.util.regex.Pattern;

/// `.../locations/{region}/operations/{name}`, what `Azure-AsyncOperation` leads to, and `operationResults/{name}`, what `Location` does. Guarded by the simulator's lock.
///
/// Source: azure-rest-api.md section 0, Long-running operations.
final class OperationRoutes implements Endpoint {
    private static final Pattern PATH =
            Pattern.compile(
                    "/subscriptions/([^/]+)/providers/microsoft\\.(?:compute|resources)/locations/[^/]+/(operations|operationresults)/([^/]+)");

    private final Cloud cloud;
    private final Access access;

    OperationRoutes(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    @Override
    public Optional<ArmResponse> answer(ArmRequest request) {
        var path = PATH.matcher(request.lowerPath());
        if (!path.matches()) {
            return Optional.empty();
        }
        request.requireMethod("GET");
        String subscription = path.group(1);
        String name = path.group(3);
        var found = cloud.operations().find(name).filter(known -> known.isOf(subscription));
        // Whoever was told to follow it may; he may have no right at the subscription.
        if (found.filter(known -> known.isFollowedBy(Tokens.caller(request))).isEmpty()) {
            access.require(
                    request,
                    ResourceId.tryParse("/subscriptions/" + subscription)
                            .orElseThrow(() -> notFound(name)),
                    "Microsoft.Compute/locations/operations",
                    "read");
        }
        var operation = found.orElseThrow(() -> notFound(name));
        return Optional.of(
                path.group(2).equals("operations")
                        ? status(operation)
                        : result(request, operation));
    }

    private static ArmFault notFound(String name) {
        return new ArmFault(404, "NotFound", "The operation '" + name + "' was not found.");
    }

    private ArmResponse status(Operations.Operation operation) {
        return ArmResponse.of(200, operation.json()).with("Retry-After", retryAfter());
    }

    private ArmResponse result(ArmRequest request, Operations.Operation operation) {
        if (operation.isRunning()) {
            return ArmResponse.empty(202)
                    .with("Location", request.uri().toString())
                    .with("Retry-After", retryAfter());
        }
        return operation
                .error()
                .map(error -> ArmResponse.of(409, Dynamic.bag().put("error", error).build()))
                .orElseGet(() -> ArmResponse.empty(operation.result()));
    }

    private String retryAfter() {
        return Integer.toString(cloud.settings().retryAfterSeconds());
    }
}
