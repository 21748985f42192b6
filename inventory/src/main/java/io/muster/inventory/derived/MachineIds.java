package io.muster.inventory.derived;

import io.muster.inventory.resource.ResourceId;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Takes machines' ids apart: what stands before the name is the same for all machines of a group and looked at once. Confined to one thread.
final class MachineIds {
    private final Map<String, Optional<Head>> heads = new HashMap<>();

    /// What ids with the same text before their name share.
    ///
    /// @param type of the resource, in lower case
    /// @param resourceGroup in lower case
    /// @param scaleSet of a uniform instance; the resource's parent
    /// @param outerNames names of the parents with a slash behind each
    record Head(
            String type,
            String resourceGroup,
            String subscriptionId,
            Optional<ResourceId> scaleSet,
            String outerNames) {}

    /// @param text without a slash at its end
    record Id(Head head, String text, boolean asCollected) {
        String fullName() {
            return head.outerNames() + text.substring(text.lastIndexOf('/') + 1);
        }
    }

    /// The id of that text; empty when it is no resource id.
    Optional<Id> read(String collected) {
        String text =
                collected.endsWith("/")
                        ? collected.substring(0, collected.length() - 1)
                        : collected;
        int slash = text.lastIndexOf('/');
        if (slash < 0 || text.substring(slash + 1).isBlank()) {
            return Optional.empty();
        }
        var head = heads.get(text.substring(0, slash));
        if (head == null) {
            // Whether it is an id does not depend on the name, nor does anything of a head.
            head = ResourceId.tryParse(text).map(MachineIds::head);
            heads.put(text.substring(0, slash), head);
        }
        return head.map(known -> new Id(known, text, text.length() == collected.length()));
    }

    private static Head head(ResourceId id) {
        String name = id.fullName();
        return new Head(
                id.type().lower(),
                id.resourceGroup().orElse("").toLowerCase(Locale.ROOT),
                id.subscriptionId().orElse(""),
                id.parent(),
                name.substring(0, name.length() - id.name().length()));
    }
}
