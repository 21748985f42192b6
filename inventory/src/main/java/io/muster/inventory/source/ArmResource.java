package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// Tells an ARM resource from other JSON.
public final class ArmResource {
    private ArmResource() {}

    /// A value as a resource, or why it is none. A type or name that a value leaves out is taken from its id, as lists of child resources
    /// leave them out.
    public sealed interface Reading {
        record Resource(Dynamic resource) implements Reading {}

        record None(String why) implements Reading {}
    }

    public static Reading read(Dynamic value) {
        if (!(value instanceof Dynamic.Bag)) {
            return new Reading.None("it is no JSON object");
        }
        Optional<String> id = value.get("id").asText();
        if (id.isEmpty()) {
            return new Reading.None("it has no 'id' text");
        }
        boolean typed = value.get("type").asText().filter(t -> t.contains("/")).isPresent();
        var parsed = ResourceId.tryParse(id.get());
        if (parsed.isEmpty()) {
            return new Reading.None("its 'id' is no resource id: '" + shortened(id.get()) + "'");
        }
        var resource = value;
        if (!typed) {
            resource = resource.with("type", Dynamic.of(parsed.get().type().text()));
        }
        if (value.get("name").asText().isEmpty()) {
            resource = resource.with("name", Dynamic.of(parsed.get().name()));
        }
        return new Reading.Resource(resource);
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }
}
