package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.inventory.vm.GalleryApplicationVersion;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.OperatingSystem;
import io.muster.inventory.vm.Resolution;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.guest.DesiredApplication;
import io.muster.simulator.guest.GuestFaults;
import io.muster.simulator.guest.GuestRegistry;
import io.muster.simulator.guest.GuestRun;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/// Hands machines their goal states: resolves the profile, runs the guest, writes back the instance view and the VMAppExtension resource.
final class GoalStates implements KeptState {
    static final String EXTENSION = "VMAppExtension";

    /// The tag of a version that says how often its commands fail.
    private static final String FAULTS = "muster-guest-faults";

    private final Cloud cloud;
    private final Map<String, GuestRegistry> registries = new LinkedHashMap<>();

    GoalStates(Cloud cloud) {
        this.cloud = cloud;
    }

    /// Lets a machine apply a profile.
    ///
    /// @param machineJson the machine (of a uniform instance with the system of its set)
    /// @param withExtensionResource whether VMAppExtension is a resource of its own below the machine
    /// @return the machine with what changed: provisioning state and instance view
    Dynamic apply(
            Machine machine,
            Dynamic machineJson,
            ApplicationProfile profile,
            boolean withExtensionResource) {
        if (machine.isAgentMissing()) {
            // A machine without an agent takes the model and never reports.
            return provisioned(machineJson, true);
        }
        String key = machine.id().key();
        var before =
                registries.computeIfAbsent(key, _ -> GuestRegistry.of(seededMessage(machineJson)));
        var desired = desired(machine, profile);
        var twice = duplicateName(desired);
        if (!twice.isEmpty()) {
            if (withExtensionResource) {
                writeExtension(
                        machine.id(),
                        machineJson,
                        machine.system() == OperatingSystem.WINDOWS,
                        true,
                        false);
            }
            return provisioned(
                    withView(
                            machineJson,
                            view(
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
        var known = find(machineJson);
        if (result.actions().isEmpty() && !known.isNull()) {
            // Nothing to do leaves the last status as it was.
            settle(machine.id());
            return provisioned(machineJson, true);
        }
        if (known.isNull() && desired.isEmpty() && result.actions().isEmpty()) {
            return provisioned(machineJson, true);
        }
        boolean windows = machine.system() == OperatingSystem.WINDOWS;
        boolean failed = result.isFailure();
        if (withExtensionResource) {
            writeExtension(machine.id(), machineJson, windows, failed, desired.isEmpty());
        }
        return provisioned(withView(machineJson, view(windows, failed, result.message())), !failed);
    }

    /// What commands do: as the versions' own fault profiles say, else as the simulator's.
    private GuestFaults faults(List<DesiredApplication> desired) {
        return (machine, application, version, operation, attempt) -> {
            for (var wanted : desired) {
                var resource = wanted.resource();
                if (resource == null || !wanted.name().equals(application)) {
                    continue;
                }
                var own =
                        resource.id()
                                .parent()
                                .map(id -> id.child("versions", version))
                                .flatMap(cloud.estate()::find)
                                .map(v -> v.json().get("tags").get(FAULTS).textOr(""))
                                .flatMap(text -> GuestFaults.share(text, operation));
                if (own.isPresent()) {
                    return GuestFaults.seeded(cloud.settings().seed(), own.get())
                            .outcome(machine, application, version, operation, attempt);
                }
            }
            return cloud.faults().outcome(machine, application, version, operation, attempt);
        };
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

    /// Whether a profile follows an application's newest version by itself. The flag means something with `latest` alone.
    static boolean isUpgradedWith(ApplicationProfile profile, ResourceId application) {
        return profile.entries().stream()
                .anyMatch(entry ->
                        entry.enableAutomaticUpgrade()
                                && entry.reference()
                                        .filter(r ->
                                                r.isLatest()
                                                        && r.applicationId().equals(application))
                                        .isPresent());
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
                            var without = withoutExtension(json, id.name());
                            if (extension.isNull()
                                    || json.path("properties", "instanceView").isNull()) {
                                return without;
                            }
                            var properties = extension.get("properties");
                            return withView(
                                    without,
                                    Dynamic.bag()
                                            .put("name", id.name())
                                            .put(
                                                    "type",
                                                    properties.get("publisher").textOr("")
                                                            + "."
                                                            + properties.get("type").textOr(""))
                                            .put(
                                                    "typeHandlerVersion",
                                                    properties.get("typeHandlerVersion"))
                                            .put(
                                                    "statuses",
                                                    Dynamic.array(
                                                            Dynamic.bag()
                                                                    .put(
                                                                            "code",
                                                                            "ProvisioningState/succeeded")
                                                                    .put("level", "Info")
                                                                    .put(
                                                                            "displayStatus",
                                                                            "Provisioning succeeded")
                                                                    .build()))
                                            .build());
                        });
    }

    /// Shows the extension as created or updated while the machine takes its goal state.
    void announce(ResourceId machine, Dynamic json) {
        if (ApplicationProfile.ofResource(json).entries().isEmpty()) {
            return;
        }
        var id = machine.child("extensions", EXTENSION);
        boolean there = cloud.estate().find(id).isPresent();
        boolean windows =
                Machine.read(json).filter(m -> m.system() == OperatingSystem.WINDOWS).isPresent();
        putExtension(machine, json, windows, there ? "Updating" : "Creating");
    }

    /// The machine without what its instance view says of an extension.
    static Dynamic withoutExtension(Dynamic json, String name) {
        var view = json.path("properties", "instanceView");
        var kept = new ArrayList<Dynamic>();
        for (var known : view.get("extensions").items()) {
            if (!known.get("name").textOr("").equalsIgnoreCase(name)) {
                kept.add(known);
            }
        }
        return kept.size() == view.get("extensions").items().size()
                ? json
                : json.with(
                        "properties",
                        json.get("properties")
                                .with(
                                        "instanceView",
                                        view.with("extensions", Dynamic.array(kept))));
    }

    private static ExtensionMessage seededMessage(Dynamic machineJson) {
        return ExtensionMessage.parse(
                find(machineJson).get("statuses").get(0).get("message").textOr(""));
    }

    private static Dynamic find(Dynamic machineJson) {
        for (var extension : machineJson.path("properties", "instanceView", "extensions").items()) {
            if (extension.get("name").textOr("").equalsIgnoreCase(EXTENSION)) {
                return extension;
            }
        }
        return Dynamic.NULL;
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
        return json.with(
                "properties",
                json.get("properties")
                        .with("provisioningState", Dynamic.of(succeeded ? "Succeeded" : "Failed")));
    }

    private static Dynamic view(boolean windows, boolean failed, String message) {
        return Dynamic.bag()
                .put("name", EXTENSION)
                .put("type", "Microsoft.CPlat.Core." + handler(windows))
                .put("typeHandlerVersion", "1.0.16")
                .put(
                        "statuses",
                        Dynamic.array(
                                Dynamic.bag()
                                        .put(
                                                "code",
                                                "ProvisioningState/"
                                                        + (failed ? "failed/1" : "succeeded"))
                                        .put("level", failed ? "Error" : "Info")
                                        .put(
                                                "displayStatus",
                                                failed
                                                        ? "Provisioning failed"
                                                        : "Provisioning succeeded")
                                        .put("message", message)
                                        .build()))
                .build();
    }

    private static String handler(boolean windows) {
        return "VMApplicationManager" + (windows ? "Windows" : "Linux");
    }

    private static Dynamic withView(Dynamic json, Dynamic extension) {
        var view = json.path("properties", "instanceView");
        var extensions = new ArrayList<Dynamic>();
        String name = extension.get("name").textOr("");
        for (var known : view.get("extensions").items()) {
            if (!known.get("name").textOr("").equalsIgnoreCase(name)) {
                extensions.add(known);
            }
        }
        extensions.add(extension);
        return json.with(
                "properties",
                json.get("properties")
                        .with("instanceView", view.with("extensions", Dynamic.array(extensions))));
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
                                                .put("type", handler(windows))
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
    }

    @Override
    public void take(Dynamic kept) {
        registries.put(kept.get("machine").textOr(""), GuestRegistry.ofJson(kept));
    }

    void forget(ResourceId machine) {
        registries.remove(machine.key());
    }
}
