package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.simulator.estate.StoredResource;
import java.util.UUID;

/// VMAppExtension as a resource of a machine or instance: the platform's own, there as soon as a profile is. Guarded by the simulator's lock.
final class PlatformExtension {
    private final Cloud cloud;

    PlatformExtension(Cloud cloud) {
        this.cloud = cloud;
    }

    private static ResourceId id(Machine machine) {
        return machine.id().child("extensions", GoalStates.EXTENSION);
    }

    /// A run begins: the extension is created, or updated.
    ///
    /// @param json of the machine
    void begin(Machine machine, Dynamic json) {
        boolean there = cloud.estate().find(id(machine)).isPresent();
        put(machine, json, there ? "Updating" : "Creating");
    }

    /// A run has ended.
    void end(Machine machine, Dynamic json, boolean failed) {
        put(machine, json, failed ? "Failed" : "Succeeded");
    }

    /// A run after which nothing is wanted any more has ended: it makes no extension where none was.
    void endOfNone(Machine machine, Dynamic json, boolean failed) {
        if (cloud.estate().find(id(machine)).isPresent()) {
            end(machine, json, failed);
        }
    }

    /// It is no longer under way; what it last said stays.
    ///
    /// @param failed whether that was a failure
    void settle(Machine machine, boolean failed) {
        cloud.estate()
                .update(
                        id(machine),
                        json -> GoalStates.provisioning(json, failed ? "Failed" : "Succeeded"));
    }

    private void put(Machine machine, Dynamic json, String provisioningState) {
        var id = id(machine);
        cloud.estate()
                .put(
                        Dynamic.bag()
                                .put("id", id.text())
                                .put("name", GoalStates.EXTENSION)
                                .put("type", machine.id().type().text() + "/extensions")
                                .put("location", json.get("location"))
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put("publisher", "Microsoft.CPlat.Core")
                                                .put(
                                                        "type",
                                                        InstanceViews.handler(
                                                                machine.system()
                                                                        == OperatingSystem.WINDOWS))
                                                .put("typeHandlerVersion", "1.0")
                                                .put("autoUpgradeMinorVersion", true)
                                                .put("forceUpdateTag", tag(id))
                                                .put("provisioningState", provisioningState)
                                                .put("settings", Dynamic.EMPTY_BAG)
                                                .build())
                                .build());
    }

    /// Another one with every write, the same for a seed.
    private String tag(ResourceId extension) {
        long writes = cloud.estate().find(extension).map(StoredResource::revision).orElse(0L);
        return new UUID(
                        (long) extension.key().hashCode() << 32 | 0x4000L,
                        0x8000000000000000L | writes)
                .toString();
    }
}
