package io.muster.service.remediation;

import io.micronaut.context.annotation.Requires;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.SourceException;
import io.muster.remediation.Remediation;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.fleet.FleetRounds;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the fleet up to date when a task is over: its resources are collected again and everything is judged again, so that states tell what was
/// done without waiting for the next full collection.
@Singleton
@Requires(beans = Remediation.class)
public final class AfterTask {
    private static final Logger LOG = LoggerFactory.getLogger(AfterTask.class);

    private final Remediation remediation;
    private final FleetRounds rounds;
    private final FleetCompliance compliance;
    private final Set<ResourceId> following = ConcurrentHashMap.newKeySet();

    AfterTask(Remediation remediation, FleetRounds rounds, FleetCompliance compliance) {
        this.remediation = remediation;
        this.rounds = rounds;
        this.compliance = compliance;
    }

    /// Waits for a task on a thread of its own.
    public void follow(ResourceId task) {
        following.add(task);
        Thread.ofVirtual().name("after-" + task.name()).start(() -> waitFor(task));
    }

    /// Whether states do not yet tell what the task did.
    public boolean isFollowing(ResourceId task) {
        return following.contains(task);
    }

    private void waitFor(ResourceId task) {
        try {
            var ended = remediation.await(task);
            if (ended.state().isTerminal()) {
                refresh(ended);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RemediationException | SourceException | IOException | RuntimeException fault) {
            // The next full collection finds the same; until then states are those of before the
            // task.
            LOG.error("the fleet could not be brought up to date after {}", task.text(), fault);
        } finally {
            following.remove(task);
        }
    }

    private void refresh(RemediationTask task)
            throws RemediationException, SourceException, IOException, InterruptedException {
        var touched =
                remediation.deployments(task.scope(), task.name()).stream()
                        .map(ItemView::resource)
                        .collect(Collectors.toUnmodifiableSet());
        if (!touched.isEmpty() && rounds.hasSources()) {
            rounds.refresh(touched);
        } else {
            compliance.scan();
        }
    }
}
