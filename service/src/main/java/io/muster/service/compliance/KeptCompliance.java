package io.muster.service.compliance;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.service.compliance.FleetCompliance.Current;
import io.muster.service.compliance.FleetCompliance.Kind;
import io.muster.service.query.VirtualTable;
import io.muster.service.store.KeptPolicyObjects;
import io.muster.service.store.PolicyObjectHistory;
import io.muster.service.store.VerdictHistoryStore;
import io.muster.service.store.VerdictStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The verdicts that a server kept, for a command that reads its store while none runs: nothing is judged for the present, and nothing is read
/// before it is asked for. Confined to one query at a time.
public final class KeptCompliance implements PolicyStates {
    private final Snapshot latest;
    private final KeptPolicyObjects objects;
    private final VerdictStore store;
    private final VerdictHistoryStore history;
    private final InstantSource clock;
    private @Nullable Current kept;

    private KeptCompliance(
            Snapshot latest,
            KeptPolicyObjects objects,
            VerdictStore store,
            VerdictHistoryStore history,
            InstantSource clock) {
        this.latest = latest;
        this.objects = objects;
        this.store = store;
        this.history = history;
        this.clock = clock;
    }

    /// The policies that a server kept, over the management groups of a snapshot.
    public static PolicyEngine engine(
            Snapshot snapshot, KeptPolicyObjects objects, InstantSource clock) {
        return FleetCompliance.engine(objects, snapshot, AliasCatalog.conventional(), clock);
    }

    /// `policyresources` out of what is kept.
    ///
    /// @param latest the kept snapshot
    public static VirtualTable policyResources(
            Snapshot latest,
            KeptPolicyObjects objects,
            VerdictStore store,
            VerdictHistoryStore history,
            PolicyObjectHistory bygone,
            RemediationLedger ledger,
            InstantSource clock) {
        return new PolicyResourcesTable(
                new KeptCompliance(latest, objects, store, history, clock),
                new PastCompliance(new BygonePolicies(bygone, clock), history),
                ledger);
    }

    @Override
    public List<Dynamic> all(Kind kind) {
        return FleetCompliance.all(objects, kind);
    }

    @Override
    public synchronized Current current() {
        if (kept == null) {
            kept = read();
        }
        return kept;
    }

    @Override
    public VerdictHistory.LastTurns lastTurns() throws IOException {
        return new VerdictHistory.LastTurns(history.between(Instant.EPOCH, current().scannedAt()));
    }

    private Current read() {
        try {
            var verdicts = store.latest();
            return new Current(
                    engine(latest, objects, clock),
                    latest,
                    verdicts.map(VerdictStore.Kept::verdicts)
                            .orElseGet(() -> new Verdicts(0, Map.of())),
                    verdicts.map(VerdictStore.Kept::scannedAt).orElse(Instant.EPOCH));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the kept verdicts cannot be read", unreadable);
        }
    }
}
