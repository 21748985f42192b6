package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.PowerAction;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Scale sets and their uniform instances. A changed model reaches the instances by the upgrade policy: at once (Automatic), in batches
/// (Rolling), or when the manual upgrade is called.
final class ScaleSetWrites {
    static final String TYPE = "Microsoft.Compute/virtualMachineScaleSets";
    private final Cloud cloud;
    private final ProfileCheck profiles;
    private final Admission admission;
    private final GalleryImages images;
    private final RollingUpgrades rolling;
    private final ScaleSetInstances members;
    private final ScaleSetExtensions extensions;
    private final Power power;
    private final Locks locks;
    private final Identities identities;

    ScaleSetWrites(
            Cloud cloud,
            ProfileCheck profiles,
            Admission admission,
            GalleryImages images,
            ScaleSetInstances members,
            Power power,
            Locks locks,
            Identities identities) {
        this.identities = identities;
        this.locks = locks;
        this.images = images;
        this.power = power;
        this.members = members;
        this.extensions = new ScaleSetExtensions(cloud, admission);
        this.rolling =
                new RollingUpgrades(
                        cloud,
                        members::begin,
                        (set, instance, operation) ->
                                members.finish(set, instance, true, operation),
                        members::runTime);
        this.admission = admission;
        this.cloud = cloud;
        this.profiles = profiles;
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
        BodyForm.requireLocation(body);
        return write(request, id, body, stored);
    }

    ArmResponse patch(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        Cloud.requireMatch(request, Optional.of(stored));
        var patch = BodyForm.asked(Cloud.body(request));
        for (String fixed : new String[] {"id", "name", "type", "etag"}) {
            patch = patch.without(fixed);
        }
        var profile = patch.path("properties", "virtualMachineProfile");
        if (profile instanceof Dynamic.Bag) {
            patch =
                    patch.with(
                            "properties",
                            patch.get("properties")
                                    .with(
                                            "virtualMachineProfile",
                                            ProfileCheck.unchangedWhereNull(profile)));
        }
        return write(
                request,
                id,
                MergePatch.apply(extensions.adopted(stored), patch),
                Optional.of(stored));
    }

    /// Refuses another region or orchestration mode.
    private static void requireUnchanged(StoredResource before, Dynamic after) {
        MachineWrites.requireSameLocation(Optional.of(before), after);
        String old = before.properties().get("orchestrationMode").textOr("Uniform");
        if (!after.path("properties", "orchestrationMode").textOr(old).equalsIgnoreCase(old)) {
            throw new ArmFault(
                    409,
                    "PropertyChangeNotAllowed",
                    "Changing property 'orchestrationMode' is not allowed.");
        }
    }

    /// Before the extensions of a set are read.
    void showExtensions(ResourceId set) {
        extensions.appear(set);
    }

    /// PUT, PATCH or DELETE of `{set}/extensions/{name}`: a change of the set's model.
    ArmResponse writeExtension(ArmRequest request, ResourceId id) {
        var set = id.parent().orElseThrow(() -> ArmFault.notFound(id));
        extensions.appear(set);
        ScaleSetExtensions.ModelWrite model =
                json -> write(request, set, json, cloud.estate().find(set));
        return switch (request.method()) {
            case "PUT" -> extensions.put(request, id, model);
            case "PATCH" -> extensions.patch(request, id, model);
            default -> extensions.delete(request, id, model);
        };
    }

