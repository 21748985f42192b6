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
import java.util.stream.Stream;

/// Data disks of machines and uniform instances: `attachDetachDataDisks`, whose a disk is, and what becomes of it when its machine goes. Guarded by the simulator's lock.
///
/// Source: compute-virtualMachine-2024-07-01, VirtualMachines_AttachDetachDataDisks; the codes of refusals are Azure's for disks of models.
final class DataDisks {
    private static final String DISK = "Microsoft.Compute/disks";
    private static final String OWNER = "managedBy";

    /// Logical units of a machine's disks are numbered below it.
    private static final int LUNS = 64;

    private final Cloud cloud;
    private final Access access;
    private final Locks locks;

    DataDisks(Cloud cloud, Access access, Locks locks) {
        this.cloud = cloud;
        this.access = access;
        this.locks = locks;
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
            disks.add(attached(request, machine, entry, disks));
        }
        var written = put(machine, disks);
        follow(Optional.of(machine), Optional.of(written));
        return ArmResponse.of(200, written.properties().get("storageProfile"));
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

    /// Refuses a model that names a disk which it did not name before, and another machine has or the caller has no right to: what a machine has can be read in its
    /// guest, and may go with it.
    ///
    /// @param before null value for a new machine
    void requireFree(ArmRequest request, ResourceId machine, Dynamic before, Dynamic properties) {
        var had = ids(before);
        for (var id : ids(properties)) {
            var disk = cloud.estate().find(id);
            if (disk.isPresent() && !had.contains(id)) {
                access.requireLinked(request, machine, DISK + "/write", id);
                requireFree(machine, disk.get().json(), id);
            }
        }
    }

    private static Set<ResourceId> ids(Dynamic properties) {
        var storage = properties.get("storageProfile");
        var out = new HashSet<ResourceId>();
        Stream.concat(Stream.of(storage.get("osDisk")), storage.get("dataDisks").items().stream())
                .map(disk -> disk.path("managedDisk", "id").textOr(""))
                .flatMap(id -> ResourceId.tryParse(id).stream())
                .forEach(out::add);
        return out;
    }

    private void requireFree(ResourceId machine, Dynamic disk, ResourceId id) {
        var owner = owner(disk).map(StoredResource::id).filter(known -> !known.equals(machine));
        if (owner.isPresent()) {
            throw alreadyOwned(id, owner.get());
        }
    }

    /// The machine that has a disk; empty when it is gone.
    private Optional<StoredResource> owner(Dynamic disk) {
        return ResourceId.tryParse(disk.get(OWNER).textOr("")).flatMap(cloud.estate()::find);
    }

    private static ArmFault alreadyOwned(ResourceId disk, ResourceId machine) {
        return new ArmFault(
                409,
                "ConflictingUserInput",
                "Disk '"
                        + disk.text()
                        + "' cannot be attached as the disk is already owned by VM '"
                        + machine.text()
                        + "'.");
    }

    private Dynamic attached(
            ArmRequest request, StoredResource machine, Dynamic entry, List<Dynamic> there) {
        var id = id(entry);
        Dynamic disk = Dynamic.bag().put("id", id.text()).build();
        // One of a subscription that is not here is taken as good.
        if (cloud.estate().hasContainer(id)) {
            access.requireLinked(request, machine.id(), DISK + "/write", id);
            disk = cloud.get(id).json();
        }
        requireFree(machine.id(), disk, id);
        if (there.stream().anyMatch(known -> isDisk(known, id))) {
            throw alreadyOwned(id, machine.id());
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
                    && disk.getValue().get("deleteOption").textOr("").equalsIgnoreCase("Delete")
                    && isOwned(disk.getKey(), owner(before))
                    && locks.isDeletable(disk.getKey())) {
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

    private boolean isOwned(ResourceId disk, String machine) {
        return cloud.estate()
                .find(disk)
                .filter(known -> known.json().get(OWNER).textOr("").equalsIgnoreCase(machine))
                .isPresent();
    }

    /// Machines and disks were moved: they go on naming each other.
    ///
    /// @param places where each was, and where it is
    void moved(Map<ResourceId, ResourceId> places) {
        places.forEach((from, to) -> {
            for (var disk : named(cloud.estate().find(to)).keySet()) {
                var at = places.getOrDefault(disk, disk);
                if (isOwned(at, from.text())) {
                    cloud.estate().update(at, json -> json.with(OWNER, Dynamic.of(to.text())));
                }
            }
        });
        for (var place : places.entrySet()) {
            if (place.getKey().isOfType(DISK)) {
                cloud.estate()
                        .find(place.getValue())
                        .flatMap(disk -> owner(disk.json()))
                        .ifPresent(machine -> rename(machine, place.getKey(), place.getValue()));
            }
        }
    }

    /// A machine's disk has another id.
    private void rename(StoredResource machine, ResourceId from, ResourceId to) {
        var disks =
                disks(machine).stream()
                        .map(disk ->
                                isDisk(disk, from)
                                        ? disk.with(
                                                "managedDisk",
                                                disk.get("managedDisk")
                                                        .with("id", Dynamic.of(to.text())))
                                        : disk)
                        .toList();
        put(machine, disks);
    }

    /// The machine with these disks alone.
    private StoredResource put(StoredResource machine, List<Dynamic> disks) {
        var storage = machine.properties().get("storageProfile");
        var profile =
                (storage instanceof Dynamic.Bag ? storage : Dynamic.EMPTY_BAG)
                        .with("dataDisks", Dynamic.array(disks));
        var properties = machine.properties().with("storageProfile", profile);
        return cloud.estate().put(machine.json().with("properties", properties));
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
        var owner = cloud.estate().find(disk).flatMap(stored -> owner(stored.json()));
        if (owner.isPresent()) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "Disk " + disk.name() + " is attached to VM " + owner.get().id().text() + ".");
        }
    }
}
