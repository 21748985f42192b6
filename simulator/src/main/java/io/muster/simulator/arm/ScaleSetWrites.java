package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationProfile;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Scale sets and their uniform instances. A changed model reaches the instances by the upgrade policy: at once (Automatic), in batches
/// (Rolling), or when the manual upgrade is called.
final class ScaleSetWrites {
    static final String TYPE = "Microsoft.Compute/virtualMachineScaleSets";
    private final Cloud cloud;
    private final GoalStates goals;
    private final ProfileCheck profiles;
    private final Admission admission;
    private final GalleryImages images;
    private final RollingUpgrades rolling;
    private final ScaleSetInstances members;

    ScaleSetWrites(
            Cloud cloud,
            GoalStates goals,
            ProfileCheck profiles,
            Admission admission,
            GalleryImages images) {
        this.images = images;
        this.members = new ScaleSetInstances(cloud, goals);
        this.rolling = new RollingUpgrades(cloud, (set, instance) -> applyTo(set, instance, false));
        this.admission = admission;
        this.cloud = cloud;
        this.profiles = profiles;
        this.goals = goals;
    }

    RollingUpgrades rolling() {
        return rolling;
    }

    ArmResponse get(ResourceId id) {
        var stored = cloud.get(id);
        return ArmResponse.of(200, stored.json().with("etag", Dynamic.of(stored.etag())))
                .with("ETag", stored.etag());
    }

    ArmResponse put(ArmRequest request, ResourceId id) {
        cloud.requireContainer(id);
        var stored = cloud.estate().find(id);
        Cloud.requireMatch(request, stored);
        var body = Cloud.named(id, TYPE, Cloud.body(request));
        if (body.get("location").asText().isEmpty()) {
            throw ArmFault.badRequest(
                    "LocationRequired", "The location property is required for this definition.");
        }
        return write(request, id, body, stored);
    }

    ArmResponse patch(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        Cloud.requireMatch(request, Optional.of(stored));
        var patch = Cloud.body(request);
        for (String fixed : new String[] {"id", "name", "type", "etag"}) {
            patch = patch.without(fixed);
        }
        return write(request, id, Cloud.merged(stored.json(), patch), Optional.of(stored));
    }

