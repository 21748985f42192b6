package io.muster.remediation.apply;

import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.ledger.ItemOutcome;
import io.muster.remediation.ledger.LeaseLostException;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.ledger.RemediationLedger.PlannedResource;
import io.muster.remediation.pace.Pacing;
import io.muster.remediation.plan.FleetBusyException;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.RemediationTask.Counts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    private final Access access;
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
        this.access = new Access(arm, pacer, planner::isShared);
        this.ledger = ledger;
        this.planner = planner;
        this.pacer = pacer;
        this.settings = settings;
        this.owner = owner;
    }

    /// Runs the task until it ends or pauses.
    ///
    /// @return the task as it was left, with nothing in flight; empty when another process holds its lease, or it is not there
    public Optional<RemediationTask> run(ResourceId id) throws InterruptedException {
        var until = pacer.instant().plus(settings.leaseFor());
        if (!ledger.lease(id, owner, settings.leaseFor())) {
            return Optional.empty();
        }
        try (var lease = LeaseKeeper.start(ledger, id, owner, pacer, settings.leaseFor(), until)) {
            var task = ledger.task(id);
            return task.isEmpty() || task.get().state().isTerminal()
                    ? task
                    : Optional.of(new Run(task.get(), lease).go());
        } finally {
            ledger.release(id, owner);
        }
    }

    private static String subscription(ResourceId resource) {
        return resource.subscriptionId().orElse("").toLowerCase(Locale.ROOT);
    }

    /// What a resource's thread reports: how it ended, or the fault that ended it.
    private record Done(@Nullable ItemOutcome outcome, @Nullable Throwable fault) {}

    /// One run of one task.
    private final class Run {
        private final ResourceId id;
        private RemediationTask task;
        private final Deque<ResourceId> waiting = new ArrayDeque<>();

        /// What the ledger has of each that waits.
        private final Map<ResourceId, List<LedgerEntry>> known = new HashMap<>();

        private final LinkedBlockingQueue<Done> done = new LinkedBlockingQueue<>();
        private int total;
        private int successful;
        private int failed;

        /// Those of the failed to which nothing was sent.
        private int refused;

        /// Closed without being changed, since the task was cancelled.
        private int left;

        private int inFlight;
        private Instant saved = Instant.MIN;
        private final LeaseKeeper lease;
        private final LedgerWriter writer;

        Run(RemediationTask task, LeaseKeeper lease) {
            this.id = task.id();
            this.task = task;
            this.lease = lease;
            this.writer = new LedgerWriter(ledger, id, owner, pacer);
        }

        RemediationTask go() throws InterruptedException {
            try {
                if (!prepare()) {
                    return task;
                }
            } catch (RemediationException fault) {
                change(now ->
                        now.in(
                                ProvisioningState.FAILED,
                                String.valueOf(fault.getMessage()),
                                pacer.instant()));
                return task;
            }
            // Closed after the threads: what they told is kept before a next run looks.
            try (writer;
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                try {
                    writer.start();
                    work(threads);
                    writer.flush();
                } catch (InterruptedException | RuntimeException | Error stop) {
                    threads.shutdownNow();
                    throw stop;
                }
            }
            finish();
            return task;
        }

        /// Plans when nothing is planned yet, and finds out what is left to do.
        private boolean prepare() throws RemediationException, InterruptedException {
            var entries = ledger.entries(id);
            if (entries.isEmpty() && task.state() != ProvisioningState.CANCELLING) {
                if (task.paused()) {
                    return false;
                }
                if (task.settings().reEvaluate()) {
                    move(ProvisioningState.EVALUATING);
                }
                var chosen = resources();
                if (chosen == null) {
                    return false;
                }
                // Before the plan, so that nobody takes a part for the whole after a crash.
                change(now ->
                        now.withCounts(
                                new Counts(chosen.found(), chosen.resources().size(), 0, 0, 0),
                                pacer.instant()));
                entries = plan(chosen.resources());
            }
            if (task.state() == ProvisioningState.EVALUATING) {
                move(ProvisioningState.ACCEPTED);
            }
            List<ResourceId> cutOff = new ArrayList<>();
            List<ResourceId> fresh = new ArrayList<>();
            byResource(entries)
                    .forEach((resource, lines) -> {
                        total++;
                        var history = ItemHistory.of(lines);
                        if (history.closed() != null) {
                            count(history.closed().outcome());
                            return;
                        }
                        known.put(resource, lines);
                        if (history.isUntouched()) {
                            fresh.add(resource);
                        } else {
                            cutOff.add(resource);
                        }
                    });
            // What a crash left in the middle comes first, and comes to its end even when
            // cancelled.
            waiting.addAll(cutOff);
            waiting.addAll(fresh);
            unfinished = cutOff.size();
            return true;
        }

        /// Keeps what is to be remediated, and gives the lines as they were kept.
        private List<LedgerEntry> plan(List<PlannedResource> resources) {
            var at = pacer.instant();
            List<RemediationLedger.Line> lines = new ArrayList<>();
            List<LedgerEntry> entries = new ArrayList<>();
            for (var planned : resources) {
                var event = new LedgerEvent.Planned(planned.location());
                lines.add(new RemediationLedger.Line(planned.resource(), event));
                entries.add(
                        new LedgerEntry(id, entries.size() + 1L, planned.resource(), at, event));
            }
            ledger.append(id, owner, at, lines);
            return entries;
        }

        /// The planned resources, asked for again while the inventory has no turn for the question; none when the task was cancelled meanwhile, null when paused.
        private TaskPlanner.@Nullable Chosen resources()
                throws RemediationException, InterruptedException {
            while (true) {
                try {
                    return planner.resources(task);
                } catch (FleetBusyException busy) {
                    pacer.pause(settings.firstPause());
                    lease.check();
                    refresh();
                    if (task.state() == ProvisioningState.CANCELLING) {
                        return new TaskPlanner.Chosen(List.of(), 0);
                    }
                    if (task.paused()) {
                        return null;
                    }
                }
            }
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
                refused += outcome == ItemOutcome.REFUSED ? 1 : 0;
            } else {
                left++;
            }
        }

        private void work(ExecutorService threads) throws InterruptedException {
            while (true) {
                refresh();
                Duration held = Duration.ZERO;
                while (inFlight < task.settings().parallelDeployments() && mayBegin()) {
                    held = next();
                    if (!held.isZero()) {
                        break;
                    }
                    begin(threads, waiting.removeFirst());
                }
                if (inFlight == 0) {
                    if (held.isZero()) {
                        return;
                    }
                    pacer.pause(held);
                    lease.check();
                    continue;
                }
                long patience = settings.leaseFor().toMillis() / 3 + 1;
                var next =
                        done.poll(
                                held.isZero() ? patience : Math.min(patience, held.toMillis()),
                                TimeUnit.MILLISECONDS);
                lease.check();
                if (next != null) {
                    // All that ended meanwhile, so that one look at the task serves for all.
                    ended(next);
                    for (var more = done.poll(); more != null; more = done.poll()) {
                        ended(more);
                    }
                    save(Duration.ofSeconds(1));
                }
            }
        }

        private void ended(Done one) {
            inFlight--;
            if (one.fault() != null) {
                throw new IllegalStateException("the run of " + id + " was cut off", one.fault());
            }
            if (one.outcome() != null) {
                count(one.outcome());
            }
        }

        /// Puts a resource that may be begun now first in line.
        ///
        /// @return zero; when there is none, how long to wait before looking again
        private Duration next() {
            var pacing = task.settings().pacing();
            if (unfinished > 0 || pacing.equals(Pacing.FREE)) {
                return Duration.ZERO;
            }
            var now = pacer.instant();
            var opens = pacing.opensAt(now);
            if (opens.isAfter(now)) {
                tell("Waiting for the maintenance window that opens at " + opens + ".");
                return look(now, opens);
            }
            var budget = pacing.budget();
            if (budget == null) {
                tell("");
                return Duration.ZERO;
            }
            // One subscription whose budget is spent does not hold up the others.
            Map<String, Instant> room = new HashMap<>();
            for (var resource : waiting) {
                String subscription = subscription(resource);
                var at =
                        room.computeIfAbsent(subscription, name -> ledger.begin(name, budget, now));
                if (!at.isAfter(now)) {
                    waiting.remove(resource);
                    waiting.addFirst(resource);
                    tell("");
                    return Duration.ZERO;
                }
            }
            var first = Collections.min(room.values());
            tell("The rate budget is spent until " + first + ".");
            return look(now, first);
        }

        /// Not longer than it takes to notice that somebody cancelled.
        private Duration look(Instant now, Instant until) {
            var left = Duration.between(now, until);
            return left.compareTo(settings.firstPause()) < 0 ? left : settings.firstPause();
        }

        private void tell(String message) {
            if (!task.statusMessage().equals(message)) {
                change(kept ->
                        kept.state() == ProvisioningState.ACCEPTED
                                ? kept.in(kept.state(), message, pacer.instant())
                                : kept);
            }
        }

        private boolean mayBegin() {
            if (waiting.isEmpty()) {
                return false;
            }
            if (unfinished > 0) {
                return true;
            }
            return task.state() == ProvisioningState.ACCEPTED
                    && !task.paused()
                    && !isOverThreshold();
        }

        private boolean isOverThreshold() {
            return counted() > 0
                    && (double) hurt() / counted() > task.settings().failureThreshold();
        }

        /// Resources of which the threshold is a share.
        private int counted() {
            return task.goal().countsRefused() ? total : total - refused;
        }

        /// Resources that count towards the threshold.
        private int hurt() {
            return task.goal().countsRefused() ? failed : failed - refused;
        }

        private void begin(ExecutorService threads, ResourceId resource) {
            inFlight++;
            unfinished = Math.max(0, unfinished - 1);
            var worker =
                    new ItemWorker(
                            arm,
                            access,
                            writer,
                            lease,
                            pacer,
                            settings,
                            id,
                            task.correlationId(),
                            resource,
                            planner.goal(task, resource),
                            this::isCancelled,
                            known.getOrDefault(resource, List.of()));
            known.remove(resource);
            threads.execute(() -> {
                try {
                    done.add(new Done(worker.work().outcome(), null));
                } catch (InterruptedException | RuntimeException | Error fault) {
                    done.add(new Done(null, fault));
                }
            });
        }

        private final Object looking = new Object();

        // Guarded by looking.
        private @Nullable Instant looked;

        // Guarded by looking.
        private boolean cancelled;

        /// Whether the task was cancelled, as kept not longer ago than the shortest pause: for the workers' threads.
        private boolean isCancelled() {
            var now = pacer.instant();
            synchronized (looking) {
                if (looked == null
                        || Duration.between(looked, now).compareTo(settings.firstPause()) >= 0) {
                    looked = now;
                    cancelled =
                            ledger.task(id)
                                    .filter(kept -> kept.state() == ProvisioningState.CANCELLING)
                                    .isPresent();
                }
                return cancelled;
            }
        }

        private void finish() {
            refresh();
            boolean cancelled = task.state() == ProvisioningState.CANCELLING;
            boolean stopped = isOverThreshold();
            if (!waiting.isEmpty() && !cancelled && !stopped) {
                save(Duration.ZERO);
                return;
            }
            var never =
                    new LedgerEvent.Closed(
                            ItemOutcome.CANCELED,
                            "",
                            cancelled
                                    ? "The remediation was cancelled."
                                    : "The failure threshold was exceeded.");
            if (!waiting.isEmpty()) {
                ledger.append(
                        id,
                        owner,
                        pacer.instant(),
                        waiting.stream()
                                .map(resource -> new RemediationLedger.Line(resource, never))
                                .toList());
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
            change(now -> now.in(end, leftOut(message(end)), pacer.instant()));
        }

        private String message(ProvisioningState end) {
            return switch (end) {
                case FAILED ->
                        hurt()
                                + " of "
                                + counted()
                                + " resources failed, which is above the failure threshold of "
                                + task.settings().failureThreshold()
                                + "."
                                + refusals();
                case COMPLETE ->
                        hurt() == 0
                                ? refusals().strip()
                                : hurt() + " of " + counted() + " resources failed." + refusals();
                case CANCELED ->
                        "Cancelled; " + (waiting.size() + left) + " resources were not changed.";
                case SUCCEEDED, ACCEPTED, EVALUATING, CANCELLING -> "";
            };
        }

        private String refusals() {
            return task.goal().countsRefused() || refused == 0
                    ? ""
                    : " " + refused + " cannot be changed; nothing was sent to them.";
        }

        /// What nobody asked for and nobody did is said.
        private String leftOut(String message) {
            int left = counts().leftOut();
            return left == 0
                    ? message
                    : (message
                                    + " Of "
                                    + counts().found()
                                    + " resources "
                                    + left
                                    + " were left out: resourceCount is "
                                    + task.settings().resourceCount()
                                    + ".")
                            .strip();
        }

        private Counts counts() {
            return new Counts(
                    Math.max(total, task.counts().found()), total, successful, failed, refused);
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

        /// Looks what others did to the task.
        ///
        /// @throws LeaseLostException when it is gone, or another one of its name is in its place
        private void refresh() {
            if (ledger.isKept(task)) {
                return;
            }
            task =
                    ledger.task(id)
                            .filter(task::isSameAs)
                            .orElseThrow(() -> new LeaseLostException(id));
        }

        /// Changes the kept task, against whoever changes it at the same time.
        private void change(UnaryOperator<RemediationTask> edit) {
            while (true) {
                refresh();
                var next = edit.apply(task);
                if (next.equals(task)) {
                    return;
                }
                if (ledger.update(next, owner)) {
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
