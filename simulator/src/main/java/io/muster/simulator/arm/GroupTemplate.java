package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// POST `{group}/exportTemplate`: the resources of a group as a template that makes them anew, names as they are. What the platform says of them, the extension that it
/// owns and the instances that sets make are left out. Guarded by the simulator's lock.
///
/// Source: resources-2024-07-01, ResourceGroups_ExportTemplate.
final class GroupTemplate {
    private static final String SCHEMA =
            "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    private static final String INSTANCES = "microsoft.compute/virtualmachinescalesets/virtualm";

    /// Of a resource what a template says of it.
    private static final List<String> MEMBERS =
            List.of("location", "tags", "sku", "kind", "plan", "zones", "extendedLocation");

    /// Of its properties what nobody writes.
    private static final List<String> TOLD =
            List.of(
                    "provisioningState",
                    "vmId",
                    "uniqueId",
                    "timeCreated",
                    "instanceView",
                    "replicationStatus",
                    "sharingStatus",
                    "diskState");

    private final Cloud cloud;
    private final Access access;

    GroupTemplate(Cloud cloud, Access access) {
        this.cloud = cloud;
        this.access = access;
    }

    ArmResponse export(ArmRequest request, ResourceId group) {
        cloud.get(group);
        var body = Cloud.body(request);
        if (body.get("outputFormat").textOr("").equalsIgnoreCase("Bicep")) {
            throw invalid("The simulated Azure exports templates as JSON alone.");
        }
        var wanted = new LinkedHashSet<String>();
        body.get("resources").items().forEach(item -> wanted.add(item.textOr("")));
        if (wanted.isEmpty()) {
            throw invalid("The property 'resources' must name what is exported, or be '*'.");
        }
        String caller = Tokens.caller(request);
        String version = request.parameter("api-version").orElse("");
        var resources = new ArrayList<Dynamic>();
        for (var stored : cloud.estate().below(group)) {
            if (isChosen(stored, wanted)
                    && access.may(caller, stored.id().type().text() + "/read", stored.id())) {
                resources.add(resource(stored, version));
            }
        }
        var out =
                Dynamic.bag()
                        .put(
                                "template",
                                Dynamic.bag()
                                        .put("$schema", SCHEMA)
                                        .put("contentVersion", "1.0.0.0")
                                        .put("parameters", Dynamic.EMPTY_BAG)
                                        .put("variables", Dynamic.EMPTY_BAG)
                                        .put("resources", Dynamic.array(resources))
                                        .build());
        var missing = missing(caller, group, wanted);
        if (!missing.isEmpty()) {
            out.put(
                    "error",
                    Dynamic.bag()
                            .put("code", "ExportTemplateCompletedWithErrors")
                            .put(
                                    "message",
                                    "Export template operation completed with errors. Some"
                                            + " resources were not exported. Please see details for"
                                            + " more information.")
                            .put("details", Dynamic.array(missing))
                            .build());
        }
        return ArmResponse.of(200, out.build());
    }

    private static ArmFault invalid(String message) {
        return ArmFault.badRequest("InvalidRequestContent", message);
    }

    private static boolean isChosen(StoredResource stored, Set<String> wanted) {
        if (stored.id().isExtension()
                || stored.id().name().equalsIgnoreCase(GoalStates.EXTENSION)
                || stored.type().startsWith(INSTANCES)) {
            return false;
        }
        return wanted.contains("*")
                || wanted.stream()
                        .flatMap(id -> ResourceId.tryParse(id).stream())
                        .anyMatch(stored.id()::isUnder);
    }

    /// What is named and not exported: it is not there, or the caller may not read it.
    private List<Dynamic> missing(String caller, ResourceId group, Set<String> wanted) {
        return wanted.stream()
                .filter(id -> !id.equals("*"))
                .filter(id ->
                        ResourceId.tryParse(id)
                                .filter(known -> known.isUnder(group))
                                .flatMap(cloud.estate()::find)
                                .filter(known ->
                                        access.may(
                                                caller,
                                                known.id().type().text() + "/read",
                                                known.id()))
                                .isEmpty())
                .map(id ->
                        Dynamic.bag()
                                .put("code", "ResourceNotFound")
                                .put("target", id)
                                .put("message", "The resource '" + id + "' was not found.")
                                .build())
                .toList();
    }

    private static Dynamic resource(StoredResource stored, String version) {
        var id = stored.id();
        var out =
                Dynamic.bag()
                        .put("type", id.type().text())
                        .put("apiVersion", version)
                        .put("name", literal(Dynamic.of(id.fullName())));
        for (String member : MEMBERS) {
            if (!stored.json().get(member).isNull()) {
                out.put(member, literal(stored.json().get(member)));
            }
        }
        var identity = stored.json().get("identity");
        if (!identity.isNull()) {
            out.put("identity", identity.without("principalId").without("tenantId"));
        }
        id.parent()
                .ifPresent(parent ->
                        out.put("dependsOn", Dynamic.array(Dynamic.of(resourceId(parent)))));
        Dynamic properties = stored.properties();
        for (String told : TOLD) {
            properties = properties.without(told);
        }
        if (stored.type().equals("microsoft.compute/galleries")) {
            properties = properties.without("identifier");
        }
        return (properties instanceof Dynamic.Bag
                        ? out.put("properties", literal(properties))
                        : out)
                .build();
    }

    /// By its names, so that the template makes the same in another group.
    private static String resourceId(ResourceId id) {
        var out = new StringBuilder("[resourceId('").append(id.type().text()).append('\'');
        id.names().forEach(name -> out.append(", '").append(name.replace("'", "''")).append('\''));
        return out.append(")]").toString();
    }

    /// A text that looks like an expression is none: brackets at both ends make one.
    private static Dynamic literal(Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) when text.startsWith("[") && text.endsWith("]") ->
                    Dynamic.of("[" + text);
            case Dynamic.Array _ ->
                    Dynamic.array(value.items().stream().map(GroupTemplate::literal).toList());
            case Dynamic.Bag _ -> {
                var members = new LinkedHashMap<String, Dynamic>();
                value.members().forEach((name, member) -> members.put(name, literal(member)));
                yield new Dynamic.Bag(members);
            }
            default -> value;
        };
    }
}
