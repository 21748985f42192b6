package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import java.util.List;

/// What a caller writes into a model of machines and nobody reads back: it reaches the guests, and is not kept.
///
/// Source: compute-virtualMachine-2024-07-01, OSProfile; that a read leaves them out is what Azure answers.
final class Secrets {
    private static final List<String> UNREAD = List.of("adminPassword", "customData");

    private Secrets() {}

    /// A machine, instance or set without the secrets of its profile.
    static Dynamic without(Dynamic resource) {
        var properties = resource.get("properties");
        if (!(properties instanceof Dynamic.Bag)) {
            return resource;
        }
        Dynamic kept = withoutIn(properties);
        var profile = kept.get("virtualMachineProfile");
        if (profile.get("osProfile") instanceof Dynamic.Bag) {
            kept = kept.with("virtualMachineProfile", withoutIn(profile));
        }
        return kept.equals(properties) ? resource : resource.with("properties", kept);
    }

    private static Dynamic withoutIn(Dynamic model) {
        if (!(model.get("osProfile") instanceof Dynamic.Bag system)) {
            return model;
        }
        Dynamic kept = system;
        for (String name : system.members().keySet()) {
            if (UNREAD.stream().anyMatch(name::equalsIgnoreCase)) {
                kept = kept.without(name);
            }
        }
        return model.with("osProfile", kept);
    }
}
