package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// POST `{group}/moveResources`: resources get another group, all of them or none; `validateMoveResources` asks whether they could. A machine with VM applications does
/// not move (vm-applications.md section 2).
///
/// Source: resources-2024-07-01, Resources_MoveResources and Resources_ValidateMoveResources.
final class Moves {
    private static final String GROUP = "Microsoft.Resources/subscriptions/resourceGroups";

    private final Cloud cloud;

    private final Access access;
    private final Locks locks;
    private final DataDisks disks;

    Moves(Cloud cloud, Access access, Locks locks, DataDisks disks) {
        this.disks = disks;
        this.access = access;
        this.locks = locks;
        this.cloud = cloud;
    }

    /// What is moved where.
    private record Plan(ResourceId group, ResourceId target, List<StoredResource> moved) {
        Plan {
            moved = List.copyOf(moved);
        }
    }

    ArmResponse move(ArmRequest request, String from) {
        var plan = plan(request, from);
        var places = new LinkedHashMap<ResourceId, ResourceId>();
        for (var stored : plan.moved()) {
            var below = new ArrayList<>(cloud.estate().below(stored.id()));
            below.add(stored);
            for (var resource : below) {
                var there = moved(plan.group(), plan.target(), resource.id());
                cloud.estate().move(resource.id(), there);
                places.put(resource.id(), there);
            }
        }
        disks.moved(places);
        var operation = cloud.operations().start().withoutContent();
        cloud.agenda()
                .at(
                        cloud.now().plus(cloud.settings().operationTime()),
                        new Task.Finish(operation.name));
        return accepted(request, operation, plan.group());
    }

    /// The answer is the operation's: it fails with what a move would be refused for, and nothing is moved.
    ArmResponse validate(ArmRequest request, String from) {
        var group = group(from);
        var operation = cloud.operations().start().withoutContent();
        try {
            plan(request, from);
            cloud.agenda()
                    .at(
                            cloud.now().plus(cloud.settings().operationTime()),
                            new Task.Finish(operation.name));
        } catch (ArmFault refused) {
            cloud.operations().finish(operation, refused.error());
        }
        return accepted(request, operation, group);
    }

    private ArmResponse accepted(
            ArmRequest request, Operations.Operation operation, ResourceId group) {
        return cloud.operations()
                .accepted(request, operation, group.subscriptionId().orElse(""), "global");
    }

    private ResourceId group(String from) {
        var group =
                ResourceId.tryParse(from)
                        .filter(id -> id.resourceGroup().isPresent())
                        .orElseThrow(() ->
                                new ArmFault(
                                        404, "NotFound", "'" + from + "' is no resource group."));
        cloud.requireContainer(group);
        return group;
    }

    /// @throws ArmFault when something of it cannot be moved
    private Plan plan(ArmRequest request, String from) {
        var group = group(from);
        var body = Cloud.body(request);
        var target =
                ResourceId.tryParse(body.get("targetResourceGroup").textOr(""))
                        .filter(id -> id.isOfType(GROUP))
                        .orElseThrow(() ->
                                ArmFault.badRequest(
                                        "InvalidRequestContent",
                                        "The property 'targetResourceGroup' must name a resource"
                                                + " group."));
        if (body.get("resources").items().isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidMoveResources", "The property 'resources' must name what is moved.");
        }
        var moved = new ArrayList<StoredResource>();
        for (var item : body.get("resources").items()) {
            var id =
                    ResourceId.tryParse(item.textOr(""))
                            .filter(r -> r.isUnder(group) && r.parent().isEmpty())
                            .filter(r -> !r.namespace().equalsIgnoreCase("Microsoft.Authorization"))
                            .orElseThrow(() ->
                                    ArmFault.badRequest(
                                            "InvalidMoveResources",
                                            "'"
                                                    + item.textOr("")
                                                    + "' is no resource of the group '"
                                                    + from
                                                    + "'."));
            var stored = cloud.get(id);
            if (!ApplicationProfile.ofResource(stored.json()).entries().isEmpty()) {
                throw new ArmFault(
                        409,
                        "ResourceMoveNotSupported",
                        "Moving the virtual machine '"
                                + id.name()
                                + "' is not supported while it has VM applications.");
            }
            boolean otherSubscription =
                    !target.subscriptionId()
                            .orElse("")
                            .equalsIgnoreCase(group.subscriptionId().orElse(""));
            if (otherSubscription && GalleryWrites.isGalleryType(stored.type())) {
                throw new ArmFault(
                        409,
                        "ResourceMoveNotSupported",
                        "Moving the gallery '"
                                + id.name()
                                + "' to another subscription is not supported.");
            }
            moved.add(stored);
        }
        access.require(request, target, "write");
        var into = cloud.get(target);
        if (into.properties().get("provisioningState").textOr("").equals("Deleting")) {
            throw GenericResources.beingDeleted(target);
        }
        for (var stored : moved) {
            requireMovable(request, target, stored, moved(group, target, stored.id()));
        }
        return new Plan(group, target, moved);
    }

    private static ResourceId moved(ResourceId group, ResourceId target, ResourceId id) {
        return ResourceId.parse(target.text() + id.text().substring(group.text().length()));
    }

    /// What a move takes away here and writes there needs rights, and no lock, at both places; what is there already, or under way here, is in its way.
    private void requireMovable(
            ArmRequest request, ResourceId target, StoredResource stored, ResourceId there) {
        access.require(request, stored.id(), "write");
        access.require(request, there, "write");
        locks.requireWritable(stored.id());
        locks.requireWritable(there);
        if (cloud.estate().find(there).isPresent()) {
            throw new ArmFault(
                    409,
                    "ResourceMoveConflict",
                    "A resource '"
                            + there.name()
                            + "' is in the resource group '"
                            + target.name()
                            + "' already.");
        }
        requireSettled(stored);
        // What is under way on a part would not find it at its new place.
        cloud.estate().below(stored.id()).forEach(Moves::requireSettled);
    }

    private static void requireSettled(StoredResource stored) {
        String state = stored.properties().get("provisioningState").textOr("Succeeded");
        if (!List.of("Succeeded", "Failed", "Canceled").contains(state)) {
            throw new ArmFault(
                    409,
                    "ResourceNotProvisioned",
                    "The resource '"
                            + stored.id().name()
                            + "' cannot be moved while its provisioning state is '"
                            + state
                            + "'.");
        }
    }
}
