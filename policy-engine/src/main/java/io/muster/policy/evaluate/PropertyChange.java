package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;

/// One property that would have another value.
///
/// @param path in the resource document, as an alias catalogue writes paths
/// @param before null value when it is absent
/// @param after null value when it is to be absent
public record PropertyChange(String path, Dynamic before, Dynamic after) {

    /// The wire form.
    public Dynamic toJson() {
        return Dynamic.bag()
                .put("path", path)
                .put("currentValue", before)
                .put("newValue", after)
                .build();
    }
}
