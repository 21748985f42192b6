package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Data disks of machines and uniform instances: `attachDetachDataDisks`, whose a disk is, and what becomes of it when its machine goes. Guarded by the simulator's lock.
///
/// Source: compute-virtualMachine-2024-07-01, VirtualMachines_AttachDetachDataDisks; the codes of refusals are Azure's for disks of models.
final class DataDisks {
    private static final String DISK = "Microsoft.Compute/disks";
    private static final String OWNER = "managedBy";

    /// Logical units of a machine's disks are numbered below it.
    private static final int LUNS = 64;

    private final Cloud cloud;

    DataDisks(Cloud cloud) {
        this.cloud = cloud;
    }

    /// POST `{machine}/attachDetachDataDisks`: detached first, so that a unit's number can be used again. Done at once, and answered with the storage profile.
    ArmResponse attachDetach(ArmRequest request, ResourceId id) {
        var machine = cloud.get(id);
        var body = Cloud.body(request);
        var attach = entries(body, "dataDisksToAttach");
        var detach = entries(body, "dataDisksToDetach");
        if (attach.isEmpty() && detach.isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "Required parameter 'dataDisksToAttach' or 'dataDisksToDetach' is missing"
                            + " (null).");
        }
        var disks = new ArrayList<>(disks(machine));
        for (var entry : detach) {
            var disk = id(entry);
            ProfileCheck.require(
                    disks.removeIf(known -> isDisk(known, disk)),
                    "dataDisksToDetach.diskId",
                    entry.get("diskId"),
                    "a data disk of '" + id.name() + "'");
        }
        for (var entry : attach) {
            disks.add(attached(machine, entry, disks));
        }
        var storage = machine.properties().get("storageProfile");
        var profile =
                (storage instanceof Dynamic.Bag ? storage : Dynamic.EMPTY_BAG)
                        .with("dataDisks", Dynamic.array(disks));
        var written =
                cloud.estate()
                        .put(
                                machine.json()
                                        .with(
                                                "properties",
                                                machine.properties()
                                                        .with("storageProfile", profile)));
        follow(Optional.of(machine), Optional.of(written));
        return ArmResponse.of(200, profile);
    }

    private static List<Dynamic> entries(Dynamic body, String member) {
        var entries = body.get(member);
        ProfileCheck.require(
                entries.isNull() || entries instanceof Dynamic.Array, member, entries, "an array");
        return entries.items();
    }

    private static List<Dynamic> disks(StoredResource machine) {
        return machine.properties().path("storageProfile", "dataDisks").items();
    }

    private static ResourceId id(Dynamic entry) {
        return ResourceId.tryParse(entry.get("diskId").textOr(""))
                .filter(id -> id.isOfType(DISK))
                .orElseThrow(() ->
                        ArmFault.badRequest(
                                "InvalidParameter",
                                "The value '"
                                        + entry.get("diskId").textOr("")
                                        + "' of parameter 'diskId' is no id of a managed disk."));
    }

    private static boolean isDisk(Dynamic dataDisk, ResourceId disk) {
        return dataDisk.path("managedDisk", "id").textOr("").equalsIgnoreCase(disk.text());
    }

    private Dynamic attached(StoredResource machine, Dynamic entry, List<Dynamic> there) {
        var id = id(entry);
        // A disk of a subscription that is not here is taken as good.
        var disk =
                cloud.estate().hasContainer(id)
                        ? cloud.get(id).json()
                        : Dynamic.bag().put("id", id.text()).build();
        String owner = disk.get(OWNER).textOr("");
        if (there.stream().anyMatch(known -> isDisk(known, id))
                || !owner.isEmpty() && !owner.equalsIgnoreCase(machine.id().text())) {
            throw new ArmFault(
                    409,
                    "ConflictingUserInput",
                    "Disk '"
                            + id.text()
                            + "' cannot be attached as the disk is already owned by VM '"
                            + (owner.isEmpty() ? machine.id().text() : owner)
                            + "'.");
        }
        String region = machine.json().get("location").textOr("");
        ProfileCheck.require(
                disk.get("location").isNull()
                        || Location.same(disk.get("location").textOr(""), region),
                "diskId",
                entry.get("diskId"),
                "a disk in the region of the machine, " + region);
        String account = disk.path("sku", "name").textOr("");
        var managed = Dynamic.bag().put("id", id.text());
        if (!account.isEmpty()) {
            managed.put("storageAccountType", account);
        }
        if (!entry.get("diskEncryptionSet").isNull()) {
            managed.put("diskEncryptionSet", entry.get("diskEncryptionSet"));
        }
        var out =
                Dynamic.bag()
                        .put("lun", unit(entry, there))
                        .put("name", id.name())
                        .put("createOption", "Attach")
                        .put(
                                "caching",
                                entry.get("caching")
                                        .textOr(
                                                account.startsWith("Premium")
                                                        ? "ReadOnly"
                                                        : "None"))
                        .put("managedDisk", managed.build())
                        .put("deleteOption", entry.get("deleteOption").textOr("Detach"));
        if (!disk.path("properties", "diskSizeGB").isNull()) {
            out.put("diskSizeGB", disk.path("properties", "diskSizeGB"));
        }
        if (!entry.get("writeAcceleratorEnabled").isNull()) {
            out.put("writeAcceleratorEnabled", entry.get("writeAcceleratorEnabled"));
        }
        return out.build();
    }

    /// The number that is asked for, or the lowest that is free.
    private static long unit(Dynamic entry, List<Dynamic> there) {
        var taken = new HashSet<Long>();
        there.forEach(disk -> taken.add(disk.get("lun").longOr(-1)));
        var asked = entry.get("lun");
        long unit = asked.longOr(0);
        while (asked.isNull() && taken.contains(unit)) {
            unit++;
        }
        ProfileCheck.require(
                (asked.isNull() || asked instanceof Dynamic.Whole)
                        && unit >= 0
                        && unit < LUNS
                        && !taken.contains(unit),
                "lun",
                Dynamic.of(unit),
                "the number of a free logical unit below " + LUNS);
        return unit;
    }

    /// A machine was written, or is gone: disks that it names now are its own, those that it names no more are nobody's, or go with it where it says so.
    ///
    /// @param after empty when the machine is gone
    void follow(Optional<StoredResource> before, Optional<StoredResource> after) {
        var was = named(before);
        var is = named(after);
        if (was.keySet().equals(is.keySet())) {
            return;
        }
        for (var disk : was.entrySet()) {
            if (is.containsKey(disk.getKey())) {
                continue;
            }
            if (after.isEmpty()
                    && disk.getValue().get("deleteOption").textOr("").equalsIgnoreCase("Delete")) {
                cloud.estate().remove(disk.getKey());
            } else {
                cloud.estate()
                        .update(
                                disk.getKey(),
                                json ->
                                        json.get(OWNER).textOr("").equalsIgnoreCase(owner(before))
                                                ? inState(json.without(OWNER), "Unattached")
                                                : json);
            }
        }
        for (var disk : newcomers(was.keySet(), is.keySet())) {
            cloud.estate()
                    .update(
                            disk,
                            json ->
                                    inState(
                                            json.with(OWNER, Dynamic.of(owner(after))),
                                            "Attached"));
        }
    }

    private static List<ResourceId> newcomers(Set<ResourceId> was, Set<ResourceId> is) {
        return is.stream().filter(disk -> !was.contains(disk)).toList();
    }

    private static String owner(Optional<StoredResource> machine) {
        return machine.map(StoredResource::id).map(ResourceId::text).orElse("");
    }

    private static Dynamic inState(Dynamic disk, String state) {
        var properties = disk.get("properties");
        return disk.with(
                "properties",
                (properties instanceof Dynamic.Bag ? properties : Dynamic.EMPTY_BAG)
                        .with("diskState", Dynamic.of(state)));
    }

    private static Map<ResourceId, Dynamic> named(Optional<StoredResource> machine) {
        var out = new HashMap<ResourceId, Dynamic>();
        machine.map(DataDisks::disks).orElse(List.of()).stream()
                .filter(disk -> !disk.path("managedDisk", "id").isNull())
                .forEach(disk ->
                        ResourceId.tryParse(disk.path("managedDisk", "id").textOr(""))
                                .ifPresent(id -> out.put(id, disk)));
        return out;
    }

    /// Refuses that a disk goes which a machine has.
    void requireUnattached(ResourceId disk) {
        var owner =
                cloud.estate()
                        .find(disk)
                        .flatMap(stored -> ResourceId.tryParse(stored.json().get(OWNER).textOr("")))
                        .flatMap(cloud.estate()::find);
        if (owner.isPresent()) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "Disk " + disk.name() + " is attached to VM " + owner.get().id().text() + ".");
        }
    }
}
