package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.Task;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Rolling upgrades of scale sets: batches of the policy's share, a pause between them, and an end when too many instances are unhealthy. Guarded by the simulator's
/// lock.
///
/// Source: compute-virtualMachineScaleSet-2024-07-01, RollingUpgradePolicy and RollingUpgradeStatusInfo.
final class RollingUpgrades implements KeptState {
    private enum Code {
        RollingForward,
        Cancelled,
        Completed,
        Faulted
    }

    private static final String UNHEALTHY = "MaxUnhealthyInstancePercent";

    /// Longer pauses mean nothing to anybody, and times beyond the calendar.
    private static final Duration LONGEST_PAUSE = Duration.ofDays(365);

    /// Shares in percent, as the policy says or by default.
    private record Policy(int batch, int unhealthy, int unhealthyUpgraded, Duration pause) {
        static Policy of(Dynamic set) {
            return read(set.path("properties", "upgradePolicy", "rollingUpgradePolicy"));
        }

        static Policy read(Dynamic json) {
            return new Policy(
                    share(json, "maxBatchInstancePercent"),
                    share(json, "maxUnhealthyInstancePercent"),
                    share(json, "maxUnhealthyUpgradedInstancePercent"),
                    pause(json.get("pauseTimeBetweenBatches").textOr("PT0S")));
        }

        /// What is no share is none of the range either, and refused as such.
        private static int share(Dynamic json, String name) {
            var value = json.get(name);
            if (value.isNull()) {
                return 20;
            }
            return value instanceof Dynamic.Whole(var number) && number >= 0 && number <= 100
                    ? (int) number
                    : -1;
        }

