package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/// How many instances scale sets have, and what is done to them beside the model: reimage, reapply, delete. Guarded by the simulator's lock.
///
/// Source: compute-virtualMachineScaleSet-2024-07-01.
final class ScaleSetInstances {
    private static final int FROM_GALLERY = 1_000;
    private static final int FROM_MANAGED_IMAGE = 600;

    private final Cloud cloud;
    private final GoalStates goals;

    ScaleSetInstances(Cloud cloud, GoalStates goals) {
        this.cloud = cloud;
        this.goals = goals;
    }

    static boolean isFlexible(Dynamic set) {
        return set.path("properties", "orchestrationMode").textOr("").equalsIgnoreCase("Flexible");
    }

    /// Refuses more instances than Azure has for a set: 1,000 from a gallery image, 600 from a managed one.
    static void check(Dynamic set) {
        long capacity = set.path("sku", "capacity").longOr(0);
        boolean managed =
                ResourceId.tryParse(
                                set.path(
                                                "properties",
                                                "virtualMachineProfile",
                                                "storageProfile",
                                                "imageReference",
                                                "id")
                                        .textOr(""))
                        .filter(id -> id.isOfType("microsoft.compute/images"))
                        .isPresent();
        int most = managed ? FROM_MANAGED_IMAGE : FROM_GALLERY;
        if (capacity < 0 || capacity > most) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value "
                            + capacity
                            + " of parameter 'sku.capacity' is out of range. The value must be"
                            + " between 0 and "
                            + most
                            + ", inclusive.");
        }
    }

    /// Adds or takes away what a changed capacity asks for. New instances have the model from the start.
    void scale(ResourceId set, Dynamic before, Dynamic after) {
        var wanted = after.path("sku", "capacity");
        if (!(wanted instanceof Dynamic.Whole(var count))
                || wanted.equals(before.path("sku", "capacity"))) {
            return;
        }
        boolean flexible = isFlexible(after);
        var there = flexible ? members(set) : uniform(set);
        for (int i = there.size() - 1; i >= count; i--) {
            remove(there.get(i).id());
        }
        long next = there.stream().mapToLong(i -> number(i.id().name())).max().orElse(-1) + 1;
        for (int i = there.size(); i < count; i++) {
            if (flexible) {
                addMember(set, after);
            } else {
                addUniform(set, after, next++);
            }
        }
    }

    /// In the order of their numbers.
    List<StoredResource> uniform(ResourceId set) {
        var all = new ArrayList<>(cloud.estate().below(set, Machine.INSTANCE_TYPE));
        all.sort((a, b) -> Long.compare(number(a.id().name()), number(b.id().name())));
        return all;
    }

    private static long number(String instance) {
        return instance.matches("\\d{1,18}") ? Long.parseLong(instance) : -1;
    }

    /// The machines of a flexible set: in its group, by name.
    private List<StoredResource> members(ResourceId set) {
        return cloud.estate().below(ResourceId.parse(set.scope().id()), Machine.VM_TYPE).stream()
                .filter(vm ->
                        vm.properties()
                                .path("virtualMachineScaleSet", "id")
                                .textOr("")
                                .equalsIgnoreCase(set.text()))
                .toList();
    }

    private void addUniform(ResourceId set, Dynamic json, long number) {
        var id = set.child("virtualMachines", Long.toString(number));
        var profile = json.path("properties", "virtualMachineProfile");
        String name = set.name() + "_" + number;
        cloud.estate()
                .put(
                        Dynamic.bag()
                                .put("id", id.text())
                                .put("name", name)
                                .put("type", ScaleSetWrites.TYPE + "/virtualMachines")
                                .put("location", json.get("location"))
                                .put("instanceId", Long.toString(number))
                                .put("sku", json.get("sku").without("capacity"))
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put("latestModelApplied", true)
                                                .put("vmId", machineId(id))
                                                .put("timeCreated", cloud.now().toString())
                                                .put("provisioningState", "Creating")
                                                .put(
                                                        "storageProfile",
                                                        bag(profile.get("storageProfile")))
                                                .put(
                                                        "osProfile",
                                                        bag(profile.get("osProfile"))
                                                                .without("computerNamePrefix")
                                                                .with(
                                                                        "computerName",
                                                                        Dynamic.of(name)))
                                                .put("instanceView", MachineWrites.freshView(name))
                                                .build())
                                .build());
        cloud.agenda().at(due(), new Task.ApplyInstance(set, id, true));
    }

    private void addMember(ResourceId set, Dynamic json) {
        // Counted, so no two have the same name, whenever they came.
        String operation = cloud.operations().start().name;
        String name =
                String.format(
                        Locale.ROOT, "%s_%08x", set.name(), (set.key() + operation).hashCode());
        var id =
                ResourceId.parse(
                        set.scope().id() + "/providers/" + MachineWrites.TYPE + "/" + name);
        var profile = json.path("properties", "virtualMachineProfile");
        var properties = Dynamic.bag().put("vmId", machineId(id));
        for (String part :
                new String[] {
                    "storageProfile", "networkProfile", "securityProfile", "applicationProfile"
                }) {
            if (!profile.get(part).isNull()) {
                properties.put(part, profile.get(part));
            }
        }
        properties
                .put(
                        "osProfile",
                        bag(profile.get("osProfile"))
                                .without("computerNamePrefix")
                                .with("computerName", Dynamic.of(name)))
                .put("virtualMachineScaleSet", Dynamic.bag().put("id", set.text()).build())
                .put("timeCreated", cloud.now().toString())
                .put("provisioningState", "Creating")
                .put("instanceView", MachineWrites.freshView(name));
        var machine =
                Dynamic.bag()
                        .put("id", id.text())
                        .put("name", name)
                        .put("type", MachineWrites.TYPE)
                        .put("location", json.get("location"))
                        .put("properties", properties.build())
                        .build();
        cloud.estate().put(machine);
        goals.announce(id, machine);
        cloud.agenda().at(due(), new Task.ApplyMachine(id, operation));
    }

    private Instant due() {
        return cloud.now()
                .plus(cloud.settings().operationTime())
                .plus(cloud.settings().guestTime());
    }

    private String machineId(ResourceId id) {
        return new UUID(id.key().hashCode(), cloud.settings().seed()).toString();
    }

    private static Dynamic bag(Dynamic value) {
        return value.isNull() ? Dynamic.EMPTY_BAG : value;
    }

    /// Lets chosen instances build their goal state anew.
    ///
    /// @param anew whether their disks are (a reimage): the guest begins with nothing
    void apply(ResourceId set, List<StoredResource> chosen, boolean anew) {
        var due = due();
        for (var instance : chosen) {
            cloud.estate()
                    .put(
                            instance.json()
                                    .with(
                                            "properties",
                                            instance.properties()
                                                    .with(
                                                            "provisioningState",
                                                            Dynamic.of("Updating"))));
            cloud.agenda().at(due, new Task.ApplyInstance(set, instance.id(), anew));
        }
    }

    /// Takes instances away; the set's capacity follows.
    void delete(ResourceId set, List<StoredResource> chosen) {
        chosen.forEach(instance -> remove(instance.id()));
        cloud.estate()
                .update(
                        set,
                        json ->
                                json.path("sku", "capacity").isNull()
                                        ? json
                                        : json.with(
                                                "sku",
                                                json.get("sku")
                                                        .with(
                                                                "capacity",
                                                                Dynamic.of(uniform(set).size()))));
    }

    private void remove(ResourceId instance) {
        cloud.estate().below(instance).stream()
                .map(StoredResource::id)
                .toList()
                .forEach(cloud.estate()::remove);
        cloud.estate().remove(instance);
        goals.forget(instance);
    }
}
