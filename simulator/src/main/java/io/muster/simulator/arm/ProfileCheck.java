package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.VmApplicationErrors;
import java.util.List;
import java.util.Optional;

/// What a write of a model with a profile is refused for: whom the galleries are open to first, then the profile itself.
final class ProfileCheck {
    private static final String PROFILE = "applicationProfile";
    private static final String LIST = "galleryApplications";

    private final Cloud cloud;
    private final Access access;
    private final Blobs blobs;

    ProfileCheck(Cloud cloud, Access access, Blobs blobs) {
        this.cloud = cloud;
        this.blobs = blobs;
        this.access = access;
    }

    /// Of a PATCH, the profile's holder: a null is no profile that was sent; an empty list is one.
    static Dynamic unchangedWhereNull(Dynamic holder) {
        Dynamic out = holder;
        for (var member : holder.members().entrySet()) {
            if (!member.getKey().equalsIgnoreCase(PROFILE)) {
                continue;
            }
            var profile = member.getValue();
            if (profile.isNull()) {
                out = out.without(member.getKey());
                continue;
            }
            for (var inner : profile.members().entrySet()) {
                if (inner.getKey().equalsIgnoreCase(LIST) && inner.getValue().isNull()) {
                    out = out.with(member.getKey(), profile.without(inner.getKey()));
                }
            }
        }
        return out;
    }

    /// Refuses a profile whose members are not of their types.
    ///
    /// @param holder a machine's `properties`, or a set's `virtualMachineProfile`
    ///
    /// Source: compute-virtualMachine-2024-07-01, ApplicationProfile and VMGalleryApplication.
    static void requireForm(Dynamic holder) {
        var profile = holder.getIgnoreCase(PROFILE);
        require(profile.isNull() || profile instanceof Dynamic.Bag, PROFILE, profile, "an object");
        var list = profile.getIgnoreCase(LIST);
        String at = PROFILE + "." + LIST;
        require(list.isNull() || list instanceof Dynamic.Array, at, list, "an array");
        for (var entry : list.items()) {
            require(entry instanceof Dynamic.Bag, at, entry, "an array of objects");
            var order = entry.getIgnoreCase("order");
            require(
                    order.isNull()
                            || order instanceof Dynamic.Whole(var value) && value == (int) value,
                    at + ".order",
                    order,
                    "an int32");
            for (String text : List.of("packageReferenceId", "configurationReference", "tags")) {
                var value = entry.getIgnoreCase(text);
                require(
                        value.isNull() || value instanceof Dynamic.Text,
                        at + "." + text,
                        value,
                        "a string");
            }
            for (String flag :
                    List.of("treatFailureAsDeploymentFailure", "enableAutomaticUpgrade")) {
                var value = entry.getIgnoreCase(flag);
                require(
                        value.isNull() || value instanceof Dynamic.Bool,
                        at + "." + flag,
                        value,
                        "a boolean");
            }
        }
    }

    /// Refuses a value that is not of its type.
    static void require(boolean holds, String parameter, Dynamic value, String type) {
        if (!holds) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + value.asText().orElseGet(() -> Json.write(value))
                            + "' of parameter '"
                            + parameter
                            + "' is invalid: "
                            + type
                            + " is expected.");
        }
    }

    /// Refuses what begins anew with a profile whose versions are no longer to be had.
    void requireThere(Machine machine) {
        new DeploymentCheck(cloud.resolver(), cloud.settings().limits())
                .refuse(machine.profile(), machine.location(), machine.system())
                .ifPresent(error -> {
                    throw ArmFault.of(error);
                });
    }

    void check(ArmRequest request, Machine machine) {
        for (var entry : machine.profile().entries()) {
            entry.reference()
                    .flatMap(reference -> unreachable(request, reference, machine.id()))
                    .ifPresent(error -> {
                        throw ArmFault.of(error);
                    });
        }
        requireThere(machine);
        // A machine reads its own configuration; no gallery's identity helps it.
        for (var entry : machine.profile().entries()) {
            String link = entry.configurationReference();
            if (!link.isEmpty()) {
                blobs.unreadable(link)
                        .ifPresent(error -> {
                            throw ArmFault.of(error);
                        });
            }
        }
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
