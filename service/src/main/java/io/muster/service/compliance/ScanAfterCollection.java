package io.muster.service.compliance;

import io.muster.service.fleet.AfterCollection;
import jakarta.inject.Singleton;
import java.io.IOException;

/// A new snapshot is judged at once.
@Singleton
final class ScanAfterCollection implements AfterCollection {
    private final FleetCompliance compliance;

    ScanAfterCollection(FleetCompliance compliance) {
        this.compliance = compliance;
    }

    @Override
    public void run() throws IOException {
        compliance.scan();
    }
}
