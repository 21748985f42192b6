package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.List;
import java.util.Optional;

/// What of a machine's model a caller cannot write, or cannot write any more, and what must be there for it.
///
/// Source: compute-virtualMachine-2024-07-01.
final class MachineRules {
    /// Read only: the platform says it.
    private static final List<String> TOLD =
            List.of("instanceView", "vmId", "timeCreated", "provisioningState");

    private final Cloud cloud;

    MachineRules(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Of a body's properties what a caller can write, whatever the case of its names.
    static Dynamic writable(Dynamic properties) {
        Dynamic out = properties;
        for (String name : properties.members().keySet()) {
            if (TOLD.stream().anyMatch(name::equalsIgnoreCase)) {
                out = out.without(name);
            }
        }
        return out;
    }

    /// Refuses another system for a disk that is there, another image than the one it was made of, and a set that is not.
    ///
    /// @param before null value for a new machine
    /// @return the properties, with the system of the disk and its image where a body leaves them out
    Dynamic checked(Dynamic before, Dynamic properties) {
        return withSystem(before, withImage(before, properties));
    }

    /// What names an image; its exact version is told by the platform.
    private static final List<String> IMAGE =
            List.of(
                    "id",
                    "publisher",
                    "offer",
                    "sku",
                    "version",
                    "sharedGalleryImageId",
                    "communityGalleryImageId");

    private static Dynamic withImage(Dynamic before, Dynamic properties) {
        var was = before.path("storageProfile", "imageReference");
        if (!(was instanceof Dynamic.Bag)) {
            return properties;
        }
        var storage = properties.get("storageProfile");
        var is = storage.get("imageReference");
        if (is.isNull()) {
            return properties.with("storageProfile", bag(storage).with("imageReference", was));
        }
        for (String member : IMAGE) {
            if (!is.get(member).textOr("").equalsIgnoreCase(was.get(member).textOr(""))) {
                throw unchangeable("imageReference");
            }
        }
        return properties;
    }

    private static ArmFault unchangeable(String property) {
        return new ArmFault(
                409,
                Dynamic.bag()
                        .put("code", "PropertyChangeNotAllowed")
                        .put("target", property)
                        .put("message", "Changing property '" + property + "' is not allowed.")
                        .build());
    }

    private Dynamic withSystem(Dynamic before, Dynamic properties) {
        requireSet(before, properties, "availabilitySet", "Availability Set");
        requireSet(before, properties, "virtualMachineScaleSet", "Virtual Machine Scale Set");
        String was = system(before);
        String is = system(properties);
        if (was.isEmpty() || is.equalsIgnoreCase(was)) {
            return properties;
        }
        if (!is.isEmpty()) {
            throw unchangeable("osDisk.osType");
        }
        var storage = properties.get("storageProfile");
        return properties.with(
                "storageProfile",
                bag(storage)
                        .with(
                                "osDisk",
                                bag(storage.get("osDisk")).with("osType", Dynamic.of(was))));
    }

    private static Dynamic bag(Dynamic value) {
        return value instanceof Dynamic.Bag ? value : Dynamic.EMPTY_BAG;
    }

    private static String system(Dynamic properties) {
        return properties
                .getIgnoreCase("storageProfile")
                .getIgnoreCase("osDisk")
                .getIgnoreCase("osType")
                .textOr("");
    }

    /// What a machine was in already it may stay in, whether the estate has it or not.
    private void requireSet(Dynamic before, Dynamic properties, String member, String called) {
        String id = set(properties, member);
        if (id.isEmpty() || id.equalsIgnoreCase(set(before, member))) {
            return;
        }
        Optional<StoredResource> known = ResourceId.tryParse(id).flatMap(cloud.estate()::find);
        if (known.isEmpty()) {
            throw new ArmFault(404, "NotFound", called + " '" + id + "' cannot be found.");
        }
        if (member.equals("virtualMachineScaleSet")
                && !ScaleSetInstances.isFlexible(known.get().json())) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + id
                            + "' of parameter 'virtualMachineScaleSet.id' is invalid: a machine is"
                            + " put into a set of flexible orchestration alone.");
        }
    }

    private static String set(Dynamic properties, String member) {
        return properties.getIgnoreCase(member).getIgnoreCase("id").textOr("");
    }
}
