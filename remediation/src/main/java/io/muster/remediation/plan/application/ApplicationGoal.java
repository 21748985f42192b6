package io.muster.remediation.plan.application;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.ApplicationState;
import io.muster.inventory.vm.ApplicationState.Condition;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.inventory.vm.Resolution;
import io.muster.inventory.vm.VersionNumber;
import io.muster.inventory.vm.VmApplicationErrors;
import io.muster.remediation.change.ArmResource;
import io.muster.remediation.change.PropertyChange;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.ItemHistory;
import io.muster.remediation.plan.Decision;
import io.muster.remediation.plan.Goal;
import io.muster.remediation.task.ApplicationIntent;
import io.muster.remediation.task.ApplicationIntent.Placement;
import io.muster.remediation.task.VersionTarget;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A wanted state of gallery applications on one machine or scale set. Every write sends the whole list,
/// read just before, with nothing else changed, and only when the resource is still as read.
public record ApplicationGoal(ApplicationIntent intent, Fleet fleet) implements Goal {

    @Override
    public Decision decide(ArmResource now, ItemHistory history) {
        var seen = MachineView.of(now, fleet.resolver());
        if (seen.isEmpty()) {
            return new Decision.NotApplicable(
                    "Only virtual machines and scale sets have applications.");
        }
        var machine = seen.get();
        if (history.isTouched() && machine.underWay().isPresent()) {
            return new Decision.Await("Azure is " + machine.underWay().get() + " it");
        }
        return switch (intent) {
            case ApplicationIntent.Require require -> require(machine, history, require);
            case ApplicationIntent.Raise raise -> raise(machine, history, raise);
            case ApplicationIntent.CatchUp catchUp -> catchUp(machine, history, catchUp);
            case ApplicationIntent.Retry retry ->
                    new RetryGoal(fleet, retry).decide(machine, history);
            case ApplicationIntent.Ensure ensure -> ensure(machine, history, ensure);
            case ApplicationIntent.Forbid forbid -> forbid(machine, history, forbid);
            case ApplicationIntent.Arrange arrange -> arrange(machine, history, arrange);
        };
    }

    private Decision require(
            MachineView machine, ItemHistory history, ApplicationIntent.Require require) {
        var profile = machine.model().profile();
        if (profile.has(require.application())) {
            return settled(machine, history, require.application());
        }
        var entry = placed(ProfileEntry.of(require.reference().text()), require.placement());
        return write(
                machine,
                profile.with(entry),
                "add " + require.application().name() + " " + require.version());
    }

    private Decision raise(
            MachineView machine, ItemHistory history, ApplicationIntent.Raise raise) {
        var application = raise.application();
        var profile = machine.model().profile();
        var reference = profile.entry(application).flatMap(ProfileEntry::reference);
        if (reference.isEmpty() || reference.get().isLatest()) {
            return history.isTouched()
                    ? new Decision.Fail(
                            "ChangedAfterwards", "Somebody else changed the entry meanwhile.")
                    : new Decision.NotApplicable(
                            "The machine does not pin the application " + application.name() + ".");
        }
        var pinned = VersionNumber.parse(reference.get().version());
        var newest = newest(machine, application);
        if (pinned.isPresent()
                && raise.target()
                        .accepts(pinned.get(), newest.map(GalleryApplicationVersion::number))) {
            return settled(machine, history, application);
        }
        var chosen = choose(machine, raise);
        if (chosen.isEmpty()) {
            return new Decision.Refuse(
                    "GalleryImageNotFound",
                    VmApplicationErrors.notReplicated(
                                    reference.get().at(raise.target().text()).text(),
                                    machine.model().location())
                            .message());
        }
        String version = chosen.get().name();
        var entry = profile.entry(application).orElseThrow();
        return write(
                machine,
                profile.with(entry.withReference(reference.get().at(version).text())),
                "raise " + application.name() + " to " + version);
    }

