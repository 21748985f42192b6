package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.ResourceChange;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// ARM, as far as remediation needs it. Each method asks once: retrying is the caller's. Safe for
/// many threads.
public interface ArmPort {
    /// A fresh read: virtual machines with their instance view, uniform scale sets with their
    /// instances.
    ArmResource read(ResourceId id) throws ArmException, InterruptedException;

    /// Sends a change.
    ///
    /// @param ifMatch for a change that is conditional: the ETag of the read that it was planned on
    /// @param correlationId sent along as `x-ms-correlation-request-id`
    Sent send(ResourceChange change, @Nullable String ifMatch, String correlationId)
            throws ArmException, InterruptedException;

    /// What the credential may do at a resource group, subscription or resource; empty when that is not told.
    default Optional<Rights> rights(ResourceId scope) throws ArmException, InterruptedException {
        return Optional.empty();
    }

    /// Where an operation stands.
    OperationState poll(String operation) throws ArmException, InterruptedException;

    /// Where a deployment stands; empty when there is none of that id.
    Optional<OperationState> deployment(ResourceId deploymentId)
            throws ArmException, InterruptedException;
}
