package io.muster.remediation.ledger;

import io.muster.inventory.resource.ResourceId;
import java.time.Instant;

/// One line of the ledger. A store keeps it as a row: task, sequence, resource, time, the event's kind
/// and its JSON.
///
/// @param task id of the remediation
/// @param sequence ascending within the task, given by the ledger
public record LedgerEntry(
        ResourceId task, long sequence, ResourceId resource, Instant at, LedgerEvent event) {}
