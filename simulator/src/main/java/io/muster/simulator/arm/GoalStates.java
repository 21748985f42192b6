package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.GalleryCatalog;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.Operation;
import io.muster.inventory.vm.Resolution;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.guest.DesiredApplication;
import io.muster.simulator.guest.FaultProfile;
import io.muster.simulator.guest.GuestFaults;
import io.muster.simulator.guest.GuestRegistry;
import io.muster.simulator.guest.GuestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/// Hands machines their goal states: resolves the profile, runs the guest, writes back the instance view and the VMAppExtension resource.
final class GoalStates implements KeptState {
    static final String EXTENSION = "VMAppExtension";

    private static final String EXTENSIONS_OF_INSTANCES = "/virtualMachines/extensions";

    /// The message while a run is under way.
    private static final String UNDER_WAY = "Enabling Handler";

    /// How the message of a run that could not read from the host begins.
    private static final String UNREAD =
            "Enable failed: failed to get VM applications: HostGaCommunicator GetVMAppInfo error: ";

    private final Cloud cloud;
    private final Map<String, GuestRegistry> registries = new LinkedHashMap<>();

    /// The galleries that were last asked for fault profiles, and whether they had any.
    private GalleryCatalog looked = GalleryCatalog.EMPTY;

    private boolean profiled;

    /// The goal states that came while machines were off.
    private final Map<String, GoalState> missed = new LinkedHashMap<>();

    /// The views of VMAppExtension before runs that could not read from the host.
    private final Map<String, Dynamic> stable = new LinkedHashMap<>();

    /// The views of VMAppExtension before runs that are under way, by machine.
    private final Map<String, Dynamic> earlier = new LinkedHashMap<>();

    /// The names (lower case) of the extensions that instances have of their sets' models.
    private final Map<String, List<String>> fromModel = new LinkedHashMap<>();

    GoalStates(Cloud cloud) {
        this.cloud = cloud;
    }

    /// What a machine is to take.
    ///
    /// @param extensions of a scale set's model for its instance; null value for a machine, whose extensions are resources of their own
    record GoalState(ApplicationProfile profile, Dynamic extensions) {
        static GoalState of(ApplicationProfile profile) {
            return new GoalState(profile, Dynamic.NULL);
        }

        /// The model of a scale set.
        static GoalState ofModel(Dynamic set) {
            return new GoalState(
                    ApplicationProfile.ofResource(set), Dynamic.array(ScaleSetExtensions.of(set)));
        }

        Dynamic toJson() {
            return Dynamic.bag()
                    .put("profile", profile.toDynamic())
                    .put("extensions", extensions)
                    .build();
        }

        static GoalState ofJson(Dynamic json) {
            return new GoalState(
                    ApplicationProfile.read(json.get("profile")), json.get("extensions"));
        }
    }

