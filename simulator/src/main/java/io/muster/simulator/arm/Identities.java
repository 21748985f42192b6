package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Managed identities: the system-assigned one of a resource has a principal as long as the resource is there; a user-assigned one is a resource of its own that whoever
/// may assign it gives to others. Guarded by the simulator's lock.
///
/// Source: arm-managedidentity-v6; azure/active-directory/managed-identities-azure-resources.
final class Identities {
    static final String TYPE = "microsoft.managedidentity/userassignedidentities";
    private static final String MEMBER = "userAssignedIdentities";
    private static final List<String> TOLD = List.of("principalId", "clientId", "tenantId");

    private final Cloud cloud;
    private final Access access;

    Identities(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    /// The resource with the principals of its identities. Read only: whoever could name a principal here would act with its rights.
    Dynamic checked(
            ArmRequest request, ResourceId id, Dynamic json, Optional<StoredResource> before) {
        if (id.isOfType(TYPE)) {
            return ofItsOwn(id, json, before);
        }
        var given = json.get("identity");
        if (!(given instanceof Dynamic.Bag)) {
            return json;
        }
        var identity = given.without("principalId").without("tenantId").without(MEMBER);
        String type = given.get("type").textOr("").toLowerCase(Locale.ROOT);
        if (type.contains("userassigned")) {
            identity = identity.with(MEMBER, assigned(request, id, given.get(MEMBER), before));
        }
        if (type.contains("systemassigned")) {
            identity =
                    identity.with("principalId", Dynamic.of(principal(id, before)))
                            .with("tenantId", Dynamic.of(Tokens.TENANT));
        }
        return json.with("identity", identity);
    }

    private String principal(ResourceId id, Optional<StoredResource> before) {
        return before.map(b -> b.json().path("identity", "principalId").textOr(""))
                .filter(known -> !known.isEmpty())
                .orElseGet(() -> number(id, "systemAssigned"));
    }

    /// Another one each time a resource of that name comes: the rights of the one before are not its.
    private String number(ResourceId id, String kind) {
        return Guids.of(kind, id.key(), cloud.settings().seed(), cloud.estate().removals());
    }

    private Dynamic ofItsOwn(ResourceId id, Dynamic json, Optional<StoredResource> before) {
        var properties =
                json.get("properties") instanceof Dynamic.Bag given ? given : Dynamic.EMPTY_BAG;
        for (String told : TOLD) {
            properties = properties.without(told);
        }
        var known = before.map(StoredResource::properties).orElse(Dynamic.EMPTY_BAG);
        return json.with(
                "properties",
                properties
                        .with("tenantId", Dynamic.of(Tokens.TENANT))
                        .with(
                                "principalId",
                                Dynamic.of(
                                        known.get("principalId")
                                                .asText()
                                                .orElseGet(() -> number(id, "principal"))))
                        .with(
                                "clientId",
                                Dynamic.of(
                                        known.get("clientId")
                                                .asText()
                                                .orElseGet(() -> number(id, "client")))));
    }

    /// Those that a body names, each with its principal where the estate has it. A new one asks for the right to assign it. One that was named before it was there is not
    /// given yet: it stays without its principal until somebody writes it who may assign it.
    private Dynamic assigned(
            ArmRequest request, ResourceId id, Dynamic named, Optional<StoredResource> stored) {
        var had = stored.map(b -> b.json().path("identity", MEMBER)).orElse(Dynamic.EMPTY_BAG);
        var out = new LinkedHashMap<String, Dynamic>();
        named.members()
                .forEach((name, _) -> {
                    var before = had.getIgnoreCase(name);
                    var given =
                            find(name)
                                    .filter(identity ->
                                            isGiven(before, identity)
                                                    || mayAssign(
                                                            request, id, identity.id(), before));
                    out.put(
                            name,
                            given.map(identity ->
                                            Dynamic.bag()
                                                    .put(
                                                            "principalId",
                                                            identity.properties()
                                                                    .get("principalId"))
                                                    .put(
                                                            "clientId",
                                                            identity.properties().get("clientId"))
                                                    .build())
                                    .orElse(Dynamic.EMPTY_BAG));
                });
        return new Dynamic.Bag(out);
    }

    private Optional<StoredResource> find(String id) {
        return ResourceId.tryParse(id)
                .filter(known -> known.isOfType(TYPE))
                .flatMap(cloud.estate()::find);
    }

    /// Whether a resource was given that identity, not another one that had its name.
    private static boolean isGiven(Dynamic entry, StoredResource identity) {
        return !entry.get("principalId").isNull()
                && entry.get("principalId").equals(identity.properties().get("principalId"));
    }

    /// @param before what the resource has of it already: a write that leaves it there asks for nothing
    private boolean mayAssign(
            ArmRequest request, ResourceId id, ResourceId identity, Dynamic before) {
        String caller = Tokens.caller(request);
        String type = "Microsoft.ManagedIdentity/userAssignedIdentities/";
        String action = type + "assign/action";
        // Roles write the right with a place for the identity's name.
        boolean may =
                access.may(caller, action, identity)
                        || access.may(caller, type + identity.name() + "/assign/action", identity);
        if (!may && before.isNull()) {
            throw Access.notLinked(caller, id, action, identity);
        }
        return may;
    }

    /// The principals of the user-assigned identities that a resource was given: none of one that is gone, nor of another one that has its name now.
    List<String> userAssigned(Dynamic resource) {
        var out = new ArrayList<String>();
        resource.path("identity", MEMBER)
                .members()
                .forEach((id, entry) ->
                        find(id).filter(identity -> isGiven(entry, identity))
                                .map(identity ->
                                        identity.properties().get("principalId").textOr(""))
                                .ifPresent(out::add));
        return out;
    }

    /// The principal that a resource acts as: its own, else that of its user-assigned identity.
    Optional<String> acting(Dynamic resource) {
        return resource.path("identity", "principalId")
                .asText()
                .filter(principal -> !principal.isEmpty())
                .or(() -> userAssigned(resource).stream().findFirst());
    }
}
