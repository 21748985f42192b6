package io.muster.remediation;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.LeaseKeeper;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RemediationRunner;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.dryrun.DryRun;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.ProvisioningState;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationRequest;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Remediation tasks: create, watch, steer. The facade of the module, safe for many threads.
///
/// Tasks run in the background, each on a thread of its own. After a start [#resume] goes on with what a
/// crash or a stop left unfinished. Closing stops at the next safe place and loses nothing.
public final class Remediation implements AutoCloseable {
    /// Azure's limit of tasks at once for one definition or member.
    public static final int MAX_ACTIVE_TASKS = 100;

    private final ArmPort arm;
    private final RemediationLedger ledger;
    private final TaskReader reader;
    private final TaskPlanner planner;
    private final Pacer pacer;
    private final RemediationRunner runner;
    private final Supplier<UUID> ids;
    private final RunSettings settings;

    /// Of the platform: a task is planned by queries and scans, and a virtual thread that computes holds a carrier of all others.
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("remediation-", 0).factory());

    private final ConcurrentHashMap<ResourceId, FutureTask<?>> running = new ConcurrentHashMap<>();

    /// Paused tasks of which a run here found nothing in flight any more, as they were kept then: by
    /// correlation id, their versions.
    private final ConcurrentHashMap<String, Long> atRest = new ConcurrentHashMap<>();

    private final List<Consumer<ResourceId>> listeners = new CopyOnWriteArrayList<>();

    /// @param ids new correlation ids
    public Remediation(
            ArmPort arm,
            RemediationLedger ledger,
            TaskPlanner planner,
            Pacer pacer,
            RunSettings settings,
            Supplier<UUID> ids) {
        this.arm = arm;
        this.ledger = ledger;
        this.reader = new TaskReader(ledger);
        this.planner = planner;
        this.pacer = pacer;
        this.ids = ids;
        this.settings = settings;
        String owner = ids.get().toString();
        this.runner = new RemediationRunner(arm, ledger, planner, pacer, settings, owner);
    }

    /// What a PUT made.
    ///
    /// @param isNew whether there was none of that name
    public record Created(RemediationTask task, boolean isNew) {}

    /// Creates a task and starts it (`PUT`). One of the same name that is over is replaced.
    ///
    /// @param scope management group, subscription, resource group or resource
    /// @param body `{"properties": {...}}` as Policy Insights takes it
    /// @param createdBy who asks; empty when not known
    public Created create(ResourceId scope, String name, Dynamic body, String createdBy)
            throws RemediationException {
        var request = RemediationRequest.read(scope, name, body);
        var id = RemediationTask.idOf(scope, name);
        var task =
                RemediationTask.accepted(
                        id, request, ids.get().toString(), createdBy, pacer.instant());
        planner.check(task);
        boolean isNew =
                ledger.create(
                        task,
                        tasks -> {
                            if (tasks.stream()
                                    .anyMatch(kept ->
                                            kept.id().equals(id) && !kept.state().isTerminal())) {
                                throw RemediationException.stillActive(name);
                            }
                            checkOthers(task, tasks);
                        });
        start(id);
        return new Created(task, isNew);
    }

    /// Keeps a campaign's task, unless one of its name is there; [#goOn] starts it.
    ///
    /// @throws RemediationException when it would get in the way of another one
    void keep(RemediationTask task) throws RemediationException {
        if (ledger.task(task.id()).isEmpty()) {
            ledger.create(
                    task,
                    tasks -> {
                        if (tasks.stream().anyMatch(kept -> kept.id().equals(task.id()))) {
                            throw RemediationException.update(
                                    task.name(), "Somebody else has just created it.");
                        }
                        checkOthers(task, tasks);
                    });
        }
    }

    /// Runs a task that is kept, unless it runs here.
    void goOn(ResourceId id) {
        var run = running.get(id);
        if (run == null || run.isDone()) {
            start(id);
        }
    }

    Optional<RemediationTask> find(ResourceId id) {
        return ledger.task(id);
    }

    /// Refuses a second task about the same policy on the same resources, and to take back what is no longer known.
    private void checkOthers(RemediationTask task, List<RemediationTask> tasks)
            throws RemediationException {
        if (task.goal().itself() instanceof TaskGoal.Rollback(var undone)) {
            for (var other : tasks) {
                if (undone.contains(other.id())) {
                    other.checkKnown(task.name());
                }
            }
        }
        if (!(task.goal().itself() instanceof TaskGoal.Policy goal)) {
            return;
        }
        var same =
                tasks.stream()
                        .filter(other -> !other.state().isTerminal())
                        .filter(other -> other.goal().itself().equals(goal))
                        .toList();
        var conflicting =
                same.stream()
                        .filter(other -> planner.overlap(other.scope(), task.scope()))
                        .map(RemediationTask::name)
                        .sorted()
                        .toList();
        if (!conflicting.isEmpty()) {
            throw RemediationException.create(
                    task.name(),
                    "The following remediations: '"
                            + String.join("', '", conflicting)
                            + "' are already running for policy assignment '"
                            + goal.assignmentId().text()
                            + "'"
                            + (goal.referenceId() == null
                                    ? ""
                                    : ", definition reference ID '" + goal.referenceId() + "'")
                            + " on a scope conflicting with requested scope.");
        }
        if (same.size() >= MAX_ACTIVE_TASKS) {
            throw RemediationException.create(
                    task.name(),
                    "There are already "
                            + MAX_ACTIVE_TASKS
                            + " active remediations for the policy.");
        }
    }

    public RemediationTask get(ResourceId scope, String name) throws RemediationException {
        return reader.get(scope, name);
    }

    /// The tasks at exactly that scope or below it, newest first.
    public List<RemediationTask> list(ResourceId scope) {
        return reader.list(scope);
    }

    /// Every task, newest first.
    public List<RemediationTask> all() {
        return reader.all();
    }

    /// A task's resources, as they stand, in the order they were planned (`listDeployments`).
    public List<ItemView> deployments(ResourceId scope, String name) throws RemediationException {
        return reader.deployments(scope, name);
    }

    /// Has somebody told of each task that is started or goes on, before it is. To be called before any is.
    public void listen(Consumer<ResourceId> started) {
        listeners.add(started);
    }

    /// Begins no new resource and, when those in flight are done, ends the task (`POST .../cancel`).
    public RemediationTask cancel(ResourceId scope, String name) throws RemediationException {
        var task = get(scope, name);
        if (task.state().isTerminal()) {
            throw RemediationException.cancel(name, "A completed remediation cannot be cancelled.");
        }
        var cancelling =
                change(
                        task.id(),
                        now ->
                                now.state().isTerminal()
                                                || now.state() == ProvisioningState.CANCELLING
                                        ? now
                                        : now.in(
                                                ProvisioningState.CANCELLING,
                                                now.statusMessage(),
                                                pacer.instant()));
        start(task.id());
        return cancelling;
    }

    /// Begins no new resource until [#unpause]. A ring's task is paused and resumed with its campaign, which would else go on with it, or stop it, by itself.
    public RemediationTask pause(ResourceId scope, String name) throws RemediationException {
        return paused(ofNoCampaign(scope, name), true);
    }

    public RemediationTask unpause(ResourceId scope, String name) throws RemediationException {
        var task = paused(ofNoCampaign(scope, name), false);
        start(task.id());
        return task;
    }

    private RemediationTask ofNoCampaign(ResourceId scope, String name)
            throws RemediationException {
        var task = get(scope, name);
        if (task.goal() instanceof TaskGoal.Ring(_, var campaign, _, _)) {
            throw RemediationException.update(
                    name,
                    "It is of the campaign '"
                            + campaign.name()
                            + "' and is paused and resumed with that one.");
        }
        return task;
    }

    /// Has a ring's task follow its campaign; starts nothing.
    RemediationTask paused(ResourceId id, boolean pause) throws RemediationException {
        return paused(
                ledger.task(id).orElseThrow(() -> RemediationException.notFound(id.name())), pause);
    }

    private RemediationTask paused(RemediationTask task, boolean pause)
            throws RemediationException {
        if (task.state().isTerminal()) {
            throw RemediationException.update(
                    task.name(), "A completed remediation cannot be paused or resumed.");
        }
        return change(
                task.id(),
                now -> now.paused() == pause ? now : now.withPaused(pause, pacer.instant()));
    }

    /// Forgets a task that is over (`DELETE`).
    ///
    /// @return false when there is none of that name
    public boolean delete(ResourceId scope, String name) throws RemediationException {
        var id = RemediationTask.idOf(scope, name);
        while (true) {
            var task = ledger.task(id);
            if (task.isEmpty()) {
                return false;
            }
            if (!task.get().state().isTerminal()) {
                throw RemediationException.notTerminal(name);
            }
            // Told of, or replaced by one that is active, since it was read: it is looked at again.
            if (ledger.delete(task.get())) {
                break;
            }
        }
        // A run that is still giving its lease back stays known, so that the next of this name
        // waits for it.
        running.computeIfPresent(id, (_, run) -> run.isDone() ? null : run);
        return true;
    }

    /// Tasks that are over and of which the inventory does not tell yet, and that nobody is at work to make it tell: of a process that died between the end of a
    /// task and the reading of what it touched, for one.
    public List<RemediationTask> untold() {
        return ledger.tasks().stream()
                .filter(task -> task.state().isTerminal() && !task.told())
                .toList();
    }

    /// An attempt to make the inventory tell of a task that is over. Until it is closed the right to it is kept: to read a whole fleet again may take longer than a
    /// lease.
    ///
    /// @param teller names the attempt on the lease
    public record Telling(String teller, LeaseKeeper lease) implements AutoCloseable {
        @Override
        public void close() {
            lease.close();
        }
    }

    /// Takes the right to make the inventory tell of a task that is over: none when somebody is at it. Whoever fails leaves the right to run out, so that neither
    /// this process nor another one makes the next attempt at once.
    public Optional<Telling> beginTelling(RemediationTask task) {
        var leaseFor = settings.leaseFor();
        var until = pacer.instant().plus(leaseFor);
        // Each attempt by a name of its own, so that the last one's lease keeps off its process,
        // too.
        String teller = "teller " + ids.get();
        return ledger.lease(task.id(), teller, leaseFor)
                ? Optional.of(
                        new Telling(
                                teller,
                                LeaseKeeper.start(
                                        ledger, task.id(), teller, pacer, leaseFor, until)))
                : Optional.empty();
    }

    /// Keeps that the inventory tells of a task, and gives the right back.
    public void told(RemediationTask task, Telling telling) {
        while (true) {
            var kept = ledger.task(task.id()).filter(task::isSameAs);
            if (kept.isEmpty() || kept.get().told() || ledger.update(kept.get().asTold())) {
                ledger.release(task.id(), telling.teller());
                return;
            }
        }
    }

    /// What a task would do, resource by resource; nothing is sent and nothing kept.
    public DryRun.Report dryRun(ResourceId scope, String name, Dynamic body)
            throws RemediationException, InterruptedException {
        var request = RemediationRequest.read(scope, name, body);
        var task =
                RemediationTask.accepted(
                        RemediationTask.idOf(scope, name),
                        request,
                        ids.get().toString(),
                        "",
                        pacer.instant());
        planner.check(task);
        return new DryRun(arm, planner, pacer, settings).run(task);
    }

    /// Goes on with every task that is not over and does not run here: to be called once after a
    /// start, and now and then, to take over what another process left behind. Of a paused one the
    /// resources in flight come to their end; nothing else of it is begun.
    ///
    /// @return those it goes on with
    public List<RemediationTask> resume() {
        List<RemediationTask> begun = new ArrayList<>();
        for (var task : ledger.tasks()) {
            var run = running.get(task.id());
            // Looked at once more: it may have ended since the list was read.
            if (!task.state().isTerminal()
                    && !isAtRest(task)
                    && (run == null || run.isDone())
                    && ledger.task(task.id())
                            .filter(now -> !now.state().isTerminal())
                            .isPresent()) {
                start(task.id());
                begun.add(task);
            }
        }
        return begun;
    }

    private boolean isAtRest(RemediationTask task) {
        return task.paused()
                && task.state() != ProvisioningState.CANCELLING
                && atRest.getOrDefault(task.correlationId(), 0L) == task.version();
    }

    /// Runs a task until it ends or pauses. One that stays paused when nothing of it is in flight any
    /// more is left alone until somebody changes it: each look would read all its lines again.
    private Optional<RemediationTask> run(ResourceId id) throws InterruptedException {
        var left = runner.run(id);
        left.ifPresent(task -> {
            if (task.paused() && !task.state().isTerminal()) {
                atRest.put(task.correlationId(), task.version());
            } else {
                atRest.remove(task.correlationId());
            }
        });
        return left;
    }

    /// Runs the task on a thread of its own, after the run of it that may be under way.
    private void start(ResourceId id) {
        var run =
                running.compute(
                        id,
                        (_, before) ->
                                new FutureTask<>(() -> {
                                    if (before != null) {
                                        quietly(before);
                                    }
                                    return run(id);
                                }));
        // Listeners find the run to wait for, and it cannot end before they know of it.
        listeners.forEach(listener -> listener.accept(id));
        threads.execute(run);
    }

    /// Waits for a run; how it ended is told to those who wait for it by [#await].
    private static void quietly(Future<?> run) throws InterruptedException {
        try {
            run.get();
        } catch (ExecutionException ended) {
            // Its cause was kept by the future for whoever awaits that run; this one starts anew.
            return;
        }
    }

    /// Waits until nothing runs for a task: it is over, paused, or another process has it.
    ///
    /// @throws IllegalStateException when its run was cut off by a fault of our own
    public RemediationTask await(ResourceId id) throws InterruptedException, RemediationException {
        Future<?> run = running.get(id);
        while (run != null) {
            try {
                run.get();
            } catch (ExecutionException fault) {
                throw new IllegalStateException("the run of " + id + " was cut off", fault);
            }
            @Nullable Future<?> next = running.get(id);
            run = next == run ? null : next;
        }
        return ledger.task(id).orElseThrow(() -> RemediationException.notFound(id.name()));
    }

    /// Waits for the run of a task that is under way here, but not longer than that.
    ///
    /// @throws IllegalStateException when it was cut off by a fault of our own
    void await(ResourceId id, Duration atMost) throws InterruptedException {
        Future<?> run = running.get(id);
        if (run == null) {
            return;
        }
        try {
            run.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException later) {
            return;
        } catch (ExecutionException fault) {
            throw new IllegalStateException("the run of " + id + " was cut off", fault);
        }
    }

    private RemediationTask change(ResourceId id, UnaryOperator<RemediationTask> edit)
            throws RemediationException {
        while (true) {
            var task = ledger.task(id).orElseThrow(() -> RemediationException.notFound(id.name()));
            var next = edit.apply(task);
            if (next.equals(task) || ledger.update(next)) {
                return next;
            }
        }
    }

    /// Stops every run. What is under way in Azure goes on there and is followed after the next start.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
