package io.muster.inventory.source.azure;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A resource as compute gives it, brought into the form of Resource Graph's rows: what is read again unchanged must not look changed.
final class GraphForm {
    /// Members that only Resource Graph has.
    private static final List<String> OF_GRAPH = List.of("tenantId", "kind");

    /// Members that mean the same in any case.
    private static final List<String> NAMES = List.of("id", "name", "location", "subscriptionId");

    /// Of any resource. Source: azure/governance/resource-graph/reference/supported-tables-resources.
    private static final Set<String> COLUMNS =
            Set.of(
                    "id",
                    "name",
                    "type",
                    "kind",
                    "location",
                    "managedBy",
                    "sku",
                    "plan",
                    "properties",
                    "tags",
                    "identity",
                    "zones",
                    "extendedLocation");

    private static final String ETAG = "etag";
    private static final String RESOURCE_GROUP = "resourceGroup";
    private static final String POWER = "PowerState/";

    private GraphForm() {}

    /// A resource of ARM with the columns alone that Resource Graph has of it, as it writes them.
    static Dynamic withoutOtherColumns(Dynamic resource) {
        var row = Dynamic.bag();
        resource.members()
                .forEach((name, value) -> {
                    if (COLUMNS.contains(name)) {
                        row.put(name, value);
                    }
                });
        resource.get("location")
                .asText()
                .ifPresent(location -> row.put("location", Location.normalise(location)));
        return row.build();
    }

    /// @param tenantId null where it is not known
    static Dynamic of(Dynamic resource, Dynamic tenantId) {
        var row = resource;
        var id = ResourceId.tryParse(resource.get("id").textOr(""));
        if (id.isPresent()) {
            if (row.get("type").asText().isEmpty()) {
                row = row.with("type", Dynamic.of(id.get().type().text()));
            }
            row =
                    row.with(
                            RESOURCE_GROUP,
                            Dynamic.of(
                                    id.get().resourceGroup().orElse("").toLowerCase(Locale.ROOT)));
            row = row.with("subscriptionId", Dynamic.of(id.get().subscriptionId().orElse("")));
        }
        row = row.with("type", Dynamic.of(row.get("type").textOr("").toLowerCase(Locale.ROOT)));
        return tenantId.isNull() ? row : row.with("tenantId", tenantId);
    }

    /// The same with what only Resource Graph tells taken over from the row that is known, and without what only compute tells.
    ///
    /// @param tenantId of a resource that is not known
    static Dynamic of(Dynamic resource, Optional<Dynamic> known, Dynamic tenantId) {
        var row = of(resource, known.isEmpty() ? tenantId : Dynamic.NULL);
        if (known.map(before -> before.get(ETAG).isNull()).orElse(true)) {
            row = row.without(ETAG);
        }
        if (known.isEmpty() || !(known.get() instanceof Dynamic.Bag(var members))) {
            return row;
        }
        for (String name : NAMES) {
            // Compute writes them in another case, often the group's in capitals.
            String before = known.get().get(name).textOr("");
            // Of one id there is one name, which some write with that of the resource above it.
            if (before.equalsIgnoreCase(row.get(name).textOr(""))
                    || name.equals("name") && !before.isEmpty()) {
                row = row.with(name, Dynamic.of(before));
            }
        }
        for (var member : members.entrySet()) {
            boolean missing = row.get(member.getKey()).isNull();
            if (missing && (OF_GRAPH.contains(member.getKey()) || isEmpty(member.getValue()))) {
                row = row.with(member.getKey(), member.getValue());
            }
        }
        var extended = known.get().path("properties", "extended");
        row = withGroups(row, known.get().get("properties"));
        var properties = row.get("properties");
        return extended.isNull() || !properties.get("extended").isNull()
                ? row
                : row.with(
                        "properties",
                        properties.with(
                                "extended", extended(extended, properties.get("instanceView"))));
    }

    /// Resource Graph puts the resource group beside each id that properties name, where its rows do so at all; ARM does not.
    private static Dynamic withGroups(Dynamic row, Dynamic before) {
        var known = new HashMap<String, Dynamic>();
        addGroups(before, known);
        return known.isEmpty()
                ? row
                : row.with("properties", withGroups(row.get("properties"), known));
    }

    private static void addGroups(Dynamic before, Map<String, Dynamic> known) {
        if (before instanceof Dynamic.Bag(var members)) {
            var group = before.get(RESOURCE_GROUP);
            if (group instanceof Dynamic.Text && groupOf(before).isPresent()) {
                known.put(before.get("id").textOr("").toLowerCase(Locale.ROOT), group);
            }
            members.values().forEach(value -> addGroups(value, known));
        } else if (before instanceof Dynamic.Array(var items)) {
            items.forEach(item -> addGroups(item, known));
        }
    }

    private static Dynamic withGroups(Dynamic value, Map<String, Dynamic> known) {
        if (value instanceof Dynamic.Array(var items)) {
            return Dynamic.array(items.stream().map(item -> withGroups(item, known)).toList());
        }
        if (!(value instanceof Dynamic.Bag(var members))) {
            return value;
        }
        var bag = Dynamic.bag();
        members.forEach((name, member) -> bag.put(name, withGroups(member, known)));
        groupOf(value)
                .filter(_ -> value.get(RESOURCE_GROUP).isNull())
                .ifPresent(group ->
                        bag.put(
                                RESOURCE_GROUP,
                                known.getOrDefault(
                                        value.get("id").textOr("").toLowerCase(Locale.ROOT),
                                        Dynamic.of(group))));
        return bag.build();
    }

    private static Optional<String> groupOf(Dynamic reference) {
        return ResourceId.tryParse(reference.get("id").textOr(""))
                .flatMap(ResourceId::resourceGroup);
    }

    /// Resource Graph's rows have every column: those without a value are null, an empty text or an empty object.
    private static boolean isEmpty(Dynamic value) {
        return switch (value) {
            case Dynamic.Null _ -> true;
            case Dynamic.Text(var text) -> text.isEmpty();
            case Dynamic.Array(var items) -> items.isEmpty();
            case Dynamic.Bag(Map<String, Dynamic> members) -> members.isEmpty();
            case Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    false;
        };
    }

    /// What Resource Graph keeps of an instance view, as the view says it now.
    private static Dynamic extended(Dynamic extended, Dynamic view) {
        if (!(extended.get("instanceView") instanceof Dynamic.Bag(var kept)) || view.isNull()) {
            return extended;
        }
        Dynamic now = extended.get("instanceView");
        for (String member : kept.keySet()) {
            var value = member.equals("powerState") ? power(view) : view.get(member);
            now = value.isNull() ? now : now.with(member, value);
        }
        return extended.with("instanceView", now);
    }

    private static Dynamic power(Dynamic view) {
        Dynamic power = Dynamic.NULL;
        for (var status : view.get("statuses").items()) {
            if (status.get("code").textOr("").startsWith(POWER)) {
                power = status;
            }
        }
        return power;
    }
}
