package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.List;

/// What happens later, as data: who performs it is found when it is due, so that what is under way can be kept, moved to another simulated Azure and gone on with.
///
/// Operations are named by their id. One that nobody can follow has a name too: by it what is due is known as what is still under way on its resource, and not the
/// work of a write that another one came after.
public sealed interface Task {

    /// As JSON: `{"kind": ..., ...}`.
    default Dynamic toJson() {
        return TaskJson.write(this);
    }

    /// The task of what [#toJson] gave.
    ///
    /// @throws IllegalArgumentException when it is none
    static Task ofJson(Dynamic json) {
        return TaskJson.read(json);
    }

    /// A machine applies its profile; the operation ends with it.
    record ApplyMachine(ResourceId machine, String operation) implements Task {}

    /// A uniform instance applies its set's model.
    ///
    /// @param latest whether the model as it stands; else the one that the instance has already
    record ApplyInstance(ResourceId set, ResourceId instance, boolean latest, String operation)
            implements Task {}

    /// A machine or a uniform instance is turned on or off.
    ///
    record Power(ResourceId machine, PowerAction action, String operation) implements Task {}

    /// A uniform instance is written.
    record SettleInstance(ResourceId instance, String operation) implements Task {}

    /// A scale set's model is written; its instances follow by the upgrade policy.
    record SettleScaleSet(ResourceId set, String operation) implements Task {}

    /// A rolling upgrade begins its next batch.
    ///
    /// @param run the number of the upgrade
    record StartBatch(ResourceId set, long run) implements Task {}

    /// The batch under way has had its time.
    record FinishBatch(ResourceId set, long run, List<ResourceId> instances) implements Task {
        public FinishBatch {
            instances = List.copyOf(instances);
        }
    }

    /// Half of a version is replicated.
    record ShowReplication(ResourceId version, String operation) implements Task {}

    /// A gallery, or something in one, is written and replicated.
    record SettleGallery(ResourceId id, String operation) implements Task {}

    /// A version of an application was published or changed: what follows its `latest` by itself is looked for.
    record Publish(ResourceId application) implements Task {}

    /// A machine or a scale set takes the version that an application's `latest` means now.
    record FollowLatest(ResourceId follower, ResourceId application) implements Task {}

    /// A resource that is being deleted is gone.
    record Remove(ResourceId id, String operation) implements Task {}

    /// Nothing but that an operation ends well.
    record Finish(String operation) implements Task {}

    /// A resource of a deployment is written.
    ///
    /// @param run the deployment's own operation: another deployment of that name may follow
    /// @param step the place of the resource in the deployment
    /// @param operation the resource's
    record FollowDeployment(String deployment, String run, int step, String operation)
            implements Task {}

    /// Policies deploy what a written resource lacks.
    ///
    /// @param origin of the write, for links
    /// @param caller the principal that wrote
    record DeployMissing(
            ResourceId resource, String method, String origin, String correlationId, String caller)
            implements Task {}
}
