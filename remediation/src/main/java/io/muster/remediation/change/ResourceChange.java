package io.muster.remediation.change;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One request to ARM. Whatever is not named in it stays as it is.
public sealed interface ResourceChange {
    /// The resource that is brought into compliance.
    ResourceId target();

    /// Whether ARM can be told to refuse the change when the resource is no longer as it was read
    /// (`If-Match`).
    default boolean isConditional() {
        return this instanceof Patch;
    }

    /// `PATCH` of the target.
    ///
    /// @param body what is sent: only what changes, arrays whole
    /// @param changes the values that it sets, for people, the ledger and a rollback
    record Patch(ResourceId target, Dynamic body, List<PropertyChange> changes)
            implements ResourceChange {
        public Patch {
            changes = List.copyOf(changes);
            if (!(body instanceof Dynamic.Bag(var members)) || members.isEmpty()) {
                throw new IllegalArgumentException("a patch of " + target + " sends nothing");
            }
        }
    }

    /// `POST .../reapply` of a virtual machine: its goal state is built anew.
    record Reapply(ResourceId target) implements ResourceChange {}

    /// `POST .../manualupgrade` of a uniform scale set: the named instances get its model.
    ///
    /// @param instanceIds `*` for all
    record UpgradeInstances(ResourceId target, List<String> instanceIds) implements ResourceChange {
        public UpgradeInstances {
            instanceIds = List.copyOf(instanceIds);
            if (instanceIds.isEmpty()) {
                throw new IllegalArgumentException("no instance of " + target + " is named");
            }
        }
    }

    /// `PUT` of an ARM deployment, whose template ARM expands.
    ///
    /// @param scope the resource group or subscription that it goes to
    /// @param name unique to the intent: the same after a crash, so that it can be looked up
    /// @param location of a deployment to a subscription; null to a group
    /// @param parameters `{name: {"value": v}}`
    /// @param mode `Incremental` or `Complete`
    record Deploy(
            ResourceId target,
            ResourceId scope,
            String name,
            @Nullable String location,
            Dynamic template,
            Dynamic parameters,
            String mode)
            implements ResourceChange {
        public Deploy {
            if (name.isBlank() || name.length() > 64) {
                throw new IllegalArgumentException(
                        "a deployment's name has 1 to 64 characters, not '" + name + "'");
            }
        }

        public ResourceId deploymentId() {
            return ResourceId.parse(
                    scope.text() + "/providers/Microsoft.Resources/deployments/" + name);
        }
    }

    /// One line for people.
    default String summary() {
        return switch (this) {
            case Patch(var target, _, var changes) ->
                    "PATCH "
                            + target.text()
                            + " ("
                            + String.join(", ", changes.stream().map(PropertyChange::path).toList())
                            + ")";
            case Reapply(var target) -> "reapply " + target.text();
            case UpgradeInstances(var target, var ids) ->
                    "upgrade instances " + String.join(", ", ids) + " of " + target.text();
            case Deploy deploy -> "deploy " + deploy.deploymentId().text();
        };
    }

    /// The change as JSON: what the ledger keeps.
    default Dynamic toDynamic() {
        var out = Dynamic.bag().put("kind", kind()).put("target", target().text());
        switch (this) {
            case Patch(_, var body, var changes) ->
                    out.put("body", body)
                            .put(
                                    "changes",
                                    Dynamic.array(
                                            changes.stream()
                                                    .map(PropertyChange::toDynamic)
                                                    .toList()));
            case Reapply _ -> {}
            case UpgradeInstances(_, var ids) ->
                    out.put("instanceIds", Dynamic.array(ids.stream().map(Dynamic::of).toList()));
            case Deploy deploy ->
                    out.put("scope", deploy.scope().text())
                            .put("name", deploy.name())
                            .putIfPresent("location", deploy.location())
                            .put("template", deploy.template())
                            .put("parameters", deploy.parameters())
                            .put("mode", deploy.mode());
        }
        return out.build();
    }

    /// `patch`, `reapply`, `upgradeInstances` or `deploy`.
    default String kind() {
        return switch (this) {
            case Patch _ -> "patch";
            case Reapply _ -> "reapply";
            case UpgradeInstances _ -> "upgradeInstances";
            case Deploy _ -> "deploy";
        };
    }

    /// Reads what [#toDynamic] wrote.
    ///
    /// @throws IllegalArgumentException when it did not
    static ResourceChange fromDynamic(Dynamic value) {
        var target = ResourceId.parse(value.get("target").textOr(""));
        return switch (value.get("kind").textOr("")) {
            case "patch" ->
                    new Patch(
                            target,
                            value.get("body"),
                            value.get("changes").items().stream()
                                    .map(PropertyChange::fromDynamic)
                                    .toList());
            case "reapply" -> new Reapply(target);
            case "upgradeInstances" ->
                    new UpgradeInstances(
                            target,
                            value.get("instanceIds").items().stream()
                                    .map(id -> id.textOr(""))
                                    .toList());
            case "deploy" ->
                    new Deploy(
                            target,
                            ResourceId.parse(value.get("scope").textOr("")),
                            value.get("name").textOr(""),
                            value.get("location").asText().orElse(null),
                            value.get("template"),
                            value.get("parameters"),
                            value.get("mode").textOr("Incremental"));
            default ->
                    throw new IllegalArgumentException(
                            "'" + value.get("kind").textOr("") + "' is no kind of change");
        };
    }
}
