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
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
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

    private final Supplier<Snapshot> fleet;
    private final Consumer<Snapshot> warming;

    /// One core: what is computed in parallel stays on it.
    private final ForkJoinPool core = new ForkJoinPool(1);

    private final AtomicBoolean asked = new AtomicBoolean();

    @Inject
    WarmTables(Fleet fleet) {
        this(fleet::snapshot, WarmTables::makeReady);
    }

    WarmTables(Supplier<Snapshot> fleet, Consumer<Snapshot> warming) {
        this.fleet = fleet;
        this.warming = warming;
    }

    private static void makeReady(Snapshot snapshot) {
        InventoryCatalog.of(snapshot).table("vmapplications").orElseThrow().scan(ScanRequest.ALL);
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
        var snapshot = fleet.get();
        if (machines(snapshot) > MOST) {
            return;
        }
        try {
            warming.accept(snapshot);
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