    private Optional<GalleryApplicationVersion> newest(
            MachineView machine, ResourceId application) {
        return fleet.resolver().latest(application, machine.model().location())
                        instanceof Resolution.Resolved(var version, var _)
                ? Optional.of(version)
                : Optional.empty();
    }

    /// The newest version that the target allows and the machine can get. An exact one may be excluded
    /// from latest: it is named, not found.
    private Optional<GalleryApplicationVersion> choose(
            MachineView machine, ApplicationIntent.Raise raise) {
        String region = machine.model().location();
        return fleet.resolver().catalog().versionsOf(raise.application()).stream()
                .filter(v -> v.number() != null && raise.target().allows(v.number()))
                .filter(v ->
                        raise.target() instanceof VersionTarget.Exactly
                                || fleet.resolver().refuse(v, region).isEmpty())
                .findFirst();
    }

    private Decision catchUp(
            MachineView machine, ItemHistory history, ApplicationIntent.CatchUp catchUp) {
        var application = catchUp.application();
        var profile = machine.model().profile();
        var reference = profile.entry(application).flatMap(ProfileEntry::reference);
        if (reference.isEmpty() || !reference.get().isLatest()) {
            return new Decision.NotApplicable(
                    "The machine does not ask for latest of " + application.name() + ".");
        }
        var behind =
                machine.guests().stream()
                        .filter(guest ->
                                guest.state(application)
                                        .map(ApplicationState::isBehind)
                                        .orElse(false))
                        .toList();
        if (behind.isEmpty()) {
            return settled(machine, history, application);
        }
        String version = newest(machine, application).map(v -> v.name()).orElse("latest");
        String rewrite = "rewrite for " + application.name() + " " + version;
        // Writing the same list again makes Azure resolve latest anew, and unlike reapply it is
        // refused when the machine changed since it was read.
        if (!history.isDone(rewrite)) {
            return write(machine, profile, rewrite);
        }
        if (machine.isScaleSet()) {
            return new Decision.Act(
                    "upgrade for " + application.name() + " " + version,
                    new ResourceChange.UpgradeInstances(
                            machine.read().id(),
                            behind.stream().map(MachineView.Guest::instanceId).toList()));
        }
        return new Decision.Act(
                "reapply for " + application.name() + " " + version,
                new ResourceChange.Reapply(machine.read().id()));
    }

    private Decision ensure(
            MachineView machine, ItemHistory history, ApplicationIntent.Ensure ensure) {
        var application = ensure.application();
        var retry = new RetryGoal(fleet, new ApplicationIntent.Retry(application));
        // While it is being tried again it is missing: that must not be mistaken for a machine that
        // never had it.
        if (history.isTried(RetryGoal.REMOVE)) {
            return retry.decide(machine, history);
        }
        var profile = machine.model().profile();
        var raise = new ApplicationIntent.Raise(application, ensure.target());
        if (!profile.has(application)) {
            return add(machine, profile, ensure, raise);
        }
        var reference = profile.entry(application).flatMap(ProfileEntry::reference);
        var decision =
                reference.isPresent() && !reference.get().isLatest()
                        ? raise(machine, history, raise)
                        : catchUp(machine, history, new ApplicationIntent.CatchUp(application));
        // What this task did not touch, and is at its version, may have failed before.
        return decision instanceof Decision.Satisfied && !history.isTouched()
                ? retry.decide(machine, history)
                : decision;
    }

    private Decision add(
            MachineView machine,
            ApplicationProfile profile,
            ApplicationIntent.Ensure ensure,
            ApplicationIntent.Raise raise) {
        var application = ensure.application();
        String version = "latest";
        if (!(ensure.target() instanceof VersionTarget.Newest)) {
            var chosen = choose(machine, raise);
            if (chosen.isEmpty()) {
                return new Decision.Refuse(
                        "GalleryImageNotFound",
                        VmApplicationErrors.notReplicated(
                                        application
                                                .child("versions", ensure.target().text())
                                                .text(),
                                        machine.model().location())
                                .message());
            }
            version = chosen.get().name();
        }
        var entry =
                placed(
                        ProfileEntry.of(application.child("versions", version).text()),
                        ensure.placement());
        return write(machine, profile.with(entry), "add " + application.name() + " " + version);
    }