    /// Lets a machine apply its goal state; a machine that is off does so when it comes on.
    ///
    /// @param given the machine (of a uniform instance with the system of its set)
    /// @return the machine with what changed: provisioning state and instance view
    Dynamic apply(Machine machine, Dynamic given, GoalState goal) {
        String key = machine.id().key();
        var json = ended(key, given);
        if (!Power.isOn(json)) {
            missed.put(key, goal);
            return provisioned(json, true);
        }
        missed.remove(key);
        if (machine.isAgentMissing()) {
            // A machine without an agent takes the model and never reports.
            return provisioned(json, true);
        }
        var machineJson = goal.extensions().isNull() ? json : withModelExtensions(json, goal);
        var before =
                registries.computeIfAbsent(
                        key, _ -> GuestRegistry.of(InstanceViews.message(machineJson)));
        var desired = desired(machine, goal.profile());
        var unread = hostFault(machine.id(), desired);
        if (unread.isPresent()) {
            return unread(machine, machineJson, unread.get());
        }
        var twice = duplicateName(desired);
        if (!twice.isEmpty()) {
            writeExtension(
                    machine.id(),
                    machineJson,
                    machine.system() == OperatingSystem.WINDOWS,
                    true,
                    false);
            return provisioned(
                    InstanceViews.with(
                            machineJson,
                            InstanceViews.entry(
                                    machine.system() == OperatingSystem.WINDOWS,
                                    true,
                                    GuestRun.criticalMessage(
                                            before, "Duplicate application name found: " + twice))),
                    false);
        }
        var result =
                GuestRun.run(
                        key,
                        before,
                        desired,
                        faults(desired),
                        cloud.settings().limits().maxReboots());
        registries.put(key, result.registry());
        var known = InstanceViews.applications(machineJson);
        var last = stable.remove(key);
        if (result.actions().isEmpty() && !known.isNull() && (last != null || !isUnread(known))) {
            // Nothing to do leaves the last status as it was; after runs that could not read from
            // the host, the one before them.
            settle(machine.id());
            return provisioned(
                    last == null ? machineJson : InstanceViews.with(machineJson, last), true);
        }
        if (known.isNull() && desired.isEmpty() && result.actions().isEmpty()) {
            return provisioned(machineJson, true);
        }
        boolean windows = machine.system() == OperatingSystem.WINDOWS;
        boolean failed = result.isFailure();
        writeExtension(machine.id(), machineJson, windows, failed, desired.isEmpty());
        return provisioned(
                InstanceViews.with(
                        machineJson, InstanceViews.entry(windows, failed, result.message())),
                !failed);
    }

    /// The machine as it was before the run under way, whose view its end replaces.
    private Dynamic ended(String key, Dynamic json) {
        var before = earlier.remove(key);
        if (!isUnderWay(json)) {
            return json;
        }
        return before == null
                ? InstanceViews.without(json, EXTENSION)
                : InstanceViews.with(json, before);
    }

    private static boolean isUnderWay(Dynamic json) {
        return InstanceViews.applications(json)
                .get("statuses")
                .get(0)
                .get("message")
                .textOr("")
                .equals(UNDER_WAY);
    }

    /// The machine as it stands, without the run that is under way: what its guest has is told by the view before it alone.
    Dynamic settled(Dynamic json) {
        var before = earlier.get(ResourceId.parse(json.get("id").textOr("")).key());
        return before == null || !isUnderWay(json) ? json : InstanceViews.with(json, before);
    }

    /// Why a run cannot read what it is to do: as the simulator says, or a version's fault profile, which draws anew with each run.
    private Optional<String> hostFault(ResourceId machine, List<DesiredApplication> desired) {
        var fault = cloud.faults().hostFault(machine.key());
        if (fault.isPresent() || !anyProfiled()) {
            return fault;
        }
        long run = cloud.estate().find(machine).map(StoredResource::revision).orElse(0L);
        for (var wanted : desired) {
            int share = profile(desired, wanted.name(), wanted.version()).hostShare();
            if (share > 0
                    && GuestFaults.seeded(cloud.settings().seed(), share)
                                    .outcome(
                                            machine.key(),
                                            "host",
                                            Long.toString(run),
                                            Operation.Kind.NO_ACTION,
                                            1)
                            instanceof GuestFaults.Outcome.Failure) {
                return Optional.of("request failed with status code 503");
            }
        }
        return Optional.empty();
    }

    /// A run that did not begin: the guest's registry stays, and the next good run restores the status that was.
    private Dynamic unread(Machine machine, Dynamic json, String fault) {
        var known = InstanceViews.applications(json);
        if (!known.isNull() && !isUnread(known)) {
            stable.put(machine.id().key(), known);
        }
        boolean windows = machine.system() == OperatingSystem.WINDOWS;
        writeExtension(machine.id(), json, windows, true, false);
        return provisioned(
                InstanceViews.with(json, InstanceViews.entry(windows, true, UNREAD + fault)),
                false);
    }

    private static boolean isUnread(Dynamic extension) {
        return extension.get("statuses").get(0).get("message").textOr("").startsWith(UNREAD);
    }

