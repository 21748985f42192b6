package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.RemediationTask.Counts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Runs a task from wherever it stands to its end. One call a task at a time, held by a lease on the
/// ledger; each resource is worked on by a virtual thread of its own, a bounded number at once.
///
/// Cancelling, pausing and the failure threshold stop new resources from being begun; those in flight
/// come to their end. A fault of our own (a store that fails) ends the run without another word to
/// the ledger: the next run recovers as after a crash.
public final class RemediationRunner {
    private final ArmPort arm;
    private final RemediationLedger ledger;
    private final TaskPlanner planner;
    private final Pacer pacer;
    private final RunSettings settings;
    private final String owner;

    /// @param owner names this process on leases; another one for each start
    public RemediationRunner(
            ArmPort arm,
            RemediationLedger ledger,
            TaskPlanner planner,
            Pacer pacer,
            RunSettings settings,
            String owner) {
        this.arm = arm;
        this.ledger = ledger;
        this.planner = planner;
        this.pacer = pacer;
        this.settings = settings;
        this.owner = owner;
    }

    /// Runs the task until it ends or pauses.
    ///
    /// @return false when another process holds its lease, or it is not there
    public boolean run(ResourceId id) throws InterruptedException {
        if (!renew(id)) {
            return false;
        }
        try {
            var task = ledger.task(id);
            if (task.isEmpty()) {
                return false;
            }
            if (!task.get().state().isTerminal()) {
                new Run(task.get()).go();
            }
            return true;
        } finally {
            ledger.release(id, owner);
        }
    }

    private boolean renew(ResourceId id) {
        var now = pacer.instant();
        return ledger.lease(id, owner, now, now.plus(settings.leaseFor()));
    }

    /// What a resource's thread reports: how it ended, or the fault that ended it.
    private record Done(@Nullable ItemOutcome outcome, @Nullable Throwable fault) {}

    /// One run of one task.
    private final class Run {
        private final ResourceId id;
        private RemediationTask task;
        private final Deque<ResourceId> waiting = new ArrayDeque<>();
        private final LinkedBlockingQueue<Done> done = new LinkedBlockingQueue<>();
        private int total;
        private int successful;
        private int failed;
        private int inFlight;
        private Instant saved = Instant.MIN;

        Run(RemediationTask task) {
            this.id = task.id();
            this.task = task;
        }

        void go() throws InterruptedException {
            try {
                if (!prepare()) {
                    return;
                }
            } catch (RemediationException fault) {
                change(now ->
                        now.in(
                                ProvisioningState.FAILED,
                                String.valueOf(fault.getMessage()),
                                pacer.instant()));
                return;
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                try {
                    work(threads);
                } catch (InterruptedException | RuntimeException | Error stop) {
                    threads.shutdownNow();
                    throw stop;
                }
            }
            finish();
        }

        /// Plans when nothing is planned yet, and finds out what is left to do.
        private boolean prepare() throws RemediationException {
            var entries = ledger.entries(id);
            if (entries.isEmpty() && task.state() != ProvisioningState.CANCELLING) {
                if (task.paused()) {
                    return false;
                }
                if (task.settings().reEvaluate()) {
                    move(ProvisioningState.EVALUATING);
                }
                var resources = planner.resources(task);
                ledger.plan(id, pacer.instant(), resources);
                entries = ledger.entries(id);
            }
            if (task.state() == ProvisioningState.EVALUATING) {
                move(ProvisioningState.ACCEPTED);
            }
            List<ResourceId> begun = new ArrayList<>();
            List<ResourceId> fresh = new ArrayList<>();
            byResource(entries)
                    .forEach((resource, lines) -> {
                        total++;
                        var history = ItemHistory.of(lines);
                        if (history.closed() != null) {
                            count(history.closed().outcome());
                        } else if (history.steps().isEmpty()) {
                            fresh.add(resource);
                        } else {
                            begun.add(resource);
                        }
                    });
            // What a crash left in the middle comes first, and comes to its end even when
            // cancelled.
            waiting.addAll(begun);
            waiting.addAll(fresh);
            unfinished = begun.size();
            return true;
        }

        private int unfinished;

        private void move(ProvisioningState state) {
            change(now ->
                    now.state() == ProvisioningState.CANCELLING
                            ? now
                            : now.in(state, now.statusMessage(), pacer.instant()));
        }

        private void count(ItemOutcome outcome) {
            if (outcome.isSuccess()) {
                successful++;
            } else if (outcome.isFailure()) {
                failed++;
            }
        }

