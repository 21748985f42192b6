package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;

/// Port: what lies around an evaluated resource.
public interface Surroundings extends RelatedResources {
    /// The answer of `resourceGroup()` for a resource; null value when it is in none.
    Dynamic resourceGroup(Dynamic resource);

    /// The answer of `subscription()` for a resource; null value when it is in none.
    Dynamic subscription(Dynamic resource);
}
