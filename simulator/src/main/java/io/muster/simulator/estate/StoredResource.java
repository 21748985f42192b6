package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;

/// A resource as it stands, with the number of writes it has seen.
///
/// @param type in lower case
/// @param created when it came
/// @param changed when it was last written, by whomever
public record StoredResource(
        ResourceId id, String type, Dynamic json, long revision, Instant created, Instant changed) {

    /// As the ETag headers carry it, quotes included.
    public String etag() {
        return "\"" + revision + "\"";
    }

    public Dynamic properties() {
        return json.get("properties");
    }
}
