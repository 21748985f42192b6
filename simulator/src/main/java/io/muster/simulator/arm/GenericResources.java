package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Resources of types without rules of their own, resource groups, subscriptions, and lists of every type.
final class GenericResources {
    private static final String GROUP = "microsoft.resources/subscriptions/resourcegroups";
    private static final Set<String> WRITES = Set.of("PUT", "PATCH", "POST");

    private final Cloud cloud;
    private final Admission admission;
    private final Access access;
    private final Identities identities;
    private final RoleObjects roles;

    GenericResources(Cloud cloud, Admission admission, Access access, Identities identities) {
        this.identities = identities;
        this.admission = admission;
        this.access = access;
        this.cloud = cloud;
        this.roles = new RoleObjects(cloud, access);
    }

    ArmResponse roles(ArmRequest request) {
        return roles.list(request);
    }

    boolean isThere(ResourceId id) {
        return cloud.estate().find(id).isPresent() || roles.builtIn(id).isPresent();
    }

    ArmResponse get(ResourceId id) {
        var builtIn = roles.builtIn(id);
        if (builtIn.isPresent()) {
            return ArmResponse.of(200, builtIn.get());
        }
        var stored = cloud.get(id);
        return ArmResponse.of(200, shown(stored)).with("ETag", stored.etag());
    }

    /// ARM itself calls groups and subscriptions by other names than Resource Graph.
    private static Dynamic shown(StoredResource stored) {
        var json = stored.json();
        return switch (stored.type()) {
            case GROUP -> json.with("type", Dynamic.of("Microsoft.Resources/resourceGroups"));
            case "microsoft.resources/subscriptions" ->
                    Dynamic.bag()
                            .put("id", json.get("id"))
                            .put("subscriptionId", json.get("subscriptionId"))
                            .put("tenantId", json.get("tenantId"))
                            .put("displayName", json.get("name"))
                            .put("state", json.path("properties", "state"))
                            .put("tags", json.get("tags"))
                            .build();
            default ->
                    json.path("properties", "instanceView").isNull()
                            ? json
                            : json.with(
                                    "properties", json.get("properties").without("instanceView"));
        };
    }

    ArmResponse put(ArmRequest request, ResourceId id) {
        RoleObjects.requireWritable(request, id);
        boolean group = id.isOfType(GROUP);
        cloud.requireContainer(
                group ? ResourceId.parse("/subscriptions/" + id.subscriptionId().orElse("")) : id);
        cloud.requireParent(id);
        var stored = cloud.estate().find(id);
        Cloud.requireMatch(request, stored);
        var body = Cloud.body(request);
        String type =
                group ? "Microsoft.Resources/subscriptions/resourceGroups" : id.type().toString();
        var json = Cloud.named(id, type, body);
        if (group) {
            BodyForm.requireLocation(json);
        }
        if (group
                && stored.isPresent()
                && !Location.same(
                        stored.get().json().get("location").textOr(""),
                        json.get("location").textOr(""))) {
            throw new ArmFault(
                    409,
                    "InvalidResourceGroupLocation",
                    "Invalid resource group location '"
                            + json.get("location").textOr("")
                            + "'. The Resource group already exists in location '"
                            + stored.get().json().get("location").textOr("")
                            + "'.");
        }
        if (group && json.get("properties").isNull()) {
            json = json.with("properties", Dynamic.EMPTY_BAG);
        }
        PolicyObjects.check(id, json);
        Locks.checkLevel(id, json);
        if (RoleObjects.isRoleObject(id)) {
            var put = cloud.estate().put(admission.admit(request, roles.checked(id, json)));
            return ArmResponse.of(201, shown(put)).with("ETag", put.etag());
        }
        json = identities.checked(request, id, json, stored);
        var put = cloud.estate().put(withoutSecrets(withSuccess(admission.admit(request, json))));
        // Definitions and assignments answer 201 whether they were there or not.
        boolean created =
                stored.isEmpty()
                        || id.isOfType(PolicyObjects.DEFINITIONS)
                        || id.isOfType(PolicyObjects.ASSIGNMENTS);
        return ArmResponse.of(created ? 201 : 200, shown(put)).with("ETag", put.etag());
    }

    ArmResponse patch(ArmRequest request, ResourceId id) {
        RoleObjects.requireWritable(request, id);
        var stored = cloud.get(id);
        if (RoleObjects.isRoleObject(id)) {
            throw new ArmFault(
                    405,
                    "MethodNotAllowed",
                    "Role definitions and assignments are written by PUT alone.");
        }
        Cloud.requireMatch(request, Optional.of(stored));
        var patch =
                BodyForm.asked(Cloud.body(request).without("id").without("name").without("type"));
        var merged = MergePatch.apply(stored.json(), patch);
        PolicyObjects.check(id, merged);
        Locks.checkLevel(id, merged);
        merged = identities.checked(request, id, merged, Optional.of(stored));
        var put = cloud.estate().put(withoutSecrets(admission.admit(request, merged)));
        return ArmResponse.of(200, shown(put)).with("ETag", put.etag());
    }

    /// Nobody reads an extension's protected settings back.
    private static Dynamic withoutSecrets(Dynamic json) {
        return json.path("properties", "protectedSettings").isNull()
                ? json
                : json.with("properties", json.get("properties").without("protectedSettings"));
    }

