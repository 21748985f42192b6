package io.muster.inventory.source;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads single resources again, onto a snapshot. A fault of our own in one of them must not hold back the others: the lot that it breaks is halved until it is alone,
/// and counts as not read.
final class SingleReads {
    /// Lots that may break: where everything does, no more is tried than this.
    private static final int MOST_BROKEN = 100;

    private final ResourceSource source;
    private final InstantSource clock;
    private final Set<ResourceId> read = new HashSet<>();
    private final List<SourceFault> faults = new ArrayList<>();
    private Snapshot snapshot;
    private int broken;

    private SingleReads(ResourceSource source, InstantSource clock, Snapshot onto) {
        this.source = source;
        this.clock = clock;
        this.snapshot = onto;
    }

    /// @param read those that were found, or are not there any more
    /// @param faults on the others
    record Result(Snapshot snapshot, Set<ResourceId> read, List<SourceFault> faults) {}

    static Result of(ResourceSource source, InstantSource clock, Snapshot onto, Set<ResourceId> ids)
            throws SourceException, InterruptedException {
        var reads = new SingleReads(source, clock, onto);
        reads.read(ids.stream().sorted().toList());
        return new Result(reads.snapshot, reads.read, reads.faults);
    }

    private void read(List<ResourceId> lot) throws SourceException, InterruptedException {
        try {
            take(Set.copyOf(lot));
        } catch (RuntimeException fault) {
            if (Thread.interrupted()) {
                throw interrupted(fault);
            }
            broken++;
            if (lot.size() == 1 || broken >= MOST_BROKEN) {
                lot.forEach(id -> faults.add(SourceFault.broken(id.text(), fault)));
                return;
            }
            read(lot.subList(0, lot.size() / 2));
            read(lot.subList(lot.size() / 2, lot.size()));
        }
    }

    static InterruptedException interrupted(RuntimeException fault) {
        var stopped = new InterruptedException("interrupted while reading");
        stopped.initCause(fault);
        return stopped;
    }

    private void take(Set<ResourceId> lot) throws SourceException, InterruptedException {
        var upserts = new ArrayList<Dynamic>();
        var report = source.refresh(lot, snapshot::resource, upserts::add);
        snapshot =
                snapshot.with(upserts, Vanished.from(snapshot, upserts, report), clock.instant());
        read.addAll(report.found());
        read.addAll(report.absent());
        faults.addAll(report.faults());
    }
}
