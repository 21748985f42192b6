package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.ApplicationReference;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.ProfileEntry;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Virtual machines: reads with and without their instance view, writes as long-running operations that end in the guest, and the
/// `VMapplications` child that upserts one application.
final class MachineWrites {
    static final String TYPE = "Microsoft.Compute/virtualMachines";

    private final Cloud cloud;
    private final GoalStates goals;
    private final ProfileCheck profiles;
    private final Admission admission;
    private final GalleryImages images;
    private final ScaleSetInstances instances;
    private final MachineRules rules;
    private final Identities identities;
    private final DataDisks disks;

    MachineWrites(
            Cloud cloud,
            GoalStates goals,
            ProfileCheck profiles,
            Admission admission,
            GalleryImages images,
            ScaleSetInstances instances,
            Identities identities,
            DataDisks disks) {
        this.disks = disks;
        this.identities = identities;
        this.images = images;
        this.instances = instances;
        this.admission = admission;
        this.cloud = cloud;
        this.profiles = profiles;
        this.goals = goals;
        this.rules = new MachineRules(cloud);
    }

    ArmResponse get(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        boolean expanded =
                request.parameter("$expand")
                        .orElse("")
                        .toLowerCase(Locale.ROOT)
                        .contains("instanceview");
        return ArmResponse.of(200, shown(cloud, stored, expanded)).with("ETag", stored.etag());
    }

    /// As a read shows it: its extensions are its `resources`.
    static Dynamic shown(Cloud cloud, StoredResource stored, boolean expanded) {
        var json = stored.json().with("etag", Dynamic.of(stored.etag()));
        var children =
                cloud.estate().children(stored.id()).stream()
                        .filter(child -> child.type().endsWith("/extensions"))
                        .map(StoredResource::json)
                        .toList();
        if (!children.isEmpty()) {
            json = json.with("resources", Dynamic.array(children));
        }
        return expanded
                ? json
                : json.with("properties", json.get("properties").without("instanceView"));
    }

    ArmResponse instanceView(ResourceId id) {
        var view = cloud.get(id).properties().get("instanceView");
        return ArmResponse.of(200, view.isNull() ? Dynamic.EMPTY_BAG : view);
    }

    ArmResponse put(ArmRequest request, ResourceId id) {
        cloud.requireContainer(id);
        var stored = cloud.estate().find(id);
        Cloud.requireMatch(request, stored);
        var body = Cloud.named(id, TYPE, Cloud.body(request));
        BodyForm.requireLocation(body);
        requireSameLocation(stored, body);
        if (stored.isEmpty()) {
            // Another machine of that name may have been there.
            goals.forget(id);
        }
        // What a caller cannot set stays as it is.
        var properties = MachineRules.writable(body.get("properties"));
        var before = stored.map(StoredResource::properties).orElse(Dynamic.EMPTY_BAG);
        for (String kept : new String[] {"vmId", "timeCreated", "instanceView"}) {
            if (!before.get(kept).isNull()) {
                properties = properties.with(kept, before.get(kept));
            }
        }
        if (before.get("vmId").isNull()) {
            properties =
                    properties
                            .with(
                                    "vmId",
                                    Dynamic.of(
                                            Guids.of(
                                                    "machine",
                                                    id.key(),
                                                    cloud.settings().seed(),
                                                    0)))
                            .with("timeCreated", Dynamic.of(cloud.now().toString()))
                            .with(
                                    "instanceView",
                                    freshView(id.name(), properties.get("osProfile")));
        }
        var named = body.get("resources");
        // Before the answer is made: it tells of the machine, and carries the ETag, as it is then.
        return write(
                request,
                id,
                body.without("resources").with("properties", properties),
                stored.isEmpty(),
                () -> {
                    if (stored.isPresent()) {
                        uninstallOmitted(id, named);
                    }
                });
    }

