package io.muster.service.remediation;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.plan.policy.Scans;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.fleet.FleetRounds;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;

/// The fleet's scans as remediation asks for them.
@Singleton
final class FleetScans implements Scans {
    private final FleetCompliance compliance;
    private final FleetRounds rounds;

    FleetScans(FleetCompliance compliance, FleetRounds rounds) {
        this.compliance = compliance;
        this.rounds = rounds;
    }

    /// Scans first when the verdicts are not of the snapshot beside them: after a restart, or when none was made yet.
    @Override
    public Scan latest() {
        var current = compliance.current();
        if (!current.isScanned()
                || current.verdicts().snapshotVersion() != current.snapshot().version()) {
            current = scanned();
        }
        return new Scan(current.engine(), current.snapshot(), current.verdicts());
    }

    private FleetCompliance.Current scanned() {
        try {
            return compliance.scan();
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    @Override
    public Scan rescan(ResourceId scope) {
        try {
            if (rounds.hasSources()) {
                rounds.run();
            }
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the collection was interrupted", stopped);
        }
        var current = scanned();
        return new Scan(current.engine(), current.snapshot(), current.verdicts());
    }
}
