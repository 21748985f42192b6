package io.muster.policy.change;

import io.muster.core.value.Dynamic;
import io.muster.policy.effect.Modify;

/// One operation with its field and value computed for a resource.
///
/// @param value null value for `remove`
public record PropertyOperation(Modify.OperationKind kind, String field, Dynamic value) {

    /// The wire form, as a remediation plan or a what-if shows it.
    public Dynamic toJson() {
        var json = Dynamic.bag().put("operation", kind.wireName()).put("field", field);
        if (kind != Modify.OperationKind.REMOVE) {
            json.put("value", value);
        }
        return json.build();
    }
}
