package io.muster.remediation.ledger;

import io.muster.inventory.resource.ResourceId;
import java.io.Serial;

/// A process that no longer holds a task's lease would have written of the task. Nothing was written; whoever holds it goes on.
public final class LeaseLostException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    public LeaseLostException(ResourceId task) {
        super("the lease of " + task.text() + " was lost to another process");
    }
}