    private ArmResponse write(
            ArmRequest request, ResourceId id, Dynamic proposed, Optional<StoredResource> before) {
        var admitted = admission.admit(proposed);
        var properties = admitted.get("properties");
        var profile = properties.get("virtualMachineProfile");
        var json =
                profile.isNull()
                        ? admitted
                        : admitted.with(
                                "properties",
                                properties.with(
                                        "virtualMachineProfile",
                                        images.applied(
                                                profile,
                                                Location.normalise(
                                                        admitted.get("location").textOr("")))));
        RollingUpgrades.check(json);
        ScaleSetInstances.check(json);
        var model =
                Machine.read(json)
                        .orElseThrow(() ->
                                ArmFault.badRequest(
                                        "InvalidParameter", "The resource is no scale set."));
        profiles.check(request, model);
        boolean changed =
                before.isEmpty()
                        || !before.get()
                                .properties()
                                .get("virtualMachineProfile")
                                .equals(json.path("properties", "virtualMachineProfile"));
        cloud.estate()
                .put(withState(json.without("etag"), before.isEmpty() ? "Creating" : "Updating"));
        if (changed) {
            instances(id)
                    .forEach(instance ->
                            cloud.estate().put(withLatestModel(instance.json(), false)));
        }
        members.scale(id, before.map(StoredResource::json).orElse(Dynamic.NULL), json);
        var operation = cloud.operations().start();
        cloud.agenda()
                .at(
                        cloud.now().plus(cloud.settings().operationTime()),
                        new Task.SettleScaleSet(id, operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        var stored = cloud.get(id);
        var answer =
                ArmResponse.of(
                                before.isEmpty() ? 201 : 200,
                                stored.json().with("etag", Dynamic.of(stored.etag())))
                        .with("ETag", stored.etag());
        return cloud.operations()
                .follow(
                        answer,
                        request,
                        operation,
                        id.subscriptionId().orElse(""),
                        json.get("location").textOr(""));
    }

    /// The model is written: instances follow by the upgrade policy.
    void settle(ResourceId id, String operation) {
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            cloud.operations()
                    .finish(
                            operation,
                            Dynamic.bag()
                                    .put("code", "OperationPreempted")
                                    .put(
                                            "message",
                                            "The scale set was deleted while the operation ran.")
                                    .build());
            return;
        }
        cloud.estate().put(withState(stored.get().json(), "Succeeded"));
        String mode =
                stored.get()
                        .properties()
                        .get("upgradePolicy")
                        .get("mode")
                        .textOr("Manual")
                        .toLowerCase(Locale.ROOT);
        if (!mode.equals("manual")) {
            upgrade(
                    id,
                    instances(id).stream()
                            .filter(i -> !i.properties().get("latestModelApplied").boolOr(true))
                            .toList(),
                    mode.equals("rolling"));
        }
        cloud.operations().finish(operation, null);
    }

    /// POST `{set}/manualupgrade` with `{"instanceIds":["*"]}`.
    ArmResponse manualUpgrade(ArmRequest request, ResourceId id) {
        var set = cloud.get(id);
        var wanted = Cloud.body(request).get("instanceIds");
        if (wanted.items().isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidParameter", "Required parameter 'instanceIds' is missing (null).");
        }
        var chosen = chosen(id, wanted);
        var operation = cloud.operations().start();
        upgrade(id, chosen, false);
        cloud.agenda()
                .at(
                        cloud.clock()
                                .instant()
                                .plus(cloud.settings().operationTime())
                                .plus(cloud.settings().guestTime()),
                        new Task.Finish(operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations()
                .accepted(
                        request,
                        operation,
                        id.subscriptionId().orElse(""),
                        set.json().get("location").textOr(""));
    }

    /// POST `{set}/reapply`, `reimage`, `reimageall` and `delete`: of all instances, or of those that the body names.
    ArmResponse actOn(ArmRequest request, ResourceId id, Action action) {
        var set = cloud.get(id);
        var named =
                request.body().length == 0 ? Dynamic.NULL : Cloud.body(request).get("instanceIds");
        if (named.isNull() && action == Action.DELETE) {
            throw ArmFault.badRequest(
                    "InvalidParameter", "Required parameter 'instanceIds' is missing (null).");
        }
        return act(request, set, named.isNull() ? instances(id) : chosen(id, named), action);
    }

    /// The instances of those ids; `*` is all.
    private List<StoredResource> chosen(ResourceId set, Dynamic instanceIds) {
        var all = instances(set);
        var out = new ArrayList<StoredResource>();
        for (var item : instanceIds.items()) {
            String wanted = item.textOr("");
            if (wanted.equals("*")) {
                return all;
            }
            out.add(
                    all.stream()
                            .filter(i -> i.id().name().equalsIgnoreCase(wanted))
                            .findFirst()
                            .orElseThrow(() ->
                                    ArmFault.badRequest(
                                            "InvalidParameter",
                                            "The provided instanceId "
                                                    + wanted
                                                    + " is not an active Virtual Machine Scale Set"
                                                    + " VM instanceId.")));
        }
        return out;
    }

    /// The same of one instance.
    ArmResponse actOnInstance(ArmRequest request, ResourceId instance, Action action) {
        var stored = cloud.get(instance);
        return act(
                request,
                cloud.get(instance.parent().orElseThrow(() -> ArmFault.notFound(instance))),
                List.of(stored),
                action);
    }

    /// What can be done to instances.
    enum Action {
        /// Builds the goal state anew from the model that the instance has.
        REAPPLY,
        /// New disks, the latest model, and nothing applied yet.
        REIMAGE,
        DELETE
    }

    private ArmResponse act(
            ArmRequest request, StoredResource set, List<StoredResource> chosen, Action action) {
        switch (action) {
            case REAPPLY ->
                    members.apply(
                            set.id(),
                            chosen.stream()
                                    .filter(i ->
                                            i.properties().get("latestModelApplied").boolOr(true))
                                    .toList(),
                            false);
            case REIMAGE -> members.apply(set.id(), chosen, true);
            case DELETE -> members.delete(set.id(), chosen);
        }
        var operation = cloud.operations().start();
        cloud.agenda()
                .at(
                        cloud.now()
                                .plus(cloud.settings().operationTime())
                                .plus(cloud.settings().guestTime()),
                        new Task.Finish(operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return accepted(request, set, operation);
    }

    /// All at once, or in the batches of the set's rolling upgrade policy.
    private void upgrade(ResourceId set, List<StoredResource> instances, boolean inBatches) {
        if (instances.isEmpty()) {
            return;
        }
        if (inBatches) {
            rolling.start(
                    set,
                    cloud.get(set).json(),
                    instances.stream().map(StoredResource::id).toList());
            return;
        }
        var due = cloud.now().plus(cloud.settings().guestTime());
        for (var instance : instances) {
            var id = instance.id();
            cloud.agenda().at(due, new Task.ApplyInstance(set, id, false));
        }
    }

    /// GET `{set}/rollingUpgrades/latest`.
    ArmResponse rollingUpgrade(ResourceId set) {
        return ArmResponse.of(
                200, rolling.json(set, cloud.get(set).json().get("location").textOr("")));
    }

    /// POST `{set}/rollingUpgrades/cancel`.
    ArmResponse cancelRollingUpgrade(ArmRequest request, ResourceId set) {
        var stored = cloud.get(set);
        rolling.cancel(set);
        var operation = cloud.operations().start();
        cloud.operations().finish(operation, null);
        return accepted(request, stored, operation);
    }

    /// POST `{set}/osRollingUpgrade` or `{set}/extensionRollingUpgrade`: every instance builds its goal state anew, in batches.
    ArmResponse startRollingUpgrade(ArmRequest request, ResourceId set) {
        var stored = cloud.get(set);
        rolling.start(set, stored.json(), instances(set).stream().map(StoredResource::id).toList());
        var operation = cloud.operations().start();
        cloud.operations().finish(operation, null);
        cloud.agenda().runUntil(cloud.clock().instant());
        return accepted(request, stored, operation);
    }

    private ArmResponse accepted(
            ArmRequest request, StoredResource set, Operations.Operation operation) {
        return cloud.operations()
                .accepted(
                        request,
                        operation,
                        set.id().subscriptionId().orElse(""),
                        set.json().get("location").textOr(""));
    }

    /// A version of an application was published: sets that ask for automatic upgrades of its `latest` upgrade in batches.
    void published(ResourceId application) {
        for (var stored : List.copyOf(cloud.estate().all())) {
            if (stored.type().equals(Machine.SCALE_SET_TYPE)
                    && GoalStates.isUpgradedWith(
                            ApplicationProfile.ofResource(stored.json()), application)) {
                upgrade(stored.id(), instances(stored.id()), true);
            }
        }
    }

    /// @param anew whether its guest begins with nothing
    void applyTo(ResourceId set, ResourceId instance, boolean anew) {
        if (anew) {
            goals.forget(instance);
            cloud.estate()
                    .update(
                            instance,
                            json -> GoalStates.withoutExtension(json, GoalStates.EXTENSION));
        }

        var model = cloud.estate().find(set);
        var stored = cloud.estate().find(instance);
        if (model.isEmpty() || stored.isEmpty()) {
            return;
        }
        var machine =
                Machine.ofInstance(withLatestModel(stored.get().json(), true), model.get().json());
        machine.ifPresent(m ->
                cloud.estate()
                        .put(
                                goals.apply(
                                        m,
                                        withLatestModel(stored.get().json(), true),
                                        ApplicationProfile.ofResource(model.get().json()),
                                        true)));
    }

    private List<StoredResource> instances(ResourceId set) {
        return members.uniform(set);
    }

    ArmResponse instances(ArmRequest request, ResourceId set) {
        cloud.get(set);
        boolean expanded = isExpanded(request);
        return cloud.page(
                request,
                instances(set).stream().map(i -> MachineWrites.shown(cloud, i, expanded)).toList());
    }

    ArmResponse instance(ArmRequest request, ResourceId id) {
        return ArmResponse.of(200, MachineWrites.shown(cloud, cloud.get(id), isExpanded(request)));
    }

    private static boolean isExpanded(ArmRequest request) {
        return request.parameter("$expand")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .contains("instanceview");
    }

    ArmResponse instanceView(ResourceId set) {
        cloud.get(set);
        var all = instances(set);
        return ArmResponse.of(
                200,
                Dynamic.bag()
                        .put(
                                "virtualMachine",
                                Dynamic.bag()
                                        .put(
                                                "statusesSummary",
                                                Dynamic.array(
                                                        Dynamic.bag()
                                                                .put(
                                                                        "code",
                                                                        "ProvisioningState/succeeded")
                                                                .put("count", all.size())
                                                                .build()))
                                        .build())
                        .put("extensions", Dynamic.EMPTY_ARRAY)
                        .put("statuses", Dynamic.EMPTY_ARRAY)
                        .build());
    }

    ArmResponse delete(ArmRequest request, ResourceId id) {
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, stored);
        cloud.estate().below(id).stream()
                .map(StoredResource::id)
                .toList()
                .forEach(cloud.estate()::remove);
        cloud.estate().remove(id);
        var operation = cloud.operations().start();
        cloud.operations().finish(operation, null);
        return cloud.operations()
                .accepted(
                        request,
                        operation,
                        id.subscriptionId().orElse(""),
                        stored.get().json().get("location").textOr(""));
    }

    private static Dynamic withState(Dynamic json, String state) {
        return json.with(
                "properties", json.get("properties").with("provisioningState", Dynamic.of(state)));
    }

    private static Dynamic withLatestModel(Dynamic json, boolean applied) {
        return json.with(
                "properties",
                json.get("properties").with("latestModelApplied", Dynamic.of(applied)));
    }
}
