package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// A compute gallery (`Microsoft.Compute/galleries`).
///
/// @param permissions how it is shared: `Private` (by role assignment; the default), `Groups` (direct)
///     or `Community`
/// @param identity the resource's `identity`; null value when it has none
public record Gallery(
        ResourceId id, String location, String permissions, Dynamic identity, Dynamic resource) {
    public static final String TYPE = "microsoft.compute/galleries";

    /// The gallery of a resource; empty when it is none.
    public static Optional<Gallery> read(Dynamic resource) {
        return ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""))
                .filter(id -> id.isOfType(TYPE))
                .map(id ->
                        new Gallery(
                                id,
                                Location.normalise(resource.getIgnoreCase("location").textOr("")),
                                resource.getIgnoreCase("properties")
                                        .getIgnoreCase("sharingProfile")
                                        .getIgnoreCase("permissions")
                                        .textOr("Private"),
                                resource.getIgnoreCase("identity"),
                                resource));
    }
}