    /// A PUT replaces the model: extensions that it does not name are uninstalled. VMAppExtension is the platform's own and follows the profile.
    private void uninstallOmitted(ResourceId machine, Dynamic named) {
        var keep = new HashSet<String>();
        keep.add("vmappextension");
        for (var extension : named.items()) {
            String name = extension.get("name").textOr("");
            keep.add(name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT));
        }
        for (var extension : List.copyOf(cloud.estate().children(machine))) {
            if (extension.type().endsWith("/extensions")
                    && !keep.contains(extension.id().name().toLowerCase(Locale.ROOT))) {
                cloud.estate().remove(extension.id());
                cloud.estate()
                        .update(
                                machine,
                                json -> InstanceViews.without(json, extension.id().name()));
            }
        }
    }

    /// The view of a machine that has just come.
    ///
    /// @param osProfile may say that it gets no agent
    static Dynamic freshView(String computer, Dynamic osProfile) {
        var view = Dynamic.bag().put("computerName", computer);
        if (hasAgent(osProfile)) {
            view.put(
                    "vmAgent",
                    Dynamic.bag()
                            .put("vmAgentVersion", "2.13.1.1")
                            .put(
                                    "statuses",
                                    Dynamic.array(
                                            Dynamic.bag()
                                                    .put("code", "ProvisioningState/succeeded")
                                                    .put("level", "Info")
                                                    .put("displayStatus", "Ready")
                                                    .build()))
                            .build());
        }
        return view.put(
                        "statuses",
                        Dynamic.array(
                                Dynamic.bag()
                                        .put("code", "PowerState/running")
                                        .put("level", "Info")
                                        .put("displayStatus", "VM running")
                                        .build()))
                .build();
    }

    /// Whether a machine gets an agent: unless its profile says not.
    ///
    /// Source: compute-virtualMachine-2024-07-01, WindowsConfiguration and LinuxConfiguration.provisionVMAgent.
    private static boolean hasAgent(Dynamic osProfile) {
        return osProfile.path("windowsConfiguration", "provisionVMAgent").boolOr(true)
                && osProfile.path("linuxConfiguration", "provisionVMAgent").boolOr(true);
    }

    static void requireSameLocation(Optional<StoredResource> stored, Dynamic body) {
        if (stored.isEmpty()) {
            return;
        }
        String before = stored.get().json().get("location").textOr("");
        String now = body.get("location").textOr(before);
        if (!Location.normalise(before).equals(Location.normalise(now))) {
            throw new ArmFault(
                    409,
                    "InvalidResourceLocation",
                    "The resource '"
                            + stored.get().id().name()
                            + "' already exists in location '"
                            + before
                            + "'. A resource with the same name cannot be created in location '"
                            + now
                            + "'.");
        }
    }

    ArmResponse patch(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        Cloud.requireMatch(request, Optional.of(stored));
        var patch = BodyForm.asked(Cloud.body(request));
        requireSameLocation(Optional.of(stored), patch);
        var properties = patch.get("properties");
        if (properties instanceof Dynamic.Bag) {
            patch =
                    patch.with(
                            "properties",
                            MachineRules.writable(ProfileCheck.unchangedWhereNull(properties)));
        }
        for (String fixed : new String[] {"id", "name", "type", "etag", "resources"}) {
            patch = patch.without(fixed);
        }
        return write(request, id, MergePatch.apply(stored.json(), patch), false);
    }

    /// PUT of `{vm}/VMapplications/{app}`: that one application is put into the profile, no other is touched. The child has no version of its
    /// own: its ETag is the machine's.
    ArmResponse putApplication(ArmRequest request, ResourceId child) {
        var vm = child.parent().orElseThrow(() -> ArmFault.notFound(child));
        var stored = cloud.get(vm);
        Cloud.requireMatch(
                request, Optional.of(stored).filter(_ -> application(stored, child).isPresent()));
        var entry = new ProfileEntry(Cloud.body(request).get("properties"));
        var named = entry.reference().map(ApplicationReference::application);
        if (named.isPresent() && !named.get().equalsIgnoreCase(child.name())) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + entry.packageReferenceId()
                            + "' of parameter 'packageReferenceId' names the application '"
                            + named.get()
                            + "', the resource is '"
                            + child.name()
                            + "'.");
        }
        var profile = ApplicationProfile.ofResource(stored.json()).with(entry);
        var answer = write(request, vm, withProfile(stored.json(), profile), false);
        var body =
                Cloud.named(
                        child,
                        TYPE + "/VMapplications",
                        Dynamic.bag().put("properties", entry.json()).build());
        var shown = ArmResponse.of(200, body);
        for (var header : answer.headers().entrySet()) {
            shown = shown.with(header.getKey(), header.getValue());
        }
        return shown;
    }

    ArmResponse getApplication(ResourceId child) {
        var vm = child.parent().orElseThrow(() -> ArmFault.notFound(child));
        var stored = cloud.get(vm);
        var entry = application(stored, child).orElseThrow(() -> ArmFault.notFound(child));
        return ArmResponse.of(
                        200,
                        Cloud.named(
                                child,
                                TYPE + "/VMapplications",
                                Dynamic.bag().put("properties", entry.json()).build()))
                .with("ETag", stored.etag());
    }

    /// GET `{vm}/VMapplications`: the profile's applications as children.
    ArmResponse applications(ArmRequest request, ResourceId vm) {
        return cloud.page(
                request,
                ApplicationProfile.ofResource(cloud.get(vm).json()).entries().stream()
                        .flatMap(entry -> entry.reference().map(r -> child(vm, r, entry)).stream())
                        .toList());
    }

    private static Dynamic child(
            ResourceId vm, ApplicationReference reference, ProfileEntry entry) {
        return Cloud.named(
                vm.child("VMapplications", reference.application()),
                TYPE + "/VMapplications",
                Dynamic.bag().put("properties", entry.json()).build());
    }

    private static Optional<ProfileEntry> application(StoredResource vm, ResourceId child) {
        return ApplicationProfile.ofResource(vm.json()).entries().stream()
                .filter(entry ->
                        entry.reference()
                                .filter(r -> r.application().equalsIgnoreCase(child.name()))
                                .isPresent())
                .findFirst();
    }

    private static Dynamic withProfile(Dynamic vm, ApplicationProfile profile) {
        return vm.with(
                "properties", vm.get("properties").with("applicationProfile", profile.toDynamic()));
    }

    /// POST `{vm}/reapply`: the goal state is built anew, so `latest` is resolved again.
    ArmResponse reapply(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        var operation = startApplying(id, stored.json());
        return cloud.operations().accepted(request, operation, stored);
    }

    /// POST `{vm}/reimage`: a new disk, on which nothing is applied yet.
    ArmResponse reimage(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        Machine.read(stored.json()).ifPresent(profiles::requireThere);
        goals.forget(id);
        cloud.estate().put(InstanceViews.without(stored.json(), GoalStates.EXTENSION));
        return reapply(request, id);
    }

    private ArmResponse write(
            ArmRequest request, ResourceId id, Dynamic proposed, boolean created) {
        return write(request, id, proposed, created, () -> {});
    }

    /// @param taken done once the write is taken, before it is answered
    private ArmResponse write(
            ArmRequest request, ResourceId id, Dynamic proposed, boolean created, Runnable taken) {
        ProfileCheck.requireForm(proposed.get("properties"));
        var known = cloud.estate().find(id);
        var before = known.map(StoredResource::properties).orElse(Dynamic.NULL);
        var admitted =
                Secrets.without(
                        admission.admit(request, identities.checked(request, id, proposed, known)));
        var json =
                admitted.with(
                        "properties",
                        rules.checked(
                                before,
                                images.applied(
                                        before,
                                        admitted.get("properties"),
                                        Location.normalise(admitted.get("location").textOr("")))));
        var machine =
                Machine.read(json)
                        .orElseThrow(() ->
                                ArmFault.badRequest(
                                        "InvalidParameter", "The resource is no virtual machine."));
        profiles.check(request, machine);
        disks.requireFree(request, id, before, json.get("properties"));
        var operation =
                startApplying(
                        id,
                        json.with(
                                "properties",
                                json.get("properties")
                                        .with(
                                                "provisioningState",
                                                Dynamic.of(created ? "Creating" : "Updating"))));
        taken.run();
        var stored = cloud.get(id);
        var answer =
                ArmResponse.of(created ? 201 : 200, shown(cloud, stored, false))
                        .with("ETag", stored.etag());
        return cloud.operations()
                .follow(
                        answer,
                        request,
                        operation,
                        id.subscriptionId().orElse(""),
                        json.get("location").textOr(""));
    }

    Operations.Operation startApplying(ResourceId id, Dynamic json) {
        var updating =
                json.path("properties", "provisioningState").textOr("").equals("Creating")
                        ? json
                        : json.with(
                                "properties",
                                json.get("properties")
                                        .with("provisioningState", Dynamic.of("Updating")));
        cloud.estate().put(updating.without("etag"));
        var operation = cloud.operations().startWrite(id);
        var due =
                cloud.now()
                        .plus(cloud.settings().operationTime())
                        .plus(instances.runTime(updating));
        // What ends at once nobody sees under way.
        if (due.isAfter(cloud.clock().instant())) {
            Machine.read(updating).ifPresent(m -> goals.announce(m, m.profile(), updating));
        }
        cloud.agenda().at(due, new Task.ApplyMachine(id, operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return operation;
    }

    /// The goal state has reached the guest.
    void finish(ResourceId id, String operation) {
        if (!cloud.operations().ends(id, operation)) {
            return;
        }
        var stored = cloud.estate().find(id);
        var machine = stored.flatMap(s -> Machine.read(s.json()));
        if (stored.isEmpty() || machine.isEmpty()) {
            cloud.operations().finish(operation, Operations.preempted("resource"));
            return;
        }
        var applied =
                goals.apply(
                        machine.get(), stored.get().json(), GoalState.of(machine.get().profile()));
        // Something else may be under way still, such as its start.
        cloud.estate()
                .put(
                        cloud.operations().isBusy(id)
                                ? GoalStates.provisioning(applied, "Updating")
                                : applied);
        cloud.operations().finish(operation, GoalStates.failure(applied).orElse(null));
    }

    ArmResponse delete(ArmRequest request, ResourceId id) {
        cloud.requireContainer(id);
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, stored);
        var operation = cloud.operations().start();
        cloud.estate().below(id).stream()
                .map(StoredResource::id)
                .toList()
                .forEach(cloud.estate()::remove);
        cloud.estate().remove(id);
        goals.forget(id);
        ScaleSetInstances.setOf(stored.get().json()).ifPresent(instances::count);
        cloud.operations().finish(operation, null);
        return cloud.operations().accepted(request, operation, stored.get());
    }
}