    /// The version of an application that a machine's guest last tried; empty when it never did.
    Optional<String> tried(Machine machine, String application) {
        var known = registries.get(machine.id().key());
        return Optional.ofNullable(
                        (known == null ? GuestRegistry.of(machine.message()) : known)
                                .entries()
                                .get(application))
                .map(GuestRegistry.Entry::version);
    }

    /// A machine has come on: what its guest was to apply meanwhile it applies now.
    Dynamic catchUp(Machine machine, Dynamic json) {
        var goal = missed.get(machine.id().key());
        return goal == null ? json : apply(machine, json, goal);
    }

    /// The extensions of its set's model on an instance: those that are new or changed are installed, those that the model no longer has are uninstalled. What was
    /// put on the instance itself is not touched.
    private Dynamic withModelExtensions(Dynamic instance, GoalState goal) {
        var id = ResourceId.parse(instance.get("id").textOr(""));
        var names = new ArrayList<String>();
        var json = instance;
        for (var extension : goal.extensions().items()) {
            String name = extension.get("name").textOr("");
            if (name.equalsIgnoreCase(EXTENSION)) {
                continue;
            }
            names.add(name.toLowerCase(Locale.ROOT));
            var child = id.child("extensions", name);
            var properties =
                    extension.get("properties").with("provisioningState", Dynamic.of("Succeeded"));
            if (cloud.estate()
                    .find(child)
                    .filter(known -> known.properties().equals(properties))
                    .isEmpty()) {
                cloud.estate()
                        .put(
                                Dynamic.bag()
                                        .put("id", child.text())
                                        .put("name", name)
                                        .put("type", ScaleSetWrites.TYPE + EXTENSIONS_OF_INSTANCES)
                                        .put("location", instance.get("location"))
                                        .put("properties", properties)
                                        .build());
            }
            json = InstanceViews.with(json, InstanceViews.entry(name, properties));
        }
        for (String gone : fromModel.getOrDefault(id.key(), List.of())) {
            if (!names.contains(gone)) {
                cloud.estate().remove(id.child("extensions", gone));
                json = InstanceViews.without(json, gone);
            }
        }
        if (names.isEmpty()) {
            fromModel.remove(id.key());
        } else {
            fromModel.put(id.key(), List.copyOf(names));
        }
        return json;
    }

    /// What commands do: as the versions' own fault profiles say, else as the simulator's.
    private GuestFaults faults(List<DesiredApplication> desired) {
        return (machine, application, version, operation, attempt) -> {
            var profile = profile(desired, application, version);
            if (attempt <= profile.reboots(operation)) {
                return new GuestFaults.Outcome.Reboot();
            }
            return profile.share(operation)
                    .map(share -> GuestFaults.seeded(cloud.settings().seed(), share))
                    .orElse(cloud.faults())
                    .outcome(machine, application, version, operation, attempt);
        };
    }

    /// The fault profile of a version of an application that the guest knows by name alone: of the gallery of the wanted one, else, for one that is no longer wanted,
    /// of the first gallery that has it.
    private FaultProfile profile(
            List<DesiredApplication> desired, String application, String version) {
        for (var wanted : desired) {
            var resource = wanted.resource();
            if (resource != null && wanted.name().equals(application)) {
                return profile(resource.applicationId(), version).orElse(FaultProfile.NONE);
            }
        }
        return cloud.estate().galleries().applications().stream()
                .filter(known -> known.id().name().equals(application))
                .flatMap(known -> profile(known.id(), version).stream())
                .findFirst()
                .orElse(FaultProfile.NONE);
    }

    private Optional<FaultProfile> profile(ResourceId application, String version) {
        var id = application.child("versions", version);
        var said = cloud.faults().profile(id);
        if (said.isPresent()) {
            return said;
        }
        return cloud.estate()
                .find(id)
                .map(v -> v.json().get("tags").get(FaultProfile.TAG).textOr(""))
                .map(FaultProfile::parse);
    }

