package io.muster.remediation.plan.application;

import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.LatestResolver;

/// Port: the galleries as the inventory has them now.
@FunctionalInterface
public interface Fleet {
    /// Says which versions machines get, and what Azure would refuse.
    DeploymentCheck check();

    default LatestResolver resolver() {
        return check().resolver();
    }
}