        private static Duration pause(String text) {
            try {
                var pause = Duration.parse(text);
                if (pause.isNegative() || pause.compareTo(LONGEST_PAUSE) > 0) {
                    throw ArmFault.badRequest(
                            "InvalidParameter",
                            "The value '"
                                    + text
                                    + "' of parameter"
                                    + " 'upgradePolicy.rollingUpgradePolicy.pauseTimeBetweenBatches'"
                                    + " is out of range. The value must be between PT0S and "
                                    + LONGEST_PAUSE
                                    + ", inclusive.");
                }
                return pause;
            } catch (DateTimeParseException malformed) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "The value '"
                                + text
                                + "' of parameter"
                                + " 'upgradePolicy.rollingUpgradePolicy.pauseTimeBetweenBatches' is"
                                + " no ISO 8601 duration.");
            }
        }

        Dynamic json() {
            return Dynamic.bag()
                    .put("maxBatchInstancePercent", batch)
                    .put("maxUnhealthyInstancePercent", unhealthy)
                    .put("maxUnhealthyUpgradedInstancePercent", unhealthyUpgraded)
                    .put("pauseTimeBetweenBatches", pause.toString())
                    .build();
        }
    }

    private static final class Run {
        final long number;
        final Policy policy;
        final Instant start;
        final List<ResourceId> instances;
        Code code = Code.RollingForward;
        String lastAction = "Start";
        Instant lastActionTime;
        int next;
        int running;
        int successful;
        int failed;
        @Nullable Dynamic error;

        Run(long number, Policy policy, Instant start, List<ResourceId> instances) {
            this.number = number;
            this.policy = policy;
            this.start = start;
            this.lastActionTime = start;
            this.instances = instances;
        }

        Dynamic kept(String set) {
            var fault = error;
            return Dynamic.bag()
                    .put("set", set)
                    .put("number", number)
                    .put("policy", policy.json())
                    .put("start", start.toString())
                    .put(
                            "instances",
                            Dynamic.array(
                                    instances.stream().map(i -> Dynamic.of(i.text())).toList()))
                    .put("code", code.name())
                    .put("lastAction", lastAction)
                    .put("lastActionTime", lastActionTime.toString())
                    .put("next", next)
                    .put("running", running)
                    .put("successful", successful)
                    .put("failed", failed)
                    .put("error", fault == null ? Dynamic.NULL : fault)
                    .build();
        }

        static Run of(Dynamic kept) {
            var run =
                    new Run(
                            kept.get("number").longOr(0),
                            Policy.read(kept.get("policy")),
                            Instant.parse(kept.get("start").textOr("")),
                            kept.get("instances").items().stream()
                                    .map(i -> ResourceId.parse(i.textOr("")))
                                    .toList());
            run.code = Code.valueOf(kept.get("code").textOr(""));
            run.lastAction = kept.get("lastAction").textOr("");
            run.lastActionTime = Instant.parse(kept.get("lastActionTime").textOr(""));
            run.next = (int) kept.get("next").longOr(0);
            run.running = (int) kept.get("running").longOr(0);
            run.successful = (int) kept.get("successful").longOr(0);
            run.failed = (int) kept.get("failed").longOr(0);
            run.error = kept.get("error").isNull() ? null : kept.get("error");
            return run;
        }
    }

    private final Cloud cloud;
    private final Part begin;
    private final Part finish;
    private final Function<ResourceId, Duration> runTime;
    private final Map<String, Run> latest = new LinkedHashMap<>();
    private long numbers;

    /// What an upgrade lets one instance do.
    interface Part {
        /// @param operation the name by which the instance is known to be under way
        void perform(ResourceId set, ResourceId instance, String operation);
    }

    /// @param begin shows an instance as taking its set's model
    /// @param finish lets it apply the model, if nothing came between
    /// @param runTime what an instance's guest will take for it
    RollingUpgrades(Cloud cloud, Part begin, Part finish, Function<ResourceId, Duration> runTime) {
        this.cloud = cloud;
        this.runTime = runTime;
        this.begin = begin;
        this.finish = finish;
    }

    /// Begins with the first batch; an upgrade still under way ends as cancelled.
    void start(ResourceId set, Dynamic model, List<ResourceId> instances) {
        var before = latest.get(set.key());
        if (before != null && before.code == Code.RollingForward) {
            end(before, Code.Cancelled, "Cancel");
        }
        var run = new Run(++numbers, Policy.of(model), cloud.now(), List.copyOf(instances));
        latest.put(set.key(), run);
        batch(set, run);
    }

    /// Refuses a policy with shares that cannot be.
    static void check(Dynamic set) {
        requireKnown(
                set.path("properties", "upgradePolicy", "mode"),
                "upgradePolicy.mode",
                List.of("Automatic", "Manual", "Rolling"));
        requireKnown(
                set.path("properties", "orchestrationMode"),
                "orchestrationMode",
                List.of("Uniform", "Flexible"));
        var policy = Policy.of(set);
        requireShare(set, "maxBatchInstancePercent", policy.batch, 5);
        requireShare(set, "maxUnhealthyInstancePercent", policy.unhealthy, 5);
        requireShare(set, "maxUnhealthyUpgradedInstancePercent", policy.unhealthyUpgraded, 0);
    }

    private static void requireKnown(Dynamic value, String name, List<String> known) {
        if (!value.isNull() && known.stream().noneMatch(value.textOr("")::equalsIgnoreCase)) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value "
                            + Json.write(value)
                            + " of parameter '"
                            + name
                            + "' is none of "
                            + String.join(", ", known)
                            + ".");
        }
    }

    private static void requireShare(Dynamic set, String name, int value, int least) {
        if (value < least || value > 100) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value "
                            + Json.write(
                                    set.path(
                                            "properties",
                                            "upgradePolicy",
                                            "rollingUpgradePolicy",
                                            name))
                            + " of parameter 'upgradePolicy.rollingUpgradePolicy."
                            + name
                            + "' is out of range. The value must be between "
                            + least
                            + " and 100, inclusive.");
        }
    }

    private void batch(ResourceId set, Run run) {
        if (run.code != Code.RollingForward) {
            return;
        }
        if (pending(run) == 0) {
            end(run, Code.Completed, run.lastAction);
            return;
        }
        if (tooManyUnhealthy(set, run)) {
            return;
        }
        var batch = nextBatch(run);
        run.running = batch.size();
        var due = cloud.now().plus(longest(batch));
        batch.forEach(instance -> begin.perform(set, instance, operation(run.number)));
        cloud.agenda().at(due, new Task.FinishBatch(set, run.number, batch));
    }

    /// As many of the instances that are still there as the policy's share; those that were deleted meanwhile take no place in a batch.
    private List<ResourceId> nextBatch(Run run) {
        int size = Math.max(1, run.instances.size() * run.policy.batch / 100);
        var batch = new ArrayList<ResourceId>();
        while (run.next < run.instances.size() && batch.size() < size) {
            var instance = run.instances.get(run.next++);
            if (cloud.estate().find(instance).isPresent()) {
                batch.add(instance);
            }
        }
        return batch;
    }

    /// The instances that wait for their batch and were not deleted meanwhile.
    private int pending(Run run) {
        return (int)
                run.instances.subList(run.next, run.instances.size()).stream()
                        .filter(instance -> cloud.estate().find(instance).isPresent())
                        .count();
    }

    /// Whether the set's instances report too much ill health, whatever made them ill, for another batch.
    private boolean tooManyUnhealthy(ResourceId set, Run run) {
        var all = cloud.estate().below(set, Machine.INSTANCE_TYPE);
        long ill = all.stream().filter(i -> isIll(i.json())).count();
        if (ill * 100 <= (long) run.policy.unhealthy * all.size()) {
            return false;
        }
        exceeded(run, UNHEALTHY, ill, all.size());
        return true;
    }

    /// Ends it by one of its policy's shares.
    private void exceeded(Run run, String share, long ill, int of) {
        run.error =
                Dynamic.bag()
                        .put("code", share + "ExceededInRollingUpgrade")
                        .put(
                                "message",
                                "Rolling Upgrade failed after exceeding the "
                                        + share
                                        + " value defined in the RollingUpgradePolicy. "
                                        + ill
                                        + " of "
                                        + of
                                        + (share.equals(UNHEALTHY) ? "" : " upgraded")
                                        + " instances are unhealthy.")
                        .build();
        end(run, Code.Faulted, run.lastAction);
    }

    /// Whether an instance's health probe or health extension says so.
    private static boolean isIll(Dynamic instance) {
        return instance.path("properties", "instanceView", "vmHealth", "status", "code")
                .textOr("")
                .equalsIgnoreCase("HealthState/unhealthy");
    }

    /// A batch has its time when its slowest instance has.
    private Duration longest(List<ResourceId> batch) {
        return batch.stream()
                .map(runTime)
                .max(Comparator.naturalOrder())
                .orElse(cloud.settings().guestTime());
    }

    /// It cannot go on.
    void fail(ResourceId set, long number, Dynamic fault) {
        find(set, number)
                .filter(run -> run.code == Code.RollingForward)
                .ifPresent(run -> {
                    run.running = 0;
                    run.error = fault;
                    end(run, Code.Faulted, run.lastAction);
                });
    }

    /// The name by which an instance of an upgrade's batch is known to be under way.
    static String operation(long number) {
        return "rolling upgrade " + number;
    }

    /// The next batch of an upgrade that is still the latest.
    void start(ResourceId set, long number) {
        find(set, number).ifPresent(run -> batch(set, run));
    }

    /// Lets a batch apply its set's model; one that is under way does so even when its upgrade was cancelled.
    void finish(ResourceId set, long number, List<ResourceId> batch) {
        batch.forEach(instance -> finish.perform(set, instance, operation(number)));
        find(set, number).ifPresent(run -> finish(set, run, batch));
    }

    private Optional<Run> find(ResourceId set, long number) {
        return Optional.ofNullable(latest.get(set.key())).filter(run -> run.number == number);
    }

    private void finish(ResourceId set, Run run, List<ResourceId> batch) {
        run.running = 0;
        for (var instance : batch) {
            var stored = cloud.estate().find(instance);
            if (stored.isEmpty()) {
                // Deleted during its batch: neither well nor ill.
                continue;
            }
            if (isIll(stored.get().json())
                    || stored.get()
                            .properties()
                            .get("provisioningState")
                            .textOr("")
                            .equals("Failed")) {
                run.failed++;
            } else {
                run.successful++;
            }
        }
        int upgraded = run.successful + run.failed;
        int pending = pending(run);
        // One that was cancelled meanwhile stays so.
        if (run.code == Code.RollingForward) {
            if (run.failed * 100 > run.policy.unhealthyUpgraded * upgraded) {
                exceeded(run, "MaxUnhealthyUpgradedInstancePercent", run.failed, upgraded);
                return;
            }
            if (run.failed * 100 > run.policy.unhealthy * (upgraded + pending)) {
                exceeded(run, UNHEALTHY, run.failed, upgraded + pending);
                return;
            }
        }
        if (pending == 0) {
            // A pause is between batches: behind the last one there is none.
            batch(set, run);
            return;
        }
        cloud.agenda().at(cloud.now().plus(run.policy.pause), new Task.StartBatch(set, run.number));
    }

    private void end(Run run, Code code, String action) {
        run.code = code;
        run.lastAction = action;
        run.lastActionTime = cloud.now();
    }

    /// The set is gone.
    void forget(ResourceId set) {
        latest.remove(set.key());
    }

    /// Stops before the next batch.
    void cancel(ResourceId set) {
        var run = latest.get(set.key());
        if (run == null || run.code != Code.RollingForward) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "There is no rolling upgrade under way on scale set '" + set.name() + "'.");
        }
        end(run, Code.Cancelled, "Cancel");
    }

    @Override
    public String kind() {
        return "rollingUpgrade";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        latest.forEach((set, run) -> sink.accept(run.kept(set)));
        sink.accept(Dynamic.bag().put("next", numbers).build());
    }

    @Override
    public void take(Dynamic kept) {
        String set = kept.get("set").textOr("");
        if (set.isEmpty()) {
            numbers = kept.get("next").longOr(0);
        } else {
            latest.put(set, Run.of(kept));
        }
    }

    Dynamic json(ResourceId set, String location) {
        var run = latest.get(set.key());
        if (run == null) {
            throw new ArmFault(
                    404,
                    "NotFound",
                    "No rolling upgrade of scale set '" + set.name() + "' was found.");
        }
        var properties =
                Dynamic.bag()
                        .put("policy", run.policy.json())
                        .put(
                                "runningStatus",
                                Dynamic.bag()
                                        .put("code", run.code.name())
                                        .put("startTime", run.start.toString())
                                        .put("lastAction", run.lastAction)
                                        .put("lastActionTime", run.lastActionTime.toString())
                                        .build())
                        .put(
                                "progress",
                                Dynamic.bag()
                                        .put("successfulInstanceCount", run.successful)
                                        .put("failedInstanceCount", run.failed)
                                        .put("inProgressInstanceCount", run.running)
                                        .put("pendingInstanceCount", pending(run))
                                        .build());
        var error = run.error;
        if (error != null) {
            properties.put("error", error);
        }
        return Dynamic.bag()
                .put("id", set.text() + "/rollingUpgrades/latest")
                .put("name", "latest")
                .put("type", ScaleSetWrites.TYPE + "/rollingUpgrades")
                .put("location", location)
                .put("properties", properties.build())
                .build();
    }
}
