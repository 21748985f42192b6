package io.muster.remediation.change;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A resource as ARM just gave it.
///
/// @param etag what `If-Match` takes; null when the provider gives none
/// @param instances of a uniform scale set, each with its instance view; empty for everything else
public record ArmResource(
        ResourceId id, Dynamic body, @Nullable String etag, List<Dynamic> instances) {
    public ArmResource {
        instances = List.copyOf(instances);
    }

    public ArmResource(ResourceId id, Dynamic body, @Nullable String etag) {
        this(id, body, etag, List.of());
    }
}