    /// What a machine's guest will take for a goal state: what every run takes, and the time of each command that will run, as its version's fault profile says.
    Duration runTime(Machine machine, Dynamic json, GoalState goal) {
        var base = cloud.settings().guestTime();
        if (!anyProfiled()) {
            return base;
        }
        var known = registries.get(machine.id().key());
        var registry = known == null ? GuestRegistry.of(InstanceViews.message(json)) : known;
        var desired = desired(machine, goal.profile());
        var total = base;
        for (var wanted : desired) {
            var before = registry.entries().get(wanted.name());
            var profile = profile(desired, wanted.name(), wanted.version());
            if (before == null) {
                total = total.plus(profile.time(Operation.Kind.INSTALL));
            } else if (!before.version().equals(wanted.version())) {
                var resource = wanted.resource();
                total =
                        resource != null && resource.actions().hasUpdate()
                                ? total.plus(profile.time(Operation.Kind.UPDATE))
                                : total.plus(profile.time(Operation.Kind.INSTALL))
                                        .plus(
                                                profile(desired, wanted.name(), before.version())
                                                        .time(Operation.Kind.REMOVE_FOR_UPDATE));
            }
        }
        for (var entry : registry.entries().entrySet()) {
            if (desired.stream().noneMatch(d -> d.name().equals(entry.getKey()))) {
                total =
                        total.plus(
                                profile(desired, entry.getKey(), entry.getValue().version())
                                        .time(Operation.Kind.REMOVE));
            }
        }
        return total;
    }

    /// Whether any version has a fault profile: looked at once for galleries that stay.
    boolean anyProfiled() {
        if (cloud.faults().hasProfiles()) {
            return true;
        }
        var galleries = cloud.estate().galleries();
        if (galleries != looked) {
            looked = galleries;
            profiled =
                    galleries.versions().stream()
                            .anyMatch(v ->
                                    !v.resource()
                                            .getIgnoreCase("tags")
                                            .get(FaultProfile.TAG)
                                            .isNull());
        }
        return profiled;
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

    /// Shows an extension that was written, or is gone, in the instance view of its machine.
    ///
    /// @param extension null value when it is gone
    void show(ResourceId id, Dynamic extension) {
        var machine = id.parent();
        if (machine.isEmpty() || id.name().equalsIgnoreCase(EXTENSION)) {
            return;
        }
        cloud.estate()
                .update(
                        machine.get(),
                        json -> {
                            var without = InstanceViews.without(json, id.name());
                            if (extension.isNull()
                                    || json.path("properties", "instanceView").isNull()) {
                                return without;
                            }
                            return InstanceViews.with(
                                    without,
                                    InstanceViews.entry(id.name(), extension.get("properties")));
                        });
    }

    /// Shows the extension as created or updated while the machine takes its goal state, in its view too. A run with nothing to do gives the status before it back.
    ///
    /// @param json of the machine; one that is off begins nothing
    void announce(Machine machine, ApplicationProfile profile, Dynamic json) {
        var shown = InstanceViews.applications(json);
        if (!Power.isOn(json) || profile.entries().isEmpty() && shown.isNull()) {
            return;
        }
        boolean there =
                cloud.estate().find(machine.id().child("extensions", EXTENSION)).isPresent();
        boolean windows = machine.system() == OperatingSystem.WINDOWS;
        putExtension(machine.id(), json, windows, there ? "Updating" : "Creating");
        if (!json.path("properties", "instanceView").isNull() && !machine.isAgentMissing()) {
            if (!shown.isNull() && !isUnderWay(json)) {
                earlier.put(machine.id().key(), shown);
            }
            cloud.estate()
                    .update(
                            machine.id(),
                            known ->
                                    InstanceViews.with(
                                            known,
                                            InstanceViews.entry(
                                                    windows,
                                                    "transitioning",
                                                    "Info",
                                                    "Transitioning",
                                                    UNDER_WAY)));
        }
    }

    private List<DesiredApplication> desired(Machine machine, ApplicationProfile profile) {
        var resolver = cloud.resolver();
        var out = new ArrayList<DesiredApplication>();
        for (var entry : profile.entries()) {
            var reference = entry.reference();
            if (reference.isEmpty()) {
                continue;
            }
            GalleryApplicationVersion version =
                    switch (resolver.resolve(reference.get(), machine)) {
                        case Resolution.Resolved(var found, var _) -> found;
                        case Resolution.Unresolved _ -> null;
                    };
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

    /// The extension resource is no longer under way; what it last said stays.
    private void settle(ResourceId machine) {
        cloud.estate()
                .update(machine.child("extensions", EXTENSION), json -> provisioned(json, true));
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
                                        + InstanceViews.applications(machine)
                                                .get("statuses")
                                                .get(0)
                                                .get("message")
                                                .textOr("")
                                        + "\"")
                        .build());
    }

    private void writeExtension(
            ResourceId machine, Dynamic json, boolean windows, boolean failed, boolean gone) {
        var id = machine.child("extensions", EXTENSION);
        if (gone && cloud.estate().find(id).isEmpty()) {
            return;
        }
        putExtension(machine, json, windows, failed ? "Failed" : "Succeeded");
    }

    private void putExtension(
            ResourceId machine, Dynamic json, boolean windows, String provisioningState) {
        var id = machine.child("extensions", EXTENSION);
        cloud.estate()
                .put(
                        Dynamic.bag()
                                .put("id", id.text())
                                .put("name", EXTENSION)
                                .put("type", machine.type().text() + "/extensions")
                                .put("location", json.get("location"))
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put("publisher", "Microsoft.CPlat.Core")
                                                .put("type", InstanceViews.handler(windows))
                                                .put("typeHandlerVersion", "1.0")
                                                .put("autoUpgradeMinorVersion", true)
                                                .put("forceUpdateTag", tag(id))
                                                .put("provisioningState", provisioningState)
                                                .put("settings", Dynamic.EMPTY_BAG)
                                                .build())
                                .build());
    }

