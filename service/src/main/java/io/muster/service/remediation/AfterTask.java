package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.SourceException;
import io.muster.remediation.Remediation;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetRounds;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the fleet up to date when a task is over: its resources are collected again and everything is judged again, so that states tell what was
/// done without waiting for the next full collection. That it was done is kept with the task: what a crash leaves is done by whoever looks next.
@Singleton
@Requires(beans = Remediation.class)
public final class AfterTask {
    private static final Logger LOG = LoggerFactory.getLogger(AfterTask.class);

    /// Above that many a whole collection is done sooner than one read a resource.
    private static final int MOST_ONE_BY_ONE = 2_000;

    /// How long a refresh under way is let go on when the server stops.
    private static final Duration LAST_REFRESH = Duration.ofSeconds(10);

    private final Remediation remediation;
    private final Fleet fleet;
    private final FleetRounds rounds;
    private final FleetCompliance compliance;

    /// How many wait for a task: each start of it, after a pause for one, is waited for.
    private final ConcurrentHashMap<ResourceId, Integer> following = new ConcurrentHashMap<>();

    /// Of the platform: what a task has touched is judged, and a virtual thread that computes holds a carrier of all others.
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("after-task-", 0).factory());

    /// Threads that wait for a task to end: only those may be interrupted without a request being torn.
    private final Set<Thread> waiting = new HashSet<>();

    private boolean stopping;

    AfterTask(
            Remediation remediation, Fleet fleet, FleetRounds rounds, FleetCompliance compliance) {
        this.fleet = fleet;
        this.remediation = remediation;
        this.rounds = rounds;
        this.compliance = compliance;
    }

    /// From now on follows each task that starts.
    @PostConstruct
    void begin() {
        remediation.listen(this::follow);
    }

    /// Waits for a task on a thread of its own.
    private synchronized void follow(ResourceId task) {
        if (!stopping) {
            following.merge(task, 1, Integer::sum);
            threads.execute(() -> waitFor(task));
        }
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private synchronized boolean mayWait() {
        waiting.add(Thread.currentThread());
        return !stopping;
    }

    private synchronized boolean mayRefresh() {
        endsWaiting();
        return !stopping;
    }

    private synchronized void endsWaiting() {
        waiting.remove(Thread.currentThread());
    }

    /// Ends before remediation and the stores do: what it would have read is read by the next collection.
    @PreDestroy
    void stop() {
        synchronized (this) {
            stopping = true;
            waiting.forEach(Thread::interrupt);
        }
        threads.shutdown();
        try {
            if (!threads.awaitTermination(LAST_REFRESH.toSeconds(), TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        threads.close();
    }

    /// Takes over what another process has collected, and has it judged.
    void adopt() throws IOException {
        if (fleet.adopt()) {
            compliance.scan();
        }
    }

    /// Takes up what a process left that died between the end of a task and the reading of what it touched, and what failed before.
    public void resume() {
        for (var task : remediation.untold()) {
            if (!following.containsKey(task.id())) {
                follow(task.id());
            }
        }
    }

    private void waitFor(ResourceId task) {
        try {
            if (!mayWait()) {
                return;
            }
            var ended = remediation.await(task);
            if (mayRefresh() && ended.state().isTerminal() && !ended.told()) {
                tell(ended);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RemediationException gone) {
            // Deleted before anybody could look: the next collection reads what it touched.
            LOG.debug("{} is gone", task.text(), gone);
        } catch (SourceException | IOException | RuntimeException fault) {
            // It is taken up again when the lease has run out; until then states are those of
            // before the task.
            if (isStopping()) {
                LOG.debug("stopped while following {}", task.text(), fault);
                return;
            }
            LOG.error("the fleet could not be brought up to date after {}", task.text(), fault);
        } finally {
            endsWaiting();
            following.computeIfPresent(task, (_, left) -> left == 1 ? null : left - 1);
        }
    }

    private void tell(RemediationTask task)
            throws RemediationException, SourceException, IOException, InterruptedException {
        var right = remediation.beginTelling(task);
        if (right.isEmpty()) {
            return;
        }
        try (var telling = right.get()) {
            refresh(task);
            remediation.told(task, telling);
        }
    }

    private void refresh(RemediationTask task)
            throws RemediationException, SourceException, IOException, InterruptedException {
        var touched =
                remediation.deployments(task.scope(), task.name()).stream()
                        .filter(item -> item.outcome() != ItemOutcome.CANCELED)
                        .map(ItemView::resource)
                        .collect(Collectors.toUnmodifiableSet());
        if (touched.size() > MOST_ONE_BY_ONE && rounds.hasSources()) {
            rounds.run();
        } else if (!touched.isEmpty() && rounds.hasSources()) {
            try {
                rounds.refresh(touched);
            } catch (SourceException onlyWhole) {
                LOG.debug("no source reads single resources", onlyWhole);
                rounds.run();
            }
        } else {
            compliance.scan();
        }
    }
}
