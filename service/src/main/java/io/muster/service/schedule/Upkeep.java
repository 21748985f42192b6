package io.muster.service.schedule;

import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.scheduling.annotation.Scheduled;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import jakarta.inject.Singleton;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the snapshot in good form: joins the small segments that refreshes leave (`muster.compaction.every`), and collects again at once
/// when the store had lost some.
@Singleton
public class Upkeep {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);
    private final Fleet fleet;
    private final FleetRounds rounds;

    Upkeep(Fleet fleet, FleetRounds rounds) {
        this.fleet = fleet;
        this.rounds = rounds;
    }

    @Scheduled(
            fixedDelay = "${muster.compaction.every:1m}",
            initialDelay = "${muster.compaction.every:1m}",
            scheduler = TaskExecutors.SCHEDULED)
    @ExecuteOn(TaskExecutors.BLOCKING)
    void compact() throws InterruptedException {
        try {
            if (rounds.compact()) {
                LOG.debug("segments were joined: {} now", fleet.snapshot().segments().size());
            }
        } catch (IOException unkept) {
            // The segments as they were stay in use; the next time tries again.
            LOG.error("segments could not be joined", unkept);
        }
    }

    @EventListener
    void started(ServerStartupEvent event) {
        if (fleet.damaged().isEmpty() || !rounds.hasSources()) {
            return;
        }
        Thread.ofPlatform().daemon().name("collect again").start(this::collectAgain);
    }

    private void collectAgain() {
        try {
            rounds.run();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (IOException | RuntimeException fault) {
            LOG.error("what the store had lost could not be collected again", fault);
        }
    }
}
