package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.Locale;

/// A resource as it stands, with the number of writes it has seen.
public record StoredResource(ResourceId id, Dynamic json, long revision) {

    /// As the ETag headers carry it, quotes included.
    public String etag() {
        return "\"" + revision + "\"";
    }

    /// In lower case.
    public String type() {
        return json.get("type").textOr("").toLowerCase(Locale.ROOT);
    }

    public Dynamic properties() {
        return json.get("properties");
    }
}
