package io.muster.policy.change;

import io.muster.core.value.Dynamic;

/// What came of one operation.
public sealed interface AppliedChange {
    /// The resource afterwards, changed or not.
    Dynamic resource();

    /// Done.
    ///
    /// @param path where in the document
    record Changed(Dynamic resource, String path) implements AppliedChange {}

    /// Nothing to do: the value is there already, or nothing is there to remove.
    record Unchanged(Dynamic resource) implements AppliedChange {}

    /// Cannot be done: another value stands where `add` would put one, or the field cannot be written.
    record Conflict(Dynamic resource, String reason) implements AppliedChange {}
}