    private ArmResponse write(
            ArmRequest request, ResourceId id, Dynamic proposed, Optional<StoredResource> before) {
        var virtual = proposed.path("properties", "virtualMachineProfile");
        ProfileCheck.require(
                virtual.isNull() || virtual instanceof Dynamic.Bag,
                "virtualMachineProfile",
                virtual,
                "an object");
        ProfileCheck.requireForm(virtual);
        ScaleSetExtensions.check(proposed);
        var admitted =
                Secrets.without(
                        ScaleSetExtensions.kept(
                                admission.admit(
                                        request,
                                        identities.checked(request, id, proposed, before))));
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
                                                before.map(known ->
                                                                known.properties()
                                                                        .get(
                                                                                "virtualMachineProfile"))
                                                        .orElse(Dynamic.NULL),
                                                profile,
                                                Location.normalise(
                                                        admitted.get("location").textOr("")))));
        before.ifPresent(known -> requireUnchanged(known, json));
        before.ifPresent(known ->
                images.requireSameLayout(
                        known.properties().get("virtualMachineProfile"),
                        json.path("properties", "virtualMachineProfile")));
        RollingUpgrades.check(json);
        members.check(json);
        var model =
                Machine.read(json)
                        .orElseThrow(() ->
                                ArmFault.badRequest(
                                        "InvalidParameter", "The resource is no scale set."));
        profiles.check(request, model);
        var known = before.map(StoredResource::json).orElse(Dynamic.NULL);
        members.requireRemovable(request, id, known, json);
        boolean changed =
                before.isEmpty()
                        || !before.get()
                                .properties()
                                .get("virtualMachineProfile")
                                .equals(json.path("properties", "virtualMachineProfile"));
        cloud.estate()
                .put(withState(json.without("etag"), before.isEmpty() ? "Creating" : "Updating"));
        if (changed) {
            members.outdate(id, known);
        }
        members.scale(id, known, json);
        extensions.follow(id, json, "Updating");
        var operation = cloud.operations().startWrite(id);
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
        if (!cloud.operations().ends(id, operation) || stored.isEmpty()) {
            return;
        }
        cloud.estate().put(withState(stored.get().json(), "Succeeded"));
        extensions.settle(id);
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
                            .filter(i -> !ScaleSetInstances.isProtectedFromActions(i))
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
        var chosen = chosen(set, wanted).stream().filter(i -> !isMember(i)).toList();
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
        return cloud.operations().accepted(request, operation, set);
    }

    /// POST `{set}/reapply`, `reimage`, `reimageall` and `delete`: of all instances, or of those that the body names.
    ArmResponse actOn(ArmRequest request, ResourceId id, Action action) {
        var set = cloud.get(id);
        var named = named(request);
        if (named.items().isEmpty() && action == Action.DELETE) {
            throw ArmFault.badRequest(
                    "InvalidParameter", "Required parameter 'instanceIds' is missing (null).");
        }
        return act(request, set, chosen(set, named), action);
    }

    /// POST `{set}/start` and the like: of all instances, or of those that the body names.
    ArmResponse turn(ArmRequest request, ResourceId id, PowerAction action) {
        var set = cloud.get(id);
        return power.act(request, set, chosen(set, named(request)), action);
    }

    private static Dynamic named(ArmRequest request) {
        return request.body().length == 0 ? Dynamic.NULL : Cloud.body(request).get("instanceIds");
    }

    /// The instances of those ids; `*`, or none, is all that nothing protects.
    private List<StoredResource> chosen(StoredResource set, Dynamic instanceIds) {
        var all = members.all(set.id(), set.json());
        var unprotected =
                all.stream().filter(i -> !ScaleSetInstances.isProtectedFromActions(i)).toList();
        if (instanceIds.isNull()) {
            return unprotected;
        }
        ProfileCheck.require(
                instanceIds instanceof Dynamic.Array, "instanceIds", instanceIds, "an array");
        // Who names nobody means nobody; an answer that something was begun would be none.
        ProfileCheck.require(
                !instanceIds.items().isEmpty(),
                "instanceIds",
                instanceIds,
                "at least one instance, or no 'instanceIds' for all,");
        var out = new ArrayList<StoredResource>();
        var seen = new HashSet<String>();
        for (var item : instanceIds.items()) {
            ProfileCheck.require(
                    item instanceof Dynamic.Text, "instanceIds", item, "an array of strings");
            String wanted = item.textOr("");
            ProfileCheck.require(
                    seen.add(wanted.toLowerCase(Locale.ROOT)),
                    "instanceIds",
                    item,
                    "each instance once");
            if (wanted.equals("*")) {
                return unprotected;
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

    /// A machine of its own: what it has it has by its own model.
    private static boolean isMember(StoredResource instance) {
        return instance.type().equals(Machine.VM_TYPE);
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
            case REAPPLY -> members.apply(set.id(), chosen, false);
            case REIMAGE -> {
                Machine.read(set.json()).ifPresent(profiles::requireThere);
                members.apply(set.id(), chosen, true);
            }
            case DELETE -> members.delete(request, set.id(), chosen);
        }
        var operation = cloud.operations().start();
        cloud.agenda()
                .at(
                        cloud.now()
                                .plus(cloud.settings().operationTime())
                                .plus(cloud.settings().guestTime()),
                        new Task.Finish(operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations().accepted(request, operation, set);
    }

    /// All at once, or in the batches of the set's rolling upgrade policy.
    void upgrade(ResourceId set, List<StoredResource> instances, boolean inBatches) {
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
        members.upgrade(set, instances);
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
        return cloud.operations().accepted(request, operation, stored);
    }

    /// POST `{set}/osRollingUpgrade` or `{set}/extensionRollingUpgrade`: every instance builds its goal state anew, in batches.
    ArmResponse startRollingUpgrade(ArmRequest request, ResourceId set) {
        var stored = cloud.get(set);
        rolling.start(
                set, stored.json(), unprotected(set).stream().map(StoredResource::id).toList());
        var operation = cloud.operations().start();
        cloud.operations().finish(operation, null);
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations().accepted(request, operation, stored);
    }

    private List<StoredResource> instances(ResourceId set) {
        return members.uniform(set);
    }

    /// The uniform instances that what is done to the whole set is done to.
    List<StoredResource> unprotected(ResourceId set) {
        return instances(set).stream()
                .filter(i -> !ScaleSetInstances.isProtectedFromActions(i))
                .toList();
    }

    ArmResponse instances(ArmRequest request, ResourceId set) {
        cloud.get(set);
        boolean expanded = isExpanded(request);
        return cloud.page(
                request,
                instances(set).stream().map(i -> MachineWrites.shown(cloud, i, expanded)).toList());
    }

    ArmResponse instance(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        return ArmResponse.of(200, MachineWrites.shown(cloud, stored, isExpanded(request)))
                .with("ETag", stored.etag());
    }

    private static boolean isExpanded(ArmRequest request) {
        return request.parameter("$expand")
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .contains("instanceview");
    }

    /// GET `{set}/instanceView`: how many instances are in which state, by their statuses and by each extension.
    ArmResponse instanceView(ResourceId set) {
        var stored = cloud.get(set);
        var states = new TreeMap<String, Integer>();
        var extensionStates = new TreeMap<String, Map<String, Integer>>();
        for (var instance : members.all(set, stored.json())) {
            states.merge(
                    "ProvisioningState/"
                            + instance.properties()
                                    .get("provisioningState")
                                    .textOr("Succeeded")
                                    .toLowerCase(Locale.ROOT),
                    1,
                    Integer::sum);
            String power = Power.state(instance.json());
            if (!power.isEmpty()) {
                states.merge("PowerState/" + power, 1, Integer::sum);
            }
            for (var extension : instance.properties().path("instanceView", "extensions").items()) {
                extensionStates
                        .computeIfAbsent(extension.get("name").textOr(""), _ -> new TreeMap<>())
                        .merge(
                                extension.get("statuses").get(0).get("code").textOr(""),
                                1,
                                Integer::sum);
            }
        }
        var extensionSummaries = new ArrayList<Dynamic>();
        extensionStates.forEach((name, codes) ->
                extensionSummaries.add(
                        Dynamic.bag()
                                .put("name", name)
                                .put("statusesSummary", summary(codes))
                                .build()));
        String state = stored.properties().get("provisioningState").textOr("Succeeded");
        return ArmResponse.of(
                200,
                Dynamic.bag()
                        .put(
                                "virtualMachine",
                                Dynamic.bag().put("statusesSummary", summary(states)).build())
                        .put("extensions", Dynamic.array(extensionSummaries))
                        .put(
                                "statuses",
                                Dynamic.array(
                                        Dynamic.bag()
                                                .put(
                                                        "code",
                                                        "ProvisioningState/"
                                                                + state.toLowerCase(Locale.ROOT))
                                                .put("level", "Info")
                                                .put(
                                                        "displayStatus",
                                                        "Provisioning "
                                                                + state.toLowerCase(Locale.ROOT))
                                                .build()))
                        .build());
    }

    private static Dynamic summary(Map<String, Integer> counts) {
        var out = new ArrayList<Dynamic>();
        counts.forEach((code, count) ->
                out.add(Dynamic.bag().put("code", code).put("count", count).build()));
        return Dynamic.array(out);
    }

    ArmResponse delete(ArmRequest request, ResourceId id) {
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, stored);
        // The machines of a flexible set go with it, as a uniform one's instances do.
        var machines = members.all(id, stored.get().json());
        machines.forEach(instance -> locks.requireDeletable(instance.id()));
        // Instances of a uniform set are its children, and go with it whatever a policy says of
        // them.
        machines.stream()
                .filter(ScaleSetWrites::isMember)
                .forEach(machine -> admission.requireDeletable(request, machine.id()));
        machines.forEach(instance -> members.remove(instance.id()));
        cloud.estate().below(id).stream()
                .map(StoredResource::id)
                .toList()
                .forEach(cloud.estate()::remove);
        cloud.estate().remove(id);
        rolling.forget(id);
        var operation = cloud.operations().start();
        cloud.operations().finish(operation, null);
        return cloud.operations().accepted(request, operation, stored.get());
    }

    private static Dynamic withState(Dynamic json, String state) {
        return json.with(
                "properties", json.get("properties").with("provisioningState", Dynamic.of(state)));
    }
}
