package io.muster.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import java.util.Comparator;
import java.util.List;

/// What the ledger knows of remediation tasks: to be read also where none is run. Safe for many threads.
public record TaskReader(RemediationLedger ledger) {

    /// @throws RemediationException when there is none of that name
    public RemediationTask get(ResourceId scope, String name) throws RemediationException {
        return ledger.task(RemediationTask.idOf(scope, name))
                .orElseThrow(() -> RemediationException.notFound(name));
    }

    /// The tasks at exactly that scope or below it, newest first.
    public List<RemediationTask> list(ResourceId scope) {
        return all().stream().filter(task -> task.scope().isUnder(scope)).toList();
    }

    /// Every task, newest first.
    public List<RemediationTask> all() {
        return ledger.tasks().stream()
                .sorted(
                        Comparator.comparing(RemediationTask::createdOn)
                                .reversed()
                                .thenComparing(RemediationTask::id))
                .toList();
    }

    /// A task's resources, as they stand, in the order they were planned (`listDeployments`).
    public List<ItemView> deployments(ResourceId scope, String name) throws RemediationException {
        return ItemView.of(ledger.whole(get(scope, name)));
    }

    /// A task's ledger after a sequence number, in order; from its beginning after 0.
    public List<LedgerEntry> events(ResourceId scope, String name, long after)
            throws RemediationException {
        return ledger.whole(get(scope, name)).stream()
                .filter(line -> line.sequence() > after)
                .toList();
    }
}
