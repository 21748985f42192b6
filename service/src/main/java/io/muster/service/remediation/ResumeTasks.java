package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.scheduling.annotation.Scheduled;
import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import jakarta.inject.Singleton;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// After a start, and every so often, goes on with the tasks and campaigns that a stop, a crash or another process left unfinished, and begins those that are due.
@Singleton
@Requires(beans = Campaigns.class)
public class ResumeTasks implements ApplicationEventListener<ServerStartupEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(ResumeTasks.class);

    private final Remediation remediation;
    private final Campaigns campaigns;
    private final PolicySchedules schedules;
    private volatile boolean started;

    // AfterTask is asked for so that it listens before anything is started.
    ResumeTasks(
            Remediation remediation,
            Campaigns campaigns,
            PolicySchedules schedules,
            AfterTask listening) {
        this.remediation = remediation;
        this.campaigns = campaigns;
        this.schedules = schedules;
        LOG.debug("{} listens", listening);
    }

    @Override
    public void onApplicationEvent(ServerStartupEvent event) {
        started = true;
        resume();
    }

    @Scheduled(
            fixedDelay = "${muster.remediation.look-every:5s}",
            initialDelay = "${muster.remediation.look-every:5s}",
            scheduler = TaskExecutors.SCHEDULED)
    @ExecuteOn(TaskExecutors.BLOCKING)
    void lookAgain() {
        if (!started) {
            return;
        }
        try {
            schedules.run();
            resume();
        } catch (RuntimeException fault) {
            // The database is not to be reached, for one: the next look finds the same work.
            LOG.warn("looking for unfinished remediations failed; trying again", fault);
        }
    }

    private void resume() {
        remediation.resume();
        campaigns.resume();
    }
}
