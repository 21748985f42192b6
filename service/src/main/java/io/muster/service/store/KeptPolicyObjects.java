package io.muster.service.store;

import java.util.List;

/// The kept policy objects, to read.
public interface KeptPolicyObjects {
    /// All of a kind, by id.
    List<PolicyObject> findByKindOrderById(String kind);
}
