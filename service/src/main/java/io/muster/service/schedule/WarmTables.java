package io.muster.service.schedule;

import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.muster.core.column.ScanRequest;
import io.muster.inventory.derived.InventoryCatalog;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Machine;
import io.muster.service.fleet.AfterCollection;
import io.muster.service.fleet.Fleet;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the rows of `vmapplications` ready before somebody asks: after a start, and after each publication what is new of them. On one core, and only for fleets whose
/// rows take little beside the snapshot; a larger fleet's are made at the first question.
@Singleton
public final class WarmTables
        implements AfterCollection, ApplicationEventListener<ServerStartupEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(WarmTables.class);

    /// Machines; the rows of that many take some 140 MB.
    private static final int MOST = 250_000;

    private final Fleet fleet;

    /// One core: what is computed in parallel stays on it.
    private final ForkJoinPool core = new ForkJoinPool(1);

    private final AtomicBoolean asked = new AtomicBoolean();

    WarmTables(Fleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public void onApplicationEvent(ServerStartupEvent event) {
        run();
    }

    /// Returns at once.
    @Override
    public synchronized void run() {
        if (!core.isShutdown() && asked.compareAndSet(false, true)) {
            core.execute(this::warm);
        }
    }

    private void warm() {
        asked.set(false);
        var snapshot = fleet.snapshot();
        if (machines(snapshot) > MOST) {
            return;
        }
        try {
            InventoryCatalog.of(snapshot)
                    .table("vmapplications")
                    .orElseThrow()
                    .scan(ScanRequest.ALL);
        } catch (RuntimeException fault) {
            // Whoever asks is told of it.
            if (!core.isShutdown()) {
                LOG.warn("vmapplications could not be made ready", fault);
            }
        }
    }

    private static int machines(Snapshot snapshot) {
        int machines = 0;
        for (var segment : snapshot.segments()) {
            if (segment.type().equals(Machine.VM_TYPE)
                    || segment.type().equals(Machine.INSTANCE_TYPE)) {
                machines += segment.rows().liveSize();
            }
        }
        return machines;
    }

    @PreDestroy
    synchronized void stop() {
        core.shutdownNow();
    }
}
