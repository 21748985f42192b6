package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.Resolution;
import io.muster.inventory.vm.VersionNumber;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.List;
import java.util.Optional;

/// Machines and scale sets that ask for automatic upgrades take a newer `latest` by themselves: a machine as it is, a set in the batches of its rolling upgrades. Guarded
/// by the simulator's lock.
///
/// Source: compute-virtualMachine-2024-07-01, VMGalleryApplication.enableAutomaticUpgrade. How Azure does it is written nowhere; the flag is taken to mean something
/// with `latest` alone.
final class AutomaticUpgrades {
    private final Cloud cloud;
    private final GoalStates goals;
    private final MachineWrites machines;
    private final ScaleSetWrites sets;

    AutomaticUpgrades(Cloud cloud, GoalStates goals, MachineWrites machines, ScaleSetWrites sets) {
        this.cloud = cloud;
        this.goals = goals;
        this.machines = machines;
        this.sets = sets;
    }

    /// A version was published or changed: each that follows its application is due by itself, so that one that cannot keeps no other from it.
    void publish(ResourceId application) {
        for (var stored : List.copyOf(cloud.estate().all())) {
            boolean follows =
                    (stored.type().equals(Machine.VM_TYPE)
                                    || stored.type().equals(Machine.SCALE_SET_TYPE))
                            && reference(stored, application).isPresent();
            if (follows) {
                cloud.agenda().at(cloud.now(), new Task.FollowLatest(stored.id(), application));
            }
        }
    }

    /// What follows an application takes its `latest`, when that is newer than what it has.
    void follow(ResourceId follower, ResourceId application) {
        var found = cloud.estate().find(follower);
        if (found.isEmpty()) {
            return;
        }
        var stored = found.get();
        var reference = reference(stored, application);
        if (reference.isEmpty()) {
            return;
        }
        if (stored.type().equals(Machine.SCALE_SET_TYPE)) {
            var instances = sets.unprotected(follower);
            if (instances.stream()
                    .anyMatch(i ->
                            Machine.ofInstance(i.json(), stored.json())
                                    .filter(m -> isNewer(m, i.json(), reference.get()))
                                    .isPresent())) {
                sets.upgrade(follower, instances, true);
            }
            return;
        }
        // What is under way builds its goal state when it is due, of the version too.
        if (!cloud.operations().hasWrite(follower)
                && Machine.read(stored.json())
                        .filter(m -> isNewer(m, stored.json(), reference.get()))
                        .isPresent()) {
            machines.startApplying(follower, stored.json());
        }
    }

    /// Whether `latest` means a higher version on a machine than its guest last tried.
    private boolean isNewer(Machine machine, Dynamic json, ApplicationReference latest) {
        if (!(cloud.resolver().resolve(latest, machine)
                instanceof Resolution.Resolved(var version, var _))) {
            return false;
        }
        var number = version.number();
        var tried =
                goals.tried(machine, json, latest.application())
                        .flatMap(VersionNumber::parseLenient);
        return number != null && (tried.isEmpty() || tried.get().compareTo(number) < 0);
    }

    /// How a profile follows an application by itself; empty when it does not.
    private static Optional<ApplicationReference> reference(
            StoredResource stored, ResourceId application) {
        return ApplicationProfile.ofResource(stored.json()).entries().stream()
                .filter(entry -> entry.enableAutomaticUpgrade())
                .flatMap(entry -> entry.reference().stream())
                .filter(r -> r.isLatest() && r.applicationId().equals(application))
                .findFirst();
    }
}
