package io.muster.service.schedule;

import io.micronaut.context.annotation.Requires;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.scheduling.annotation.Scheduled;
import io.muster.service.fleet.FleetRounds;
import jakarta.inject.Singleton;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A round every so often (`muster.rounds.every`), when there is something to collect from.
@Singleton
@Requires(property = "muster.rounds.every")
public class RoundSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(RoundSchedule.class);
    private final FleetRounds rounds;

    RoundSchedule(FleetRounds rounds) {
        this.rounds = rounds;
    }

    @Scheduled(
            fixedDelay = "${muster.rounds.every}",
            initialDelay = "${muster.rounds.every}",
            scheduler = TaskExecutors.SCHEDULED)
    @ExecuteOn(TaskExecutors.BLOCKING)
    void run() throws InterruptedException {
        if (!rounds.hasSources()) {
            return;
        }
        try {
            rounds.run();
        } catch (IOException unkept) {
            // The last snapshot and verdicts stay; the next round tries again.
            LOG.error("a round failed", unkept);
        }
    }
}