        private void work(ExecutorService threads) throws InterruptedException {
            while (true) {
                refresh();
                while (inFlight < task.settings().parallelDeployments() && mayBegin()) {
                    begin(threads, waiting.removeFirst());
                }
                if (inFlight == 0) {
                    return;
                }
                var next = done.poll(settings.leaseFor().toMillis() / 3 + 1, TimeUnit.MILLISECONDS);
                if (!renew(id)) {
                    throw new IllegalStateException(
                            "the lease of " + id + " was lost to another process");
                }
                if (next != null) {
                    inFlight--;
                    if (next.fault() != null) {
                        throw new IllegalStateException(
                                "the run of " + id + " was cut off", next.fault());
                    }
                    if (next.outcome() != null) {
                        count(next.outcome());
                    }
                    save(Duration.ofSeconds(1));
                }
            }
        }

        private boolean mayBegin() {
            if (waiting.isEmpty()) {
                return false;
            }
            if (unfinished > 0) {
                unfinished--;
                return true;
            }
            return task.state() == ProvisioningState.ACCEPTED
                    && !task.paused()
                    && !isOverThreshold();
        }

        private boolean isOverThreshold() {
            return total > 0 && (double) failed / total > task.settings().failureThreshold();
        }

        private void begin(ExecutorService threads, ResourceId resource) {
            inFlight++;
            var worker =
                    new ItemWorker(
                            arm,
                            ledger,
                            pacer,
                            settings,
                            id,
                            task.correlationId(),
                            resource,
                            planner.goal(task, resource));
            threads.execute(() -> {
                try {
                    done.add(new Done(worker.work().outcome(), null));
                } catch (InterruptedException | RuntimeException | Error fault) {
                    done.add(new Done(null, fault));
                }
            });
        }

        private void finish() {
            refresh();
            boolean cancelled = task.state() == ProvisioningState.CANCELLING;
            boolean stopped = isOverThreshold();
            if (!waiting.isEmpty() && !cancelled && !stopped) {
                save(Duration.ZERO);
                return;
            }
            for (var resource : waiting) {
                ledger.append(
                        id,
                        resource,
                        pacer.instant(),
                        new LedgerEvent.Closed(
                                ItemOutcome.CANCELED,
                                "",
                                cancelled
                                        ? "The remediation was cancelled."
                                        : "The failure threshold was exceeded."));
            }
            var end =
                    cancelled
                            ? ProvisioningState.CANCELED
                            : stopped
                                    ? ProvisioningState.FAILED
                                    : failed > 0
                                            ? ProvisioningState.COMPLETE
                                            : ProvisioningState.SUCCEEDED;
            change(now -> now.withCounts(counts(), pacer.instant()));
            change(now -> now.in(end, message(end), pacer.instant()));
        }

        private String message(ProvisioningState end) {
            return switch (end) {
                case FAILED ->
                        failed
                                + " of "
                                + total
                                + " resources failed, which is above the failure threshold of "
                                + task.settings().failureThreshold()
                                + ".";
                case COMPLETE -> failed + " of " + total + " resources failed.";
                case CANCELED -> "Cancelled; " + waiting.size() + " resources were not begun.";
                case SUCCEEDED, ACCEPTED, EVALUATING, CANCELLING -> "";
            };
        }

        private Counts counts() {
            return new Counts(total, successful, failed);
        }

        /// Writes the counts down, not more often than that.
        private void save(Duration atMostEvery) {
            var now = pacer.instant();
            if (saved.equals(Instant.MIN)
                    || Duration.between(saved, now).compareTo(atMostEvery) >= 0) {
                saved = now;
                change(kept ->
                        kept.counts().equals(counts()) ? kept : kept.withCounts(counts(), now));
            }
        }

        private void refresh() {
            task = ledger.task(id).orElse(task);
        }

        /// Changes the kept task, against whoever changes it at the same time.
        private void change(UnaryOperator<RemediationTask> edit) {
            while (true) {
                refresh();
                var next = edit.apply(task);
                if (next.equals(task)) {
                    return;
                }
                if (ledger.update(next)) {
                    task = next;
                    return;
                }
            }
        }
    }

    static Map<ResourceId, List<LedgerEntry>> byResource(List<LedgerEntry> entries) {
        Map<ResourceId, List<LedgerEntry>> grouped = new LinkedHashMap<>();
        for (var entry : entries) {
            grouped.computeIfAbsent(entry.resource(), _ -> new ArrayList<>()).add(entry);
        }
        return grouped;
    }
}
