package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.ExtensionView;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.Resolution;
import io.muster.simulator.guest.DesiredApplication;
import io.muster.simulator.guest.GuestRegistry;
import io.muster.simulator.guest.GuestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Hands machines their goal states: resolves the profile, runs the guest, writes back the instance view and the VMAppExtension resource. Guarded by the simulator's
/// lock.
final class GoalStates {
    static final String EXTENSION = "VMAppExtension";

    /// The message while a run is under way.
    private static final String UNDER_WAY = "Enabling Handler";

    /// How the message of a run that could not read from the host begins.
    private static final String UNREAD =
            "Enable failed: failed to get VM applications: HostGaCommunicator GetVMAppInfo error: ";

    private final Cloud cloud;
    private final GuestMemory memory = new GuestMemory();
    private final VersionFaults faults;
    private final PlatformExtension platform;
    private final ModelExtensions extensions;

    GoalStates(Cloud cloud) {
        this.cloud = cloud;
        this.faults = new VersionFaults(cloud);
        this.platform = new PlatformExtension(cloud);
        this.extensions = new ModelExtensions(cloud, memory);
    }

    GuestMemory memory() {
        return memory;
    }

    ModelExtensions extensions() {
        return extensions;
    }

    /// Lets a machine apply its goal state; a machine that is off does so when it comes on.
    ///
    /// @param given the machine (of a uniform instance with the system of its set)
    /// @return the machine with what changed: provisioning state and instance view
    Dynamic apply(Machine machine, Dynamic given, GoalState goal) {
        String key = machine.id().key();
        var json = ended(key, given);
        if (!Power.isOn(json)) {
            memory.miss(key, goal);
            return provisioned(json, true);
        }
        memory.reached(key);
        if (machine.isAgentMissing()) {
            // A machine without an agent takes the model and never reports.
            return provisioned(json, true);
        }
        return run(
                machine, goal.extensions().isNull() ? json : extensions.applied(json, goal), goal);
    }

    private Dynamic run(Machine machine, Dynamic json, GoalState goal) {
        String key = cloud.estate().key(machine.id());
        var before = memory.registry(machine, json);
        memory.registry(key, before);
        var desired = desired(machine, goal.profile());
        var unread = faults.ofHost(machine.id(), desired);
        if (unread.isPresent()) {
            return unread(machine, json, unread.get());
        }
        var twice = duplicateName(desired);
        if (!twice.isEmpty()) {
            platform.end(machine, json, true);
            return told(
                    machine,
                    json,
                    true,
                    GuestRun.criticalMessage(before, "Duplicate application name found: " + twice));
        }
        var result =
                GuestRun.run(
                        key,
                        before,
                        desired,
                        faults.of(desired),
                        cloud.settings().limits().maxReboots());
        memory.registry(key, result.registry());
        return report(machine, json, desired, result);
    }

    /// The machine with what a run says, if it says anything.
    private Dynamic report(
            Machine machine,
            Dynamic json,
            List<DesiredApplication> desired,
            GuestRun.Result result) {
        var known = InstanceViews.applications(json);
        var last = memory.takeStable(machine.id().key());
        var left = last == null ? known : last;
        if (result.actions().isEmpty() && !left.isNull() && hasRun(left)) {
            // Nothing to do leaves the last status as it was, a failure too; after runs that could
            // not read from the host, the one before them.
            boolean failed = ExtensionView.read(left).isFailed();
            platform.settle(machine, failed);
            return provisioned(last == null ? json : InstanceViews.with(json, last), !failed);
        }
        if (known.isNull() && desired.isEmpty() && result.actions().isEmpty()) {
            return provisioned(json, true);
        }
        if (desired.isEmpty()) {
            platform.endOfNone(machine, json, result.isFailure());
        } else {
            platform.end(machine, json, result.isFailure());
        }
        return told(machine, json, result.isFailure(), result.message());
    }

    /// The machine with what VMAppExtension says after a run.
    private static Dynamic told(Machine machine, Dynamic json, boolean failed, String message) {
        return provisioned(
                InstanceViews.with(json, InstanceViews.entry(isWindows(machine), failed, message)),
                !failed);
    }

    private static boolean isWindows(Machine machine) {
        return machine.system() == OperatingSystem.WINDOWS;
    }

    /// The machine as it was before the run under way, whose view its end replaces.
    private Dynamic ended(String key, Dynamic json) {
        var before = memory.takeEarlier(key);
        if (!isUnderWay(json)) {
            return json;
        }
        return before == null
                ? InstanceViews.without(json, EXTENSION)
                : InstanceViews.with(json, before);
    }

    private static boolean isUnderWay(Dynamic json) {
        return message(InstanceViews.applications(json)).equals(UNDER_WAY);
    }

    private static boolean isUnread(Dynamic extension) {
        return message(extension).startsWith(UNREAD);
    }

    /// Whether the run that an extension tells of could read what to do, and start.
    private static boolean hasRun(Dynamic extension) {
        return !isUnread(extension)
                && !(ExtensionView.read(extension).isFailed()
                        && ExtensionMessage.parse(message(extension))
                                instanceof ExtensionMessage.Critical);
    }

