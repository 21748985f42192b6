package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.VmApplicationErrors;
import java.util.Optional;

/// What a write of a model with a profile is refused for: whom the galleries are open to first, then the profile itself.
final class ProfileCheck {
    private final Cloud cloud;
    private final Access access;

    ProfileCheck(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    void check(ArmRequest request, Machine machine) {
        for (var entry : machine.profile().entries()) {
            entry.reference()
                    .flatMap(reference -> unreachable(request, reference, machine.id()))
                    .ifPresent(error -> {
                        throw ArmFault.of(error);
                    });
        }
        new DeploymentCheck(cloud.resolver(), cloud.settings().limits())
                .refuse(machine.profile(), machine.location(), machine.system())
                .ifPresent(error -> {
                    throw ArmFault.of(error);
                });
    }

    private Optional<AzureError> unreachable(
            ArmRequest request, ApplicationReference reference, ResourceId machine) {
        String subscription = reference.subscriptionId();
        var galleries = cloud.estate().galleries();
        boolean any =
                galleries.application(reference.applicationId()).isPresent()
                        || galleries.applications().stream()
                                .anyMatch(a ->
                                        a.id().subscriptionId()
                                                .filter(subscription::equalsIgnoreCase)
                                                .isPresent());
        if (!any) {
            return Optional.of(VmApplicationErrors.noStorageAccount());
        }
        return access.canUse(Tokens.caller(request), reference, machine)
                ? Optional.empty()
                : Optional.of(VmApplicationErrors.notAuthorized());
    }
}
