package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;

/// A resource as it stands, with the number of writes it has seen.
///
/// @param type in lower case
public record StoredResource(ResourceId id, String type, Dynamic json, long revision) {

    /// As the ETag headers carry it, quotes included.
    public String etag() {
        return "\"" + revision + "\"";
    }

    public Dynamic properties() {
        return json.get("properties");
    }
}
