package io.muster.service.remediation;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.DeploymentCheck;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.LatestResolver;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import io.muster.remediation.plan.application.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The galleries of the current snapshot. Each step of each machine asks for them: they are read once a snapshot. Safe for many threads.
final class SnapshotGalleries implements Fleet {
    /// An end of life that passes is seen after that long at most.
    private static final Duration FRESH = Duration.ofMinutes(1);

    private final Supplier<Snapshot> fleet;
    private final InstantSource clock;
    private volatile @Nullable Read last;

    /// What was read of a snapshot, and when.
    private record Read(Snapshot of, Instant at, DeploymentCheck check) {}

    SnapshotGalleries(Supplier<Snapshot> fleet, InstantSource clock) {
        this.fleet = fleet;
        this.clock = clock;
    }

    @Override
    public DeploymentCheck check() {
        var snapshot = fleet.get();
        var now = clock.instant();
        var read = last;
        if (read == null || read.of() != snapshot || read.at().plus(FRESH).isBefore(now)) {
            read = new Read(snapshot, now, read(snapshot, now));
            last = read;
        }
        return read.check();
    }

    private static DeploymentCheck read(Snapshot snapshot, Instant now) {
        List<Dynamic> galleries = new ArrayList<>();
        for (var segment : snapshot.segments()) {
            if (segment.type().startsWith("microsoft.compute/galleries")) {
                segment.rows().live().forEach(row -> galleries.add(segment.resource(row)));
            }
        }
        return new DeploymentCheck(
                new LatestResolver(GalleryCatalog.of(galleries), ResolutionSettings.DEFAULT, now),
                VmApplicationLimits.NOW);
    }
}