    private static String message(Dynamic extension) {
        return extension.get("statuses").get(0).get("message").textOr("");
    }

    /// The machine as it stands, without the run that is under way: what its guest has is told by the view before it alone.
    Dynamic settled(Dynamic json) {
        var before = memory.earlier(ResourceId.parse(json.get("id").textOr("")).key());
        return before == null || !isUnderWay(json) ? json : InstanceViews.with(json, before);
    }

    /// A run that did not begin: the guest's registry stays, and the next good run restores the status that was.
    private Dynamic unread(Machine machine, Dynamic json, String fault) {
        var known = InstanceViews.applications(json);
        if (!known.isNull() && !isUnread(known)) {
            memory.stable(machine.id().key(), known);
        }
        platform.end(machine, json, true);
        return told(machine, json, true, UNREAD + fault);
    }

    /// The version of an application that a machine's guest last tried; empty when it never did.
    Optional<String> tried(Machine machine, Dynamic json, String application) {
        return Optional.ofNullable(memory.registry(machine, json).entries().get(application))
                .map(GuestRegistry.Entry::version);
    }

    /// A machine has come on: what its guest was to apply meanwhile it applies now.
    Dynamic catchUp(Machine machine, Dynamic json) {
        return memory.missed(machine.id()).map(goal -> apply(machine, json, goal)).orElse(json);
    }

    /// What a machine's guest will take for a goal state: what every run takes, and the time of each command that will run, as its version's fault profile says.
    Duration runTime(Machine machine, Dynamic json, GoalState goal) {
        var base = cloud.settings().guestTime();
        return faults.any()
                ? base.plus(
                        faults.time(
                                memory.registry(machine, json), desired(machine, goal.profile())))
                : base;
    }

    /// Whether runs take other times than every run does.
    boolean anyProfiled() {
        return faults.any();
    }

    /// A name that two wanted applications share: the guest knows applications by their name alone, the gallery is no part of it. Empty when there is none.
    private static String duplicateName(List<DesiredApplication> desired) {
        var names = new HashSet<String>();
        return desired.stream()
                .map(DesiredApplication::name)
                .filter(name -> !names.add(name))
                .findFirst()
                .orElse("");
    }

    /// Shows the extension as created or updated while the machine takes its goal state, in its view too. A run with nothing to do gives the status before it back.
    ///
    /// @param json of the machine; one that is off begins nothing
    void announce(Machine machine, ApplicationProfile profile, Dynamic json) {
        var shown = InstanceViews.applications(json);
        // Without an agent nothing runs that could end.
        if (!Power.isOn(json)
                || machine.isAgentMissing()
                || profile.entries().isEmpty() && shown.isNull()) {
            return;
        }
        platform.begin(machine, json);
        if (json.path("properties", "instanceView").isNull()) {
            return;
        }
        if (!shown.isNull() && !isUnderWay(json)) {
            memory.earlier(machine.id().key(), shown);
        }
        var entry =
                InstanceViews.entry(
                        isWindows(machine), "transitioning", "Info", "Transitioning", UNDER_WAY);
        cloud.estate().update(machine.id(), known -> InstanceViews.with(known, entry));
    }

    private List<DesiredApplication> desired(Machine machine, ApplicationProfile profile) {
        var resolver = cloud.resolver();
        var out = new ArrayList<DesiredApplication>();
        for (var entry : profile.entries()) {
            var reference = entry.reference();
            if (reference.isEmpty()) {
                continue;
            }
            var version =
                    resolver.resolve(reference.get(), machine)
                                    instanceof Resolution.Resolved(var found, var _)
                            ? found
                            : null;
            out.add(
                    new DesiredApplication(
                            reference.get().application(),
                            version == null ? reference.get().version() : version.name(),
                            entry.order(),
                            entry.treatFailureAsDeploymentFailure(),
                            version));
        }
        return out;
    }

    private static Dynamic provisioned(Dynamic json, boolean succeeded) {
        return provisioning(json, succeeded ? "Succeeded" : "Failed");
    }

    static Dynamic provisioning(Dynamic json, String state) {
        return withProperty(json, "provisioningState", Dynamic.of(state));
    }

    static Dynamic withProperty(Dynamic json, String name, Dynamic value) {
        return json.with("properties", json.get("properties").with(name, value));
    }

    /// The error of an operation that left a machine failed; empty when it did not.
    static Optional<Dynamic> failure(Dynamic machine) {
        if (!machine.path("properties", "provisioningState").textOr("").equals("Failed")) {
            return Optional.empty();
        }
        return Optional.of(
                Dynamic.bag()
                        .put("code", "VMExtensionProvisioningError")
                        .put(
                                "message",
                                "VM has reported a failure when processing extension"
                                        + " 'VMAppExtension'. Error message: \""
                                        + message(InstanceViews.applications(machine))
                                        + "\"")
                        .build());
    }

    /// What lies on the machine's disks is gone; what it was to apply too.
    void forget(ResourceId machine) {
        memory.forget(machine);
    }
}