    private Decision forbid(
            MachineView machine, ItemHistory history, ApplicationIntent.Forbid forbid) {
        var application = forbid.application();
        var profile = machine.model().profile();
        if (profile.has(application)) {
            return write(machine, profile.without(application), "remove " + application.name());
        }
        if (!history.isTouched()) {
            return new Decision.Satisfied();
        }
        return rolledOut(machine, "remove " + application.name())
                .orElseGet(() -> {
                    for (var guest : machine.guests()) {
                        var left = guest.state(application);
                        if (left.isPresent()
                                && guest.isRunning()
                                && left.get().condition() == Condition.LEFT_OVER) {
                            return new Decision.Await(
                                    guest.name() + " removes " + application.name());
                        }
                    }
                    return new Decision.Satisfied();
                });
    }

    private Decision arrange(
            MachineView machine, ItemHistory history, ApplicationIntent.Arrange arrange) {
        var profile = machine.model().profile();
        var entry = profile.entry(arrange.application());
        if (entry.isEmpty()) {
            return new Decision.NotApplicable(
                    "The machine does not ask for " + arrange.application().name() + ".");
        }
        var wanted = placed(entry.get(), arrange.placement());
        return wanted.equals(entry.get())
                ? settled(machine, history, arrange.application())
                : write(machine, profile.with(wanted), "arrange " + arrange.application().name());
    }

    private static ProfileEntry placed(ProfileEntry entry, Placement placement) {
        var placed = entry;
        if (placement.order() != null
                && entry.order().orElse(placement.order() + 1) != placement.order()) {
            placed = placed.withOrder(placement.order());
        }
        if (placement.treatFailureAsDeploymentFailure() != null
                && entry.treatFailureAsDeploymentFailure()
                        != placement.treatFailureAsDeploymentFailure()) {
            placed =
                    placed.withTreatFailureAsDeploymentFailure(
                            placement.treatFailureAsDeploymentFailure());
        }
        if (placement.enableAutomaticUpgrade() != null
                && entry.enableAutomaticUpgrade() != placement.enableAutomaticUpgrade()) {
            placed =
                    new ProfileEntry(
                            placed.json()
                                    .with(
                                            memberName(placed.json(), "enableAutomaticUpgrade"),
                                            Dynamic.of(
                                                    (boolean) placement.enableAutomaticUpgrade())));
        }
        return placed;
    }

    private static String memberName(Dynamic bag, String name) {
        return bag.members().keySet().stream()
                .filter(name::equalsIgnoreCase)
                .findFirst()
                .orElse(name);
    }

    /// The model is as wanted. When this task changed it, the guests must have followed, too.
    private Decision settled(MachineView machine, ItemHistory history, ResourceId application) {
        if (!history.isTouched()) {
            return new Decision.Satisfied();
        }
        return rolledOut(machine, application.name())
                .orElseGet(() -> reported(machine, application));
    }

    /// What has to happen before every instance of a set has its model; empty when each has.
    static Optional<Decision> rolledOut(MachineView machine, String what) {
        var outdated = machine.outdatedInstances();
        if (outdated.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                machine.isUpgradedByHand()
                        ? new Decision.Act(
                                "upgrade instances: " + what,
                                new ResourceChange.UpgradeInstances(
                                        machine.read().id(), List.of("*")))
                        : new Decision.Await(
                                "the platform upgrades the instances "
                                        + String.join(", ", outdated)));
    }

