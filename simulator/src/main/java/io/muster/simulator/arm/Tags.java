package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.AzureLimits;
import io.muster.simulator.estate.StoredResource;
import java.util.LinkedHashMap;
import java.util.Locale;

/// `{scope}/providers/Microsoft.Resources/tags/default`: the tags of a resource, resource group or subscription, without the rest of it. Guarded by the simulator's lock.
///
/// Source: azure/azure-resource-manager/management/tag-resources; `Tags_CreateOrUpdateAtScope`, `Tags_UpdateAtScope`.
final class Tags {
    private static final String TYPE = "microsoft.resources/tags";

    private final Cloud cloud;
    private final Access access;
    private final Locks locks;
    private final Admission admission;

    Tags(Cloud cloud, Access access, Locks locks, Admission admission) {
        this.cloud = cloud;
        this.access = access;
        this.locks = locks;
        this.admission = admission;
    }

    static boolean isTags(ResourceId id) {
        return id.isOfType(TYPE);
    }

    ArmResponse route(ArmRequest request, ResourceId id) {
        if (!id.name().equalsIgnoreCase("default")) {
            throw ArmFault.badRequest(
                    "InvalidTagsName", "The tags of a resource have the name 'default'.");
        }
        var scope = ResourceId.parse(id.scope().id());
        access.require(
                request,
                scope,
                "Microsoft.Resources/tags",
                switch (request.method()) {
                    case "GET" -> "read";
                    case "DELETE" -> "delete";
                    default -> "write";
                });
        locks.check(request, scope);
        var stored = cloud.get(scope);
        var before = stored.json().get("tags");
        switch (request.method()) {
            case "GET" -> {}
            case "PUT" -> write(request, stored, asked(request));
            case "PATCH" -> {
                String operation = Cloud.body(request).get("operation").textOr("");
                write(request, stored, changed(before, operation, asked(request)));
            }
            case "DELETE" -> {
                write(request, stored, Dynamic.EMPTY_BAG);
                return ArmResponse.empty(200);
            }
            default ->
                    throw new ArmFault(
                            405,
                            "MethodNotAllowed",
                            "The method '" + request.method() + "' is not allowed for tags.");
        }
        var now = cloud.get(scope).json().get("tags");
        return ArmResponse.of(
                200,
                Dynamic.bag()
                        .put("id", id.text())
                        .put("name", "default")
                        .put("type", "Microsoft.Resources/tags")
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put("tags", now.isNull() ? Dynamic.EMPTY_BAG : now)
                                        .build())
                        .build());
    }

    private static Dynamic asked(ArmRequest request) {
        var tags = Cloud.body(request).path("properties", "tags");
        if (!(tags instanceof Dynamic.Bag)) {
            throw ArmFault.badRequest(
                    "InvalidRequestContent",
                    "The request content was invalid: 'properties.tags' must be an object.");
        }
        return tags;
    }

    private static Dynamic changed(Dynamic before, String operation, Dynamic asked) {
        var out = new LinkedHashMap<String, Dynamic>(before.members());
        switch (operation.toLowerCase(Locale.ROOT)) {
            case "replace" -> {
                return asked;
            }
            case "merge" ->
                    asked.members()
                            .forEach((name, value) -> {
                                out.keySet().removeIf(name::equalsIgnoreCase);
                                out.put(name, value);
                            });
            case "delete" ->
                    asked.members()
                            .forEach((name, value) ->
                                    out.entrySet()
                                            .removeIf(tag ->
                                                    tag.getKey().equalsIgnoreCase(name)
                                                            && tag.getValue().equals(value)));
            default ->
                    throw ArmFault.badRequest(
                            "InvalidRequestContent",
                            "The value '"
                                    + operation
                                    + "' of 'operation' is none of Merge, Replace, Delete.");
        }
        return new Dynamic.Bag(out);
    }

    private void write(ArmRequest request, StoredResource stored, Dynamic tags) {
        cloud.estate().put(admission.admit(request, stored.json().with("tags", tags)));
    }

    /// Refuses tags of a resource, written with it or by themselves.
    static void check(Dynamic tags, AzureLimits limits) {
        if (tags.members().size() > limits.tagsPerResource()) {
            throw ArmFault.badRequest(
                    "TooManyTags",
                    "A resource can have at most " + limits.tagsPerResource() + " tags.");
        }
        tags.members()
                .forEach((name, value) -> {
                    if (name.isEmpty() || name.length() > limits.tagNameCharacters()) {
                        throw ArmFault.badRequest(
                                "InvalidTagNameLength",
                                "Tag names have 1 to "
                                        + limits.tagNameCharacters()
                                        + " characters.");
                    }
                    if (!(value instanceof Dynamic.Text)) {
                        throw ArmFault.badRequest(
                                "InvalidRequestContent", "Tag '" + name + "' must be a text.");
                    }
                    if (value.textOr("").length() > limits.tagValueCharacters()) {
                        throw ArmFault.badRequest(
                                "InvalidTagValueLength",
                                "Tag values have at most "
                                        + limits.tagValueCharacters()
                                        + " characters.");
                    }
                });
    }
}
