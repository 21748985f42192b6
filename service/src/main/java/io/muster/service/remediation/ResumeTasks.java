package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.micronaut.context.event.ApplicationEventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import io.muster.remediation.Campaigns;
import io.muster.remediation.Remediation;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// After a start, and every so often, goes on with the tasks and campaigns that a stop, a crash or another process left unfinished, and begins those that are due.
@Singleton
@Requires(beans = Campaigns.class)
public final class ResumeTasks implements ApplicationEventListener<ServerStartupEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(ResumeTasks.class);
    private static final Duration LAST_LOOK = Duration.ofSeconds(10);

    private final Remediation remediation;
    private final Campaigns campaigns;
    private final PolicySchedules schedules;
    private final AfterTask following;
    private final PublishedVersions versions;
    private final LedgerRetention retention;
    private final Duration every;
    private @Nullable Future<?> looking;

    // A thread of its own, not the framework's schedule: that one may still fire while the server
    // stops.
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("resume-tasks").factory());

    // AfterTask is asked for so that it listens before anything is started.
    ResumeTasks(
            Remediation remediation,
            Campaigns campaigns,
            PolicySchedules schedules,
            RemediationConfig config,
            AfterTask following,
            PublishedVersions versions,
            LedgerRetention retention) {
        this.remediation = remediation;
        this.campaigns = campaigns;
        this.schedules = schedules;
        this.every = config.lookEveryOrStandard();
        this.following = following;
        this.versions = versions;
        this.retention = retention;
    }

    @Override
    public void onApplicationEvent(ServerStartupEvent event) {
        resume();
        looking =
                clock.scheduleWithFixedDelay(
                        this::lookAgain, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void lookAgain() {
        attempt("taking over what another process collected", following::adopt);
        attempt("beginning what policies' schedules have due", schedules::run);
        resume();
        attempt("forgetting what was done long ago", retention::run);
    }

    private void resume() {
        // Campaigns first: what one of them had paused is not begun again by itself.
        attempt("going on with campaigns", campaigns::resume);
        attempt("going on with remediations", remediation::resume);
        attempt("bringing the fleet up to date", following::resume);
        attempt("looking for published versions", versions::run);
    }

    /// One kind of work.
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /// What one kind of work meets does not hold up the others.
    private static void attempt(String what, Work work) {
        try {
            work.run();
        } catch (IOException | RuntimeException fault) {
            // The database is not to be reached, for one: the next look finds the same work.
            LOG.warn("{} failed; trying again", what, fault);
        }
    }

    /// Before what it starts is stopped.
    @PreDestroy
    void stop() {
        if (looking != null) {
            looking.cancel(false);
        }
        clock.shutdown();
        try {
            if (!clock.awaitTermination(LAST_LOOK.toSeconds(), TimeUnit.SECONDS)) {
                clock.shutdownNow();
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            clock.shutdownNow();
        }
    }
}
