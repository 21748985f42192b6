package io.muster.remediation;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.apply.ArmPort;
import io.muster.remediation.apply.Pacer;
import io.muster.remediation.apply.RunSettings;
import io.muster.remediation.apply.dryrun.DryRun;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignErrors;
import io.muster.remediation.campaign.CampaignEvent;
import io.muster.remediation.campaign.CampaignSpec;
import io.muster.remediation.campaign.CampaignState;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.campaign.Happening;
import io.muster.remediation.campaign.KeptHappening;
import io.muster.remediation.plan.TaskPlanner;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Campaigns: create, watch, steer, roll back. Safe for many threads.
///
/// A campaign is driven in the background on a thread of its own; its rings are remediation tasks like any other, named `{campaign}-{run}-{ring}`. After a start, and
/// now and then, [#resume] goes on with what a crash, a stop or another process left, and begins what is due.
public final class Campaigns implements AutoCloseable {
    private final Remediation remediation;
    private final TaskPlanner planner;
    private final ArmPort arm;
    private final FleetQuery query;
    private final CampaignStore store;
    private final CampaignReader reader;
    private final Pacer pacer;
    private final RunSettings settings;
    private final CampaignPlans plans;
    private final CampaignDriver driver;
    private final boolean alwaysApproved;

    /// Of the platform: a campaign is planned by queries, and a virtual thread that computes holds a carrier of all others.
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("campaign-", 0).factory());

    private final ConcurrentHashMap<ResourceId, Future<?>> driving = new ConcurrentHashMap<>();

    /// @param ids new correlation ids
    /// @param alwaysApproved whether each campaign must be approved, whatever it says itself
    public Campaigns(
            Remediation remediation,
            TaskPlanner planner,
            ArmPort arm,
            FleetQuery query,
            CampaignStore store,
            Pacer pacer,
            RunSettings settings,
            Supplier<UUID> ids,
            boolean alwaysApproved) {
        this.remediation = remediation;
        this.planner = planner;
        this.arm = arm;
        this.query = query;
        this.store = store;
        this.reader = new CampaignReader(store);
        this.pacer = pacer;
        this.settings = settings;
        this.alwaysApproved = alwaysApproved;
        this.plans = new CampaignPlans(planner, query, pacer, () -> ids.get().toString());
        this.driver =
                new CampaignDriver(
                        remediation, plans, arm, store, pacer, settings, ids.get().toString());
    }

    /// What a PUT made.
    ///
    /// @param isNew whether there was none of that name
    public record Created(Campaign campaign, boolean isNew) {}

    /// Creates a campaign and starts it. One of the same name that is over is replaced.
    public Created create(ResourceId scope, String name, Dynamic body, String createdBy)
            throws RemediationException {
        var campaign = read(scope, name, body, createdBy);
        var kept = store.campaign(campaign.id());
        if (kept.isPresent()) {
            if (!kept.get().state().isTerminal()) {
                throw CampaignErrors.state(
                        name, "It may not be changed or replaced while it is active.");
            }
            // Somebody else may have replaced it since it was read.
            if (!store.replace(kept.get(), campaign)) {
                throw CampaignErrors.state(name, "Somebody else has just changed it.");
            }
        } else if (!store.create(campaign)) {
            throw CampaignErrors.state(name, "Somebody else has just created it.");
        }
        drive(campaign.id());
        return new Created(campaign, kept.isEmpty());
    }

    private Campaign read(ResourceId scope, String name, Dynamic body, String createdBy)
            throws RemediationException {
        var spec = CampaignSpec.read(scope, name, body);
        var campaign =
                Campaign.accepted(
                        Campaign.idOf(scope, name),
                        alwaysApproved ? spec.withApproval() : spec,
                        createdBy,
                        firstRun(scope, name),
                        pacer.instant());
        planner.check(plans.whole(campaign));
        for (var ring : spec.rings()) {
            String selecting = ring.selector().kql();
            if (selecting != null) {
                probe(name, scope, selecting);
            }
            if (ring.gate() != null && ring.gate().query() != null) {
                probe(name, scope, ring.gate().query());
            }
        }
        return campaign;
    }

    /// Runs are counted on where an earlier campaign of that name stopped: its tasks keep their names.
    private int firstRun(ResourceId scope, String name) {
        var ofRun =
                Pattern.compile(Pattern.quote(name) + "-(\\d{1,6})-.*", Pattern.CASE_INSENSITIVE);
        int last = 0;
        for (var task : remediation.all()) {
            var match = ofRun.matcher(task.name());
            if (task.scope().equals(scope) && match.matches()) {
                last = Math.max(last, Integer.parseInt(match.group(1)));
            }
        }
        return last + 1;
    }

    /// A query at fault is better told now than when a ring waits for it.
    private void probe(String name, ResourceId scope, String kql) throws RemediationException {
        try {
            query.run(kql, scope);
        } catch (DiagnosticException fault) {
            throw CampaignErrors.invalid(name, "Its query is at fault: " + fault.getMessage());
        }
    }

    public Campaign get(ResourceId scope, String name) throws RemediationException {
        return reader.get(scope, name);
    }

    /// Every campaign, newest first.
    public List<Campaign> all() {
        return reader.all();
    }

    /// A ring of a plan, and what would be done to each of its machines.
    public record DryRing(String name, List<DryRun.Line> lines) {}

    /// What a campaign would do, ring by ring and machine by machine; nothing is sent and nothing kept.
    ///
    /// @param unassigned how many machines no ring takes
    public record DryCampaign(List<DryRing> rings, int unassigned) {}

    public DryCampaign dryRun(ResourceId scope, String name, Dynamic body)
            throws RemediationException, InterruptedException {
        var campaign = read(scope, name, body, "");
        var plan = plans.rings(campaign);
        List<DryRing> rings = new ArrayList<>();
        for (int i = 0; i < plan.rings().size(); i++) {
            var ring = campaign.spec().rings().get(i);
            var task = plans.whole(campaign).withParallelDeployments(TaskSettings.MAX_PARALLEL);
            rings.add(
                    new DryRing(
                            ring.name(),
                            new DryRun(arm, planner, pacer, settings)
                                    .run(task, plan.rings().get(i))));
        }
        return new DryCampaign(rings, plan.unassigned().size());
    }

    /// Lets a planned campaign begin.
    public Campaign approve(ResourceId scope, String name, String by) throws RemediationException {
        var approved =
                change(
                        get(scope, name),
                        now -> {
                            if (now.state() != CampaignState.AWAITING_APPROVAL) {
                                throw refused(now, "It does not wait for approval.");
                            }
                            return now.approved(by.isBlank() ? "unknown" : by, pacer.instant());
                        });
        log(approved, "approved", "By " + approved.approvedBy() + ".");
        drive(approved.id());
        return approved;
    }

    /// Begins no new machine until [#unpause].
    public Campaign pause(ResourceId scope, String name) throws RemediationException {
        var paused = paused(scope, name, true);
        // Should the process die in between, [#resume] does it.
        steerTask(paused, task -> remediation.paused(task, true));
        log(paused, "paused", "");
        return paused;
    }

    public Campaign unpause(ResourceId scope, String name) throws RemediationException {
        var resumed = paused(scope, name, false);
        log(resumed, "resumed", "");
        steerTask(
                resumed,
                task -> {
                    remediation.paused(task, false);
                    remediation.goOn(task);
                });
        drive(resumed.id());
        return resumed;
    }

    private Campaign paused(ResourceId scope, String name, boolean pause)
            throws RemediationException {
        return change(
                get(scope, name),
                now -> {
                    if (now.state().isTerminal()) {
                        throw refused(now, "It is over.");
                    }
                    return now.paused() == pause ? now : now.withPaused(pause, pacer.instant());
                });
    }

    /// Begins no new machine and, when those in flight are done, ends it.
    public Campaign cancel(ResourceId scope, String name) throws RemediationException {
        var cancelling =
                change(
                        get(scope, name),
                        now -> {
                            if (now.state().isTerminal()) {
                                throw refused(now, "It is over.");
                            }
                            return now.state() == CampaignState.CANCELLING
                                    ? now
                                    : now.in(
                                            CampaignState.CANCELLING,
                                            now.statusMessage(),
                                            pacer.instant());
                        });
        log(cancelling, "cancelled", "");
        steerTask(cancelling, task -> remediation.cancel(cancelling.scope(), task.name()));
        drive(cancelling.id());
        return cancelling;
    }

    /// A change of a task's course.
    @FunctionalInterface
    private interface Steering {
        void of(ResourceId task) throws RemediationException;
    }

    /// The task of the ring under way follows its campaign.
    private void steerTask(Campaign campaign, Steering steering) {
        if (campaign.ring() >= campaign.rings().size()) {
            return;
        }
        var id = campaign.rings().get(campaign.ring()).task();
        if (id == null) {
            return;
        }
        try {
            steering.of(id);
        } catch (RemediationException ended) {
            // It is over, or not begun: its driver sees the campaign's own state at its next step.
            return;
        }
    }

    /// Forgets a campaign that is over. Its tasks stay.
    ///
    /// @return false when there is none of that name
    public boolean delete(ResourceId scope, String name) throws RemediationException {
        var kept = store.campaign(Campaign.idOf(scope, name));
        if (kept.isEmpty()) {
            return false;
        }
        if (!kept.get().state().isTerminal()) {
            throw CampaignErrors.state(name, "It must be over before it can be deleted.");
        }
        if (!store.delete(kept.get())) {
            throw CampaignErrors.state(name, "Somebody else has just changed it.");
        }
        driving.remove(kept.get().id());
        return true;
    }

    /// Gives machines the values back that they had before the campaign's last run, by tasks of their own: see
    /// [io.muster.remediation.task.TaskGoal.Rollback]. A campaign that would run again by itself is paused.
    ///
    /// @param machines only these; empty for all
    /// @return one task, or as many as it takes for none to have more machines than a task may
    public List<RemediationTask> rollback(
            ResourceId scope, String name, List<ResourceId> machines, String by)
            throws RemediationException {
        var campaign = get(scope, name);
        boolean idle = campaign.state().isTerminal() || campaign.state() == CampaignState.WAITING;
        if (!idle) {
            throw CampaignErrors.state(
                    name, "It must be over or cancelled before it is rolled back.");
        }
        if (machines.size() > TaskSettings.MAX_RESOURCE_IDS) {
            throw CampaignErrors.invalid(
                    name,
                    "At most "
                            + TaskSettings.MAX_RESOURCE_IDS
                            + " machines can be named, not "
                            + machines.size()
                            + ".");
        }
        var lots = RollbackLots.of(campaign, id -> remediation.find(id).isPresent());
        var forgotten = RollbackLots.forgotten(campaign, id -> remediation.find(id).isPresent());
        if (lots.isEmpty()) {
            throw CampaignErrors.state(
                    name,
                    forgotten.isEmpty()
                            ? "It has changed nothing."
                            : "Its remediations were deleted, and what they did with them.");
        }
        if (!forgotten.isEmpty()) {
            log(
                    campaign,
                    "rollbackIncomplete",
                    "What these remediations did is not taken back, for they were deleted: "
                            + String.join(", ", forgotten)
                            + ".");
        }
        if (!machines.isEmpty()) {
            // So few fit into one task, whatever the rings they were in.
            lots = List.of(lots.stream().flatMap(List::stream).toList());
        }
        if (campaign.state() == CampaignState.WAITING) {
            paused(scope, name, true);
        }
        List<RemediationTask> made = new ArrayList<>();
        for (var lot : lots) {
            made.add(rollback(campaign, lot, machines, by));
        }
        return List.copyOf(made);
    }

    private RemediationTask rollback(
            Campaign campaign, List<ResourceId> undone, List<ResourceId> machines, String by)
            throws RemediationException {
        var scope = campaign.scope();
        int number = 1;
        while (remediation
                .find(RemediationTask.idOf(scope, rollbackName(campaign, number)))
                .isPresent()) {
            number++;
        }
        var properties =
                Dynamic.bag()
                        .put("rollbackOf", ids(undone))
                        .put("resourceCount", TaskSettings.MAX_RESOURCES)
                        .put("parallelDeployments", TaskSettings.MAX_PARALLEL);
        if (!machines.isEmpty()) {
            properties.put("filters", Dynamic.bag().put("resourceIds", ids(machines)).build());
        }
        var task =
                remediation
                        .create(
                                scope,
                                rollbackName(campaign, number),
                                Dynamic.bag().put("properties", properties.build()).build(),
                                by)
                        .task();
        log(campaign, "rollback", "By the remediation '" + task.name() + "'.");
        return task;
    }

    private static Dynamic ids(List<ResourceId> ids) {
        return Dynamic.array(ids.stream().map(id -> Dynamic.of(id.text())).toList());
    }

    private static String rollbackName(Campaign campaign, int number) {
        return campaign.name() + "-rollback-" + number;
    }

    /// Which versions of gallery applications machines can get now: campaigns that wait for one that could not be got before run again. To be called whenever the
    /// inventory was read; what a crash cuts off is made up for by the next call or by [#resume].
    public void published(Set<ResourceId> versions) {
        store.published(versions);
        tellOfVersions();
    }

    private void tellOfVersions() {
        tell(
                store.happenings().stream()
                        .filter(kept -> kept.happening() instanceof Happening.Published)
                        .toList());
    }

    /// Tells campaigns of what happened, once: those that wait for it run again, at once or when their present run is over.
    ///
    /// @return those that it triggered
    public List<Campaign> tell(List<KeptHappening> happenings) {
        if (happenings.isEmpty()) {
            return List.of();
        }
        var triggered = store.tell(happenings, pacer.instant());
        triggered.forEach(campaign -> drive(campaign.id()));
        return triggered;
    }

    /// Goes on with every campaign that has something to do and is not driven here.
    public void resume() {
        tellOfVersions();
        for (var campaign : store.campaigns()) {
            if (isIdle(campaign)) {
                if (campaign.state() == CampaignState.RUNNING) {
                    // Paused by a process that died before it told the remediation.
                    steerTask(campaign, task -> remediation.paused(task, true));
                }
                continue;
            }
            var before = driving.get(campaign.id());
            if (before == null || before.isDone()) {
                drive(campaign.id());
            }
        }
    }

    private boolean isIdle(Campaign campaign) {
        return switch (campaign.state()) {
            case ACCEPTED, RUNNING -> campaign.paused();
            case CANCELLING -> false;
            case WAITING ->
                    campaign.paused()
                            || campaign.nextRun() == null
                            || campaign.nextRun().isAfter(pacer.instant());
            case AWAITING_APPROVAL, CANCELED, FAILED, COMPLETE, SUCCEEDED -> true;
        };
    }

    private void drive(ResourceId id) {
        driving.compute(
                id,
                (_, before) ->
                        threads.submit(() -> {
                            if (before != null) {
                                quietly(before);
                            }
                            return driven(id);
                        }));
    }

    private boolean driven(ResourceId id) throws InterruptedException {
        try {
            return driver.drive(id);
        } catch (RuntimeException fault) {
            try {
                stuck(id, fault);
            } catch (RuntimeException another) {
                // The store does not answer, for one: then nothing can be kept.
                fault.addSuppressed(another);
            }
            throw fault;
        }
    }

    /// Says of a campaign why it does not go on. The next look drives it again.
    private void stuck(ResourceId id, RuntimeException fault) {
        String message = "It was cut off, and is tried again: " + fault;
        var kept = store.campaign(id);
        if (kept.isEmpty()
                || kept.get().state().isTerminal()
                || kept.get().statusMessage().equals(message)) {
            return;
        }
        var at = pacer.instant();
        if (store.update(kept.get().in(kept.get().state(), message, at))) {
            store.append(id, new CampaignEvent(at, "cutOff", message));
        }
    }

    /// Waits for a driver; how it ended is told to those who wait for it by [#await].
    private static void quietly(Future<?> run) throws InterruptedException {
        try {
            run.get();
        } catch (ExecutionException ended) {
            // Its cause was kept by the future for whoever awaits it; this one starts anew.
            return;
        }
    }

    /// Waits until nothing drives a campaign: it is over, paused, waits for somebody, or another process has it.
    ///
    /// @throws IllegalStateException when its driver was cut off by a fault of our own
    public Campaign await(ResourceId id) throws InterruptedException, RemediationException {
        Future<?> run = driving.get(id);
        while (run != null) {
            try {
                run.get();
            } catch (ExecutionException fault) {
                throw new IllegalStateException("the driver of " + id + " was cut off", fault);
            }
            @Nullable Future<?> next = driving.get(id);
            run = next == run ? null : next;
        }
        return store.campaign(id).orElseThrow(() -> CampaignErrors.notFound(id.name()));
    }

    /// A change of a campaign, or why it is refused.
    @FunctionalInterface
    private interface Edit {
        Campaign of(Campaign now) throws RemediationException;
    }

    private static RemediationException refused(Campaign campaign, String reason) {
        return CampaignErrors.state(campaign.name(), reason);
    }

    private Campaign change(Campaign campaign, Edit edit) throws RemediationException {
        while (true) {
            var kept =
                    store.campaign(campaign.id())
                            .orElseThrow(() -> CampaignErrors.notFound(campaign.name()));
            var next = edit.of(kept);
            if (next.equals(kept) || store.update(next)) {
                return next;
            }
        }
    }

    private void log(Campaign campaign, String kind, String message) {
        store.append(campaign.id(), new CampaignEvent(pacer.instant(), kind, message));
    }

    /// Stops every driver. What is under way goes on after the next start.
    @Override
    public void close() {
        threads.shutdownNow();
        threads.close();
    }
}
