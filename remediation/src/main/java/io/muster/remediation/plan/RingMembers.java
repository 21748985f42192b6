package io.muster.remediation.plan;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import java.util.List;

/// Port: which resources a campaign's plan gave to a ring.
@FunctionalInterface
public interface RingMembers {
    /// @param run from 1
    /// @param ring from 0
    List<PlannedResource> members(ResourceId campaign, int run, int ring);
}
