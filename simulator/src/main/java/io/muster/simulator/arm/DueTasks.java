package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/// Performs what is due. What cannot be performed ends all the same: it is recorded and logged, its operation and its resource fail, and neither the request that happened
/// to look next nor what else is due suffers by it. Guarded by the simulator's lock.
final class DueTasks implements KeptState {
    private static final System.Logger LOG = System.getLogger(DueTasks.class.getName());

    /// Faults that are told of; older ones are in the log alone.
    private static final int KEPT = 100;

    /// What a fault fails: an operation, and the resource that it is about.
    private record Concerns(Optional<ResourceId> resource, String operation) {}

    private final Cloud cloud;
    private final Consumer<Task> performer;
    private final Deployments deployments;
    private final RollingUpgrades rolling;
    private final Deque<Dynamic> faults = new ArrayDeque<>();
    private long failed;

    DueTasks(
            Cloud cloud,
            Consumer<Task> performer,
            Deployments deployments,
            RollingUpgrades rolling) {
        this.cloud = cloud;
        this.performer = performer;
        this.deployments = deployments;
        this.rolling = rolling;
    }

    void perform(Task due) {
        try {
            performer.accept(due);
        } catch (RuntimeException fault) {
            record(due, fault);
            end(due, fault);
        }
    }

    /// How many tasks failed, and the last of them: `count`, `last` (time, task, fault).
    Dynamic status() {
        return Dynamic.bag()
                .put("count", failed)
                .put("last", Dynamic.array(faults.stream().toList()))
                .build();
    }

    boolean hasFailed() {
        return failed > 0;
    }

    @Override
    public String kind() {
        return "failedTasks";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        if (failed > 0) {
            sink.accept(status());
        }
    }

    @Override
    public void take(Dynamic kept) {
        failed = kept.get("count").longOr(0);
        faults.addAll(kept.get("last").items());
    }

    private void record(Task due, RuntimeException fault) {
        failed++;
        if (faults.size() == KEPT) {
            faults.removeFirst();
        }
        faults.addLast(
                Dynamic.bag()
                        .put("time", cloud.now().toString())
                        .put("task", due.toJson())
                        .put("fault", String.valueOf(fault))
                        .build());
        LOG.log(Level.ERROR, "a task that was due failed: " + due, fault);
    }

    private void end(Task due, RuntimeException fault) {
        var error =
                fault instanceof ArmFault refused
                        ? refused.error()
                        : Dynamic.bag()
                                .put("code", "InternalExecutionError")
                                .put(
                                        "message",
                                        "An internal execution error occurred. Please retry later.")
                                .build();
        switch (due) {
            case Task.FollowDeployment follow ->
                    deployments.fail(follow.deployment(), follow.run(), error);
            case Task.StartBatch(var set, var run) -> rolling.fail(set, run, error);
            case Task.FinishBatch(var set, var run, var instances) -> {
                instances.forEach(
                        instance -> failResource(instance, RollingUpgrades.operation(run)));
                rolling.fail(set, run, error);
            }
            case Task.ApplyMachine _,
                    Task.ApplyInstance _,
                    Task.Power _,
                    Task.SettleInstance _,
                    Task.SettleScaleSet _,
                    Task.SettleGallery _,
                    Task.ShowReplication _,
                    Task.Publish _,
                    Task.FollowLatest _,
                    Task.Remove _,
                    Task.Finish _,
                    Task.DeployMissing _ -> {
                var concerns = concerns(due);
                concerns.resource().ifPresent(id -> failResource(id, concerns.operation()));
                cloud.operations().finish(concerns.operation(), error);
            }
        }
    }

    private static Concerns concerns(Task due) {
        return switch (due) {
            case Task.ApplyMachine(var id, var operation) ->
                    new Concerns(Optional.of(id), operation);
            case Task.ApplyInstance(var _, var id, var _, var operation) ->
                    new Concerns(Optional.of(id), operation);
            case Task.Power(var id, var _, var operation) ->
                    new Concerns(Optional.of(id), operation);
            case Task.SettleInstance(var id, var operation) ->
                    new Concerns(Optional.of(id), operation);
            case Task.SettleScaleSet(var id, var operation) ->
                    new Concerns(Optional.of(id), operation);
            case Task.SettleGallery(var id, var operation) ->
                    new Concerns(Optional.of(id), operation);
            case Task.Remove(var id, var operation) -> new Concerns(Optional.of(id), operation);
            case Task.Finish(var operation) -> new Concerns(Optional.empty(), operation);
            // Half-way: what settles it is due later; or work that nobody follows.
            case Task.ShowReplication _,
                    Task.Publish _,
                    Task.FollowLatest _,
                    Task.DeployMissing _,
                    Task.FollowDeployment _,
                    Task.StartBatch _,
                    Task.FinishBatch _ ->
                    new Concerns(Optional.empty(), "");
        };
    }

    /// The write is over, and did not end well.
    private void failResource(ResourceId id, String operation) {
        cloud.operations().ends(id, operation);
        if (!cloud.operations().isBusy(id)
                && cloud.estate()
                        .find(id)
                        .map(StoredResource::properties)
                        .filter(p -> p instanceof Dynamic.Bag)
                        .isPresent()) {
            cloud.estate().update(id, json -> GoalStates.provisioning(json, "Failed"));
        }
    }
}