    private static Dynamic withSuccess(Dynamic json) {
        return json.get("properties") instanceof Dynamic.Bag
                ? json.with(
                        "properties",
                        json.get("properties").with("provisioningState", Dynamic.of("Succeeded")))
                : json;
    }

    ArmResponse delete(ArmRequest request, ResourceId id) {
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, stored);
        RoleObjects.requireWritable(request, id);
        roles.requireUnused(id);
        if (id.isOfType(GROUP)) {
            return deleteGroup(request, stored.get());
        }
        cloud.estate().below(id).stream()
                .map(StoredResource::id)
                .toList()
                .forEach(cloud.estate()::remove);
        cloud.estate().remove(id);
        // Assignments of policies and what belongs to roles are given back, and clients read them.
        return stored.get().type().equals("microsoft.authorization/policyassignments")
                        || RoleObjects.isRoleObject(id)
                ? ArmResponse.of(200, shown(stored.get()))
                : ArmResponse.empty(200);
    }

    /// A group goes later, with all that lies in it; until then it can be read, and nothing more is written there.
    private ArmResponse deleteGroup(ArmRequest request, StoredResource group) {
        var ongoing = cloud.operations().write(group.id());
        if (ongoing.isPresent()) {
            return cloud.operations().accepted(request, ongoing.get(), group);
        }
        var json = group.json();
        if (json.get("properties").isNull()) {
            json = json.with("properties", Dynamic.EMPTY_BAG);
        }
        cloud.estate().put(GoalStates.provisioning(json, "Deleting"));
        var operation = cloud.operations().startWrite(group.id());
        cloud.agenda()
                .at(
                        cloud.now().plus(cloud.settings().operationTime()),
                        new Task.Remove(group.id(), operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations().accepted(request, operation, group);
    }

    /// Refuses a write in a group that is being deleted.
    void requireGroupStays(ArmRequest request, ResourceId id) {
        if (!WRITES.contains(request.method()) || id.resourceGroup().isEmpty()) {
            return;
        }
        if (cloud.estate()
                .group(id)
                .filter(g -> g.properties().get("provisioningState").textOr("").equals("Deleting"))
                .isPresent()) {
            throw beingDeleted(id);
        }
    }

    /// @param id of a group, or of what lies in it
    static ArmFault beingDeleted(ResourceId id) {
        return new ArmFault(
                409,
                "ResourceGroupBeingDeleted",
                "The resource group '"
                        + id.resourceGroup().orElse("")
                        + "' is in deprovisioning state and cannot perform this operation.");
    }

    ArmResponse locations(ArmRequest request, ResourceId subscription) {
        cloud.requireContainer(subscription);
        return cloud.page(request, Regions.of(subscription.text()));
    }

    ArmResponse subscriptions(ArmRequest request) {
        return cloud.page(
                request,
                cloud.estate().subscriptions().stream()
                        .filter(s -> access.isVisible(Tokens.caller(request), s.id()))
                        .map(GenericResources::shown)
                        .toList());
    }

    ArmResponse tenants(ArmRequest request, String tenant) {
        return cloud.page(
                request,
                List.of(
                        Dynamic.bag()
                                .put("id", "/tenants/" + tenant)
                                .put("tenantId", tenant)
                                .build()));
    }

    /// Resources of a type at or below a scope: `{scope}/providers/N/t`, `{parent}/u`, `{subscription}/resourceGroups`.
    ///
    /// @param scope the id below which to look
    /// @param type in lower case; empty for all
    ArmResponse list(ArmRequest request, ResourceId scope, String type) {
        return list(request, scope, type, _ -> true);
    }

    /// `{subscription}/providers/N/locations/{region}/t`: those of a type in a region.
    ArmResponse listInRegion(ArmRequest request, ResourceId region, String type) {
        return list(
                request,
                ResourceId.parse("/subscriptions/" + region.subscriptionId().orElse("")),
                type,
                stored -> Location.same(stored.json().get("location").textOr(""), region.name()));
    }

    private ArmResponse list(
            ArmRequest request, ResourceId scope, String type, Predicate<StoredResource> chosen) {
        cloud.requireContainer(scope);
        boolean statusOnly =
                request.parameter("statusonly").filter("true"::equalsIgnoreCase).isPresent();
        boolean expanded =
                statusOnly
                        || request.parameter("$expand")
                                .orElse("")
                                .toLowerCase(Locale.ROOT)
                                .contains("instanceview");
        var filter = ListFilter.parse(request.parameter("$filter").orElse(""));
        String caller = Tokens.caller(request);
        var out = new ArrayList<Dynamic>();
        for (var stored : cloud.estate().below(scope)) {
            boolean container = stored.type().startsWith("microsoft.resources/");
            if (type.isEmpty() ? container : !stored.type().equals(type)) {
                continue;
            }
            if (!chosen.test(stored)
                    || !filter.test(stored)
                    || !access.may(caller, stored.id().type().text() + "/read", stored.id())) {
                continue;
            }
            Dynamic item;
            if (stored.type().equals("microsoft.compute/virtualmachines")) {
                item = MachineWrites.shown(cloud, stored, expanded);
            } else if (GalleryWrites.isGalleryType(stored.type())) {
                item = GalleryWrites.shown(stored.json(), false);
            } else {
                item = shown(stored);
            }
            out.add(type.isEmpty() ? ListExpansion.of(request, stored, item) : item);
        }
        return cloud.page(request, out);
    }
}
