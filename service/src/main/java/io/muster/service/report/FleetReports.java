package io.muster.service.report;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Severity;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.PolicyEngine;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.SnapshotHierarchy;
import io.muster.service.config.ReportSettings;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.fleet.FleetHistory.UnknownInstantException;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Reports of the server's fleet: of the policies in force, or of others that somebody thinks of.
@Singleton
public final class FleetReports {
    private final FleetCompliance compliance;
    private final Fleet fleet;
    private final FleetHistory history;
    private final ReportSettings settings;
    private final InstantSource clock;

    FleetReports(
            FleetCompliance compliance,
            Fleet fleet,
            FleetHistory history,
            ReportSettings settings,
            InstantSource clock) {
        this.compliance = compliance;
        this.fleet = fleet;
        this.history = history;
        this.settings = settings;
        this.clock = clock;
    }

    /// What the latest scan found, by the policies that it judged by; empty before the first scan. With an instant, what was known then.
    ///
    /// @throws UnknownInstantException when the instant is before what is kept
    public Optional<ScanReport> inForce(Optional<Instant> asOf)
            throws IOException, UnknownInstantException {
        var latest = compliance.current();
        if (!latest.isScanned()) {
            return Optional.empty();
        }
        if (asOf.isPresent()) {
            // Refuses what is not kept; the compliance of then would fall back on the fleet of now.
            history.asOf(asOf.get());
        }
        var judged = compliance.asOf(asOf.orElse(latest.scannedAt()));
        if (!judged.isScanned()) {
            return Optional.empty();
        }
        return Optional.of(
                new ScanReport(
                        judged.engine(),
                        judged.snapshot(),
                        judged.verdicts(),
                        judged.scannedAt(),
                        List.of(),
                        settings.findings()));
    }

    /// Policies that are not in force.
    ///
    /// @param keepGoing whether those that can be judged by are taken without the others
    public record Others(PolicyCatalog catalog, boolean keepGoing) {}

    /// What other policies find of the fleet: nothing of them is kept.
    ///
    /// @throws UnknownInstantException when the instant is before what is kept
    /// @throws DiagnosticException when there is an assignment that cannot hold
    public ScanReport of(Others policies, Optional<Instant> asOf)
            throws IOException, UnknownInstantException, DiagnosticException {
        Snapshot snapshot = asOf.isPresent() ? history.asOf(asOf.get()) : fleet.snapshot();
        var at = asOf.orElseGet(clock::instant);
        var engine = engine(policies, snapshot, InstantSource.fixed(at));
        return new ScanReport(
                engine, snapshot, engine.scan(snapshot), at, List.of(), settings.findings());
    }

    /// The policies over a snapshot's management groups: others, or those in force.
    ///
    /// @throws DiagnosticException when there is an assignment that cannot hold
    public PolicyEngine engine(Optional<Others> others, Snapshot snapshot)
            throws DiagnosticException {
        return others.isPresent()
                ? engine(others.get(), snapshot, clock)
                : compliance.current().engine().with(new SnapshotHierarchy(snapshot));
    }

    private PolicyEngine engine(Others policies, Snapshot snapshot, InstantSource time)
            throws DiagnosticException {
        var engine =
                PolicyEngine.of(
                        policies.catalog().with(new SnapshotHierarchy(snapshot)),
                        compliance.fields(),
                        time);
        var errors =
                engine.diagnostics().stream().filter(d -> d.severity() == Severity.ERROR).toList();
        if (!errors.isEmpty() && !policies.keepGoing()) {
            throw new DiagnosticException(errors);
        }
        return engine;
    }
}