    /// What the guests say of an application that was changed.
    static Decision reported(MachineView machine, ResourceId application) {
        for (var guest : machine.guests()) {
            var state = guest.state(application);
            if (state.isEmpty() || !guest.isRunning()) {
                continue;
            }
            switch (state.get().condition()) {
                case RUNNING, AHEAD, LEFT_OVER, MODEL -> {}
                case UNKNOWN -> {
                    // What was never read tells nothing; what cannot be understood is no success.
                    if (guest.hasReport()) {
                        return new Decision.Await(
                                guest.name()
                                        + " is to report "
                                        + application.name()
                                        + ": "
                                        + state.get().because());
                    }
                }
                case PENDING, APPLYING, REBOOTING, BEHIND -> {
                    return new Decision.Await(guest.name() + " is to report " + application.name());
                }
                case FAILED, SKIPPED, STOPPED_BY_REBOOT -> {
                    return new Decision.Fail(
                            "VMApplication" + state.get().condition().wireName(),
                            guest.name() + ": " + state.get().because());
                }
            }
        }
        return new Decision.Satisfied();
    }

    private Decision write(MachineView machine, ApplicationProfile profile, String intent) {
        return write(fleet, machine, profile, intent);
    }

    /// The step that writes a list of applications, unless Azure would refuse it.
    static Decision write(
            Fleet fleet, MachineView machine, ApplicationProfile profile, String intent) {
        if (machine.underWay().filter("deleting"::equals).isPresent()) {
            return new Decision.NotApplicable("The resource is being deleted.");
        }
        var model = machine.model();
        var unreachable = machine.unreachable();
        if (unreachable.isPresent()) {
            return unreachable.get();
        }
        var refusal = fleet.check().refuse(profile, model.location(), model.system());
        if (refusal.isPresent()) {
            return new Decision.Refuse(refusal.get().code(), refusal.get().message());
        }
        var twice = sameName(model.profile(), profile);
        if (twice.isPresent()) {
            return twice.get();
        }
        var before = applicationProfile(machine);
        var list = Dynamic.array(profile.entries().stream().map(ProfileEntry::json).toList());
        var after =
                before instanceof Dynamic.Bag
                        ? before.with(memberName(before, "galleryApplications"), list)
                        : Dynamic.bag().put("galleryApplications", list).build();
        Dynamic body = Dynamic.bag().put("applicationProfile", after).build();
        if (machine.isScaleSet()) {
            body = Dynamic.bag().put("virtualMachineProfile", body).build();
        }
        return new Decision.Act(
                intent,
                new ResourceChange.Patch(
                        machine.read().id(),
                        Dynamic.bag().put("properties", body).build(),
                        List.of(new PropertyChange(machine.profilePath(), before, after))));
    }

    /// Azure takes two applications of one name from two galleries. The guest, which knows them by name alone, then runs none of its applications any more: who
    /// brings such a pair about is refused; one that is there already is somebody else's, and is left.
    private static Optional<Decision> sameName(ApplicationProfile now, ApplicationProfile next) {
        Map<String, ResourceId> names = new HashMap<>();
        for (var entry : next.entries()) {
            var application = applicationOf(entry);
            if (application.isEmpty()) {
                continue;
            }
            var other = names.putIfAbsent(application.get().name(), application.get());
            if (other != null && !(now.has(other) && now.has(application.get()))) {
                return Optional.of(
                        new Decision.Refuse(
                                "DuplicateApplicationName",
                                "Duplicate application name found: "
                                        + application.get().name()
                                        + ". The guest knows applications by their names alone; '"
                                        + (now.has(other) ? other : application.get()).text()
                                        + "' has it already."));
            }
        }
        return Optional.empty();
    }

    private static Dynamic applicationProfile(MachineView machine) {
        var properties = machine.read().body().getIgnoreCase("properties");
        return (machine.isScaleSet()
                        ? properties.getIgnoreCase("virtualMachineProfile")
                        : properties)
                .getIgnoreCase("applicationProfile");
    }

    /// The application that a reference of the profile names.
    static Optional<ResourceId> applicationOf(ProfileEntry entry) {
        return entry.reference().map(ApplicationReference::applicationId);
    }
}
