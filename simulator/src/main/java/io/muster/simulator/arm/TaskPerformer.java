package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.Task;
import java.util.List;

/// Who performs what is due. Guarded by the simulator's lock.
final class TaskPerformer {
    private final Services services;
    private final Cloud cloud;

    TaskPerformer(Services services) {
        this.services = services;
        this.cloud = services.cloud();
    }

    void perform(Task due) {
        var scaleSets = services.scaleSets;
        switch (due) {
            case Task.ApplyMachine(var machine, var operation) ->
                    services.machines.finish(machine, operation);
            case Task.ApplyInstance(var set, var instance, var latest, var operation) ->
                    services.instances.finish(set, instance, latest, operation);
            case Task.Power turned -> services.power.finish(turned);
            case Task.SettleInstance(var instance, var operation) ->
                    services.instances.settle(instance, operation);
            case Task.SettleScaleSet(var set, var operation) -> scaleSets.settle(set, operation);
            case Task.StartBatch(var set, var run) -> scaleSets.rolling().start(set, run);
            case Task.FinishBatch(var set, var run, var instances) ->
                    scaleSets.rolling().finish(set, run, instances);
            case Task.ShowReplication(var version, var operation) ->
                    services.galleries.showReplication(version, operation);
            case Task.SettleGallery(var id, var operation) ->
                    services.galleries.settle(id, operation);
            case Task.Publish(var application) -> services.upgrades.publish(application);
            case Task.FollowLatest(var follower, var application) ->
                    services.upgrades.follow(follower, application);
            case Task.Remove(var id, var operation) -> {
                if (cloud.operations().ends(id, operation)) {
                    removeWithAllBelow(id);
                    cloud.operations().finish(operation, null);
                }
            }
            case Task.Finish(var operation) -> cloud.operations().finish(operation, null);
            case Task.FollowDeployment follow ->
                    services.aftermath.following(
                            follow.run(), () -> services.deployments.follow(follow));
            case Task.DeployMissing missing -> services.aftermath.deploy(missing);
        }
    }

    /// A resource, or a group with what lies in it, is gone: what guests of its machines had and the blobs of its accounts too.
    private void removeWithAllBelow(ResourceId id) {
        for (var below : List.copyOf(cloud.estate().below(id))) {
            services.goals.forget(below.id());
            services.instances.olderModels().forget(below.id());
            services.scaleSets.rolling().forget(below.id());
            services.blobs.store().forget(below.id());
            cloud.estate().remove(below.id());
        }
        services.deployments.forget(id);
        cloud.estate().remove(id);
    }
}
