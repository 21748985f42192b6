package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import java.util.List;

/// The values that a field names in one resource. A scalar field has one, `NULL` when missing; a `[*]` field has any number.
///
/// @param path where they stand, empty when nowhere
record Selection(List<Dynamic> values, boolean collection, String path) {
    static Selection one(Dynamic value, String path) {
        return new Selection(List.of(value), false, path);
    }

    /// What an explanation shows as the value.
    Dynamic shown() {
        return collection ? new Dynamic.Array(values) : values.getFirst();
    }
}