    /// Another one with every write, the same for a seed.
    private String tag(ResourceId extension) {
        long writes = cloud.estate().find(extension).map(StoredResource::revision).orElse(0L);
        return new UUID(
                        (long) extension.key().hashCode() << 32 | 0x4000L,
                        0x8000000000000000L | writes)
                .toString();
    }

    @Override
    public String kind() {
        return "guest";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        registries.forEach((machine, registry) ->
                sink.accept(registry.toJson().with("machine", Dynamic.of(machine))));
        missed.forEach((machine, goal) ->
                sink.accept(
                        Dynamic.bag()
                                .put("machine", machine)
                                .put("missed", goal.toJson())
                                .build()));
        earlier.forEach((machine, view) ->
                sink.accept(Dynamic.bag().put("machine", machine).put("earlier", view).build()));
        stable.forEach((machine, view) ->
                sink.accept(Dynamic.bag().put("machine", machine).put("stable", view).build()));
        fromModel.forEach((machine, names) ->
                sink.accept(
                        Dynamic.bag()
                                .put("machine", machine)
                                .put(
                                        "fromModel",
                                        Dynamic.array(names.stream().map(Dynamic::of).toList()))
                                .build()));
    }

    @Override
    public void take(Dynamic kept) {
        String machine = kept.get("machine").textOr("");
        if (!kept.get("missed").isNull()) {
            missed.put(machine, GoalState.ofJson(kept.get("missed")));
        } else if (!kept.get("earlier").isNull()) {
            earlier.put(machine, kept.get("earlier"));
        } else if (!kept.get("stable").isNull()) {
            stable.put(machine, kept.get("stable"));
        } else if (!kept.get("fromModel").isNull()) {
            fromModel.put(
                    machine,
                    kept.get("fromModel").items().stream().map(n -> n.textOr("")).toList());
        } else {
            registries.put(machine, GuestRegistry.ofJson(kept));
        }
    }

    /// What lies on the machine's disks is gone; what it was to apply too.
    void forget(ResourceId machine) {
        registries.remove(machine.key());
        missed.remove(machine.key());
        stable.remove(machine.key());
        earlier.remove(machine.key());
        fromModel.remove(machine.key());
    }
}
