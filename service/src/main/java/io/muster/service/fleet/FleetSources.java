package io.muster.service.fleet;

import io.muster.inventory.source.ResourceSource;
import java.util.List;

/// What the server collects from; empty when it serves only what it has.
public record FleetSources(List<ResourceSource> sources) {
    public static final FleetSources NONE = new FleetSources(List.of());

    public FleetSources {
        sources = List.copyOf(sources);
    }
}
