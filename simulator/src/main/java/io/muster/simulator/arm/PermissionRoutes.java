package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// `GET {scope}/providers/Microsoft.Authorization/permissions`: what the caller may do there. Anybody may ask for himself; the resource need not be there yet, what it
/// would lie in must. Guarded by the simulator's lock.
final class PermissionRoutes implements Endpoint {
    private static final String PATH = "/providers/microsoft.authorization/permissions";

    private final Cloud cloud;
    private final Access access;

    PermissionRoutes(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    @Override
    public Optional<ArmResponse> answer(ArmRequest request) {
        if (!request.lowerPath().endsWith(PATH)) {
            return Optional.empty();
        }
        request.requireMethod("GET");
        String scope = request.path().substring(0, request.path().length() - PATH.length());
        var id =
                ResourceId.tryParse(scope)
                        .orElseThrow(() ->
                                new ArmFault(
                                        404, "NotFound", "There is no scope '" + scope + "'."));
        cloud.requireContainer(id);
        return Optional.of(
                cloud.page(
                        request,
                        access.permissions(Tokens.caller(request), id).stream()
                                .map(Role.Permission::json)
                                .toList()));
    }
}
