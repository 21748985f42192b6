package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;

/// Where versions of images and of applications are replicated to, when a publishing profile does not say.
final class TargetRegions {
    private TargetRegions() {}

    /// The home region alone, with the profile's own replica count and storage.
    static Dynamic ofHome(Dynamic publishing, String home) {
        return Dynamic.array(
                Dynamic.bag()
                        .put("name", home)
                        .put("regionalReplicaCount", publishing.get("replicaCount").longOr(1))
                        .put(
                                "storageAccountType",
                                publishing.get("storageAccountType").textOr("Standard_LRS"))
                        .build());
    }
}
