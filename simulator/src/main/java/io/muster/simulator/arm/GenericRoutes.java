package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.storage.BlobStore;

/// Resources of every type that has no routes of its own. Guarded by the simulator's lock.
final class GenericRoutes implements ResourceRoutes {
    private final GenericResources generic;
    private final BlobStore blobs;

    GenericRoutes(GenericResources generic, BlobStore blobs) {
        this.generic = generic;
        this.blobs = blobs;
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "GET" -> generic.get(id);
            case "PUT" -> generic.put(request, id);
            case "PATCH" -> generic.patch(request, id);
            case "DELETE" -> {
                var answer = generic.delete(request, id);
                blobs.forget(id);
                yield answer;
            }
            default -> throw ArmFault.notAllowed(request);
        };
    }
}
