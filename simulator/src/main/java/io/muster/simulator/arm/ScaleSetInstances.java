package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// How many instances scale sets have, and what is done to them beside the model: reimage, reapply, delete. Guarded by the simulator's lock.
///
/// Source: compute-virtualMachineScaleSet-2024-07-01.
final class ScaleSetInstances {
    private static final String PROTECTION = "protectionPolicy";
    private static final String MODEL = "modelDefinitionApplied";

    /// What the model gives an instance: a PUT that leaves it out leaves it as it is, one that says something else makes the instance one of its own kind.
    private static final List<String> MODELLED =
            List.of(
                    "hardwareProfile",
                    "storageProfile",
                    "osProfile",
                    "networkProfile",
                    "networkProfileConfiguration",
                    "securityProfile",
                    "additionalCapabilities",
                    "diagnosticsProfile",
                    "licenseType",
                    "availabilitySet");

    /// All that a PUT of an instance can say.
    private static final List<String> OWN =
            Stream.concat(MODELLED.stream(), Stream.of(PROTECTION, "userData")).toList();

    private final Cloud cloud;
    private final GoalStates goals;
    private final Admission admission;
    private final Locks locks;
    private final DataDisks disks;
    private final OlderModels older = new OlderModels();

    ScaleSetInstances(
            Cloud cloud, GoalStates goals, Admission admission, Locks locks, DataDisks disks) {
        this.disks = disks;
        this.cloud = cloud;
        this.goals = goals;
        this.admission = admission;
        this.locks = locks;
    }

    OlderModels olderModels() {
        return older;
    }

    static boolean isFlexible(Dynamic set) {
        return set.path("properties", "orchestrationMode").textOr("").equalsIgnoreCase("Flexible");
    }

    /// Refuses more instances than Azure has for a set: fewer from a managed image than from a gallery's.
    void check(Dynamic set) {
        var given = set.path("sku", "capacity");
        ProfileCheck.require(
                given.isNull() || given instanceof Dynamic.Whole,
                "sku.capacity",
                given,
                "an int64");
        long capacity = given.longOr(0);
        boolean managed =
                ResourceId.tryParse(
                                set.path(
                                                "properties",
                                                "virtualMachineProfile",
                                                "storageProfile",
                                                "imageReference",
                                                "id")
                                        .textOr(""))
                        .filter(id -> id.isOfType("microsoft.compute/images"))
                        .isPresent();
        var limits = cloud.settings().azureLimits();
        int most = managed ? limits.instancesPerSetOfManagedImage() : limits.instancesPerSet();
        if (capacity < 0 || capacity > most) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value "
                            + capacity
                            + " of parameter 'sku.capacity' is out of range. The value must be"
                            + " between 0 and "
                            + most
                            + ", inclusive.");
        }
    }

    /// The set that a machine belongs to by its own word: a member of a flexible one.
    static Optional<ResourceId> setOf(Dynamic machine) {
        return ResourceId.tryParse(
                machine.path("properties", "virtualMachineScaleSet", "id").textOr(""));
    }

    /// Whether updates of the model and actions on the whole set leave an instance out.
    static boolean isProtectedFromActions(StoredResource instance) {
        return instance.properties().path(PROTECTION, "protectFromScaleSetActions").boolOr(false);
    }

    private static boolean isProtectedFromScaleIn(StoredResource instance) {
        return isProtectedFromActions(instance)
                || instance.properties().path(PROTECTION, "protectFromScaleIn").boolOr(false);
    }

    /// What a smaller capacity takes away: the highest numbers first, protected instances never.
    private List<StoredResource> surplus(ResourceId set, Dynamic before, Dynamic after) {
        var wanted = after.path("sku", "capacity");
        if (!(wanted instanceof Dynamic.Whole(var count))
                || wanted.equals(before.path("sku", "capacity"))) {
            return List.of();
        }
        var there = all(set, after);
        long surplus = there.size() - count;
        if (surplus <= 0) {
            return List.of();
        }
        var free =
                there.reversed().stream()
                        .filter(i -> !isProtectedFromScaleIn(i))
                        .limit(surplus)
                        .toList();
        if (free.size() < surplus) {
            throw new ArmFault(
                    409,
                    "OperationNotAllowed",
                    "The scale set '"
                            + set.name()
                            + "' cannot have "
                            + count
                            + " instances: "
                            + (there.size() - free.size())
                            + " are protected from scale-in.");
        }
        return free;
    }

    /// Refuses a capacity that protected or locked instances do not allow, or a policy that forbids their deletion.
    void requireRemovable(ArmRequest request, ResourceId set, Dynamic before, Dynamic after) {
        requireDeletable(request, surplus(set, before, after));
    }

    private void requireDeletable(ArmRequest request, List<StoredResource> chosen) {
        for (var instance : chosen) {
            locks.requireDeletable(instance.id());
            admission.requireDeletable(request, instance.id());
        }
    }

    /// Adds or takes away what a changed capacity asks for. New instances have the model from the start.
    void scale(ResourceId set, Dynamic before, Dynamic after) {
        var wanted = after.path("sku", "capacity");
        if (!(wanted instanceof Dynamic.Whole(var count))
                || wanted.equals(before.path("sku", "capacity"))) {
            return;
        }
        surplus(set, before, after).forEach(instance -> remove(instance.id()));
        boolean flexible = isFlexible(after);
        var there = all(set, after);
        long next = there.stream().mapToLong(i -> number(i.id().name())).max().orElse(-1) + 1;
        for (int i = there.size(); i < count; i++) {
            if (flexible) {
                addMember(set, after);
            } else {
                addUniform(set, after, next++);
            }
        }
    }

    /// In the order of their numbers.
    List<StoredResource> uniform(ResourceId set) {
        var all = new ArrayList<>(cloud.estate().below(set, Machine.INSTANCE_TYPE));
        all.sort((a, b) -> Long.compare(number(a.id().name()), number(b.id().name())));
        return all;
    }

    private static long number(String instance) {
        return instance.matches("\\d{1,18}") ? Long.parseLong(instance) : -1;
    }

    /// The instances of a set of either mode: a flexible one's are machines of their own.
    List<StoredResource> all(ResourceId set, Dynamic json) {
        return isFlexible(json) ? members(set) : uniform(set);
    }

    /// The machines of a flexible set: in its group, by name.
    private List<StoredResource> members(ResourceId set) {
        return cloud.estate().below(ResourceId.parse(set.scope().id()), Machine.VM_TYPE).stream()
                .filter(vm ->
                        vm.properties()
                                .path("virtualMachineScaleSet", "id")
                                .textOr("")
                                .equalsIgnoreCase(set.text()))
                .toList();
    }

    private void addUniform(ResourceId set, Dynamic json, long number) {
        var id = set.child("virtualMachines", Long.toString(number));
        var profile = json.path("properties", "virtualMachineProfile");
        String name = set.name() + "_" + number;
        cloud.estate()
                .put(
                        Dynamic.bag()
                                .put("id", id.text())
                                .put("name", name)
                                .put("type", ScaleSetWrites.TYPE + "/virtualMachines")
                                .put("location", json.get("location"))
                                .put("instanceId", Long.toString(number))
                                .put("sku", json.get("sku").without("capacity"))
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put("latestModelApplied", true)
                                                .put("vmId", machineId(id))
                                                .put("timeCreated", cloud.now().toString())
                                                .put("provisioningState", "Creating")
                                                .put(
                                                        "storageProfile",
                                                        bag(profile.get("storageProfile")))
                                                .put(
                                                        "osProfile",
                                                        bag(profile.get("osProfile"))
                                                                .without("computerNamePrefix")
                                                                .with(
                                                                        "computerName",
                                                                        Dynamic.of(name)))
                                                .put(
                                                        "instanceView",
                                                        MachineWrites.freshView(
                                                                name, profile.get("osProfile")))
                                                .build())
                                .build());
        var due = due(id);
        String part = cloud.operations().startPart(id);
        cloud.estate().find(id).ifPresent(instance -> begin(json, instance));
        cloud.agenda().at(due, new Task.ApplyInstance(set, id, true, part));
    }

    private void addMember(ResourceId set, Dynamic json) {
        // Counted, so no two have the same name, whenever they came.
        String operation = cloud.operations().start().name;
        String name =
                String.format(
                        Locale.ROOT, "%s_%08x", set.name(), (set.key() + operation).hashCode());
        var id =
                ResourceId.parse(
                        set.scope().id() + "/providers/" + MachineWrites.TYPE + "/" + name);
        var profile = json.path("properties", "virtualMachineProfile");
        var properties = Dynamic.bag().put("vmId", machineId(id));
        for (String part :
                new String[] {
                    "storageProfile", "networkProfile", "securityProfile", "applicationProfile"
                }) {
            if (!profile.get(part).isNull()) {
                properties.put(part, profile.get(part));
            }
        }
        properties
                .put(
                        "osProfile",
                        bag(profile.get("osProfile"))
                                .without("computerNamePrefix")
                                .with("computerName", Dynamic.of(name)))
                .put("virtualMachineScaleSet", Dynamic.bag().put("id", set.text()).build())
                .put("timeCreated", cloud.now().toString())
                .put("provisioningState", "Creating")
                .put("instanceView", MachineWrites.freshView(name, profile.get("osProfile")));
        var machine =
                Dynamic.bag()
                        .put("id", id.text())
                        .put("name", name)
                        .put("type", MachineWrites.TYPE)
                        .put("location", json.get("location"))
                        .put("properties", properties.build())
                        .build();
        cloud.estate().put(machine);
        for (var extension : ScaleSetExtensions.of(json)) {
            var child = id.child("extensions", extension.get("name").textOr(""));
            var stored =
                    cloud.estate()
                            .put(
                                    GoalStates.provisioning(
                                            Dynamic.bag()
                                                    .put("id", child.text())
                                                    .put("name", child.name())
                                                    .put("type", MachineWrites.TYPE + "/extensions")
                                                    .put("location", json.get("location"))
                                                    .put("properties", extension.get("properties"))
                                                    .build(),
                                            "Succeeded"));
            goals.extensions().show(child, stored.json());
        }
        Machine.read(machine).ifPresent(m -> goals.announce(m, m.profile(), machine));
        cloud.operations().beginWrite(id, operation);
        cloud.agenda().at(due(id), new Task.ApplyMachine(id, operation));
    }

    private Instant due(ResourceId instance) {
        return cloud.now().plus(cloud.settings().operationTime()).plus(runTime(instance));
    }

    /// What the guest of an instance, or of a machine, will take for the model as it stands.
    Duration runTime(ResourceId instance) {
        return cloud.estate()
                .find(instance)
                .map(stored -> runTime(stored.json()))
                .orElse(cloud.settings().guestTime());
    }

    Duration runTime(Dynamic json) {
        if (!goals.anyProfiled()) {
            return cloud.settings().guestTime();
        }
        var id = ResourceId.parse(json.get("id").textOr(""));
        if (!id.isOfType(Machine.INSTANCE_TYPE)) {
            return Machine.read(json)
                    .map(m -> goals.runTime(m, json, GoalState.of(m.profile())))
                    .orElse(cloud.settings().guestTime());
        }
        var set = id.parent().flatMap(cloud.estate()::find).map(StoredResource::json);
        return set.flatMap(model -> Machine.ofInstance(json, model))
                .map(m -> goals.runTime(m, json, GoalState.ofModel(set.orElse(Dynamic.NULL))))
                .orElse(cloud.settings().guestTime());
    }

    private String machineId(ResourceId id) {
        return Guids.of("machine", id.key(), cloud.settings().seed(), 0);
    }

    private static Dynamic bag(Dynamic value) {
        return value.isNull() ? Dynamic.EMPTY_BAG : value;
    }

    /// Lets chosen instances build their goal state anew.
    ///
    /// @param anew whether their disks are (a reimage): the guest begins with nothing
    void apply(ResourceId set, List<StoredResource> chosen, boolean anew) {
        var model = cloud.get(set).json();
        for (var instance : chosen) {
            if (!anew && cloud.operations().hasWrite(instance.id())) {
                // Its goal state is being built as it is.
                continue;
            }
            boolean member = instance.type().equals(Machine.VM_TYPE);
            var stored = instance;
            if (anew) {
                goals.forget(instance.id());
                stored =
                        cloud.estate()
                                .put(InstanceViews.without(instance.json(), GoalStates.EXTENSION));
            }
            var due = due(instance.id());
            String part = cloud.operations().startPart(instance.id());
            begin(anew ? model : older.of(instance.id()).orElse(model), stored);
            cloud.agenda()
                    .at(
                            due,
                            member
                                    ? new Task.ApplyMachine(instance.id(), part)
                                    : new Task.ApplyInstance(set, instance.id(), anew, part));
        }
    }

    /// Lets uniform instances take the model as it stands, some time later.
    void upgrade(ResourceId set, List<StoredResource> chosen) {
        var model = cloud.get(set).json();
        for (var instance : chosen) {
            var due = cloud.now().plus(runTime(instance.id()));
            String part = cloud.operations().startPart(instance.id());
            begin(model, instance);
            cloud.agenda().at(due, new Task.ApplyInstance(set, instance.id(), true, part));
        }
    }

    /// The same as a part of something else, which says when it is due.
    void begin(ResourceId set, ResourceId instance, String operation) {
        var model = cloud.estate().find(set);
        var stored = cloud.estate().find(instance);
        if (model.isPresent() && stored.isPresent()) {
            cloud.operations().beginWrite(instance, operation);
            begin(model.get().json(), stored.get());
        }
    }

    /// An instance, or a machine of a flexible set, is shown as taking its goal state.
    private void begin(Dynamic model, StoredResource instance) {
        boolean created =
                instance.properties().get("provisioningState").textOr("").equals("Creating");
        var json = GoalStates.provisioning(instance.json(), created ? "Creating" : "Updating");
        cloud.estate().put(json);
        if (instance.type().equals(Machine.VM_TYPE)) {
            Machine.read(json).ifPresent(m -> goals.announce(m, m.profile(), json));
        } else {
            Machine.ofInstance(json, model).ifPresent(m -> goals.announce(m, m.profile(), json));
        }
    }

    /// The goal state has reached an instance's guest, if nothing came between.
    ///
    /// @param latest whether of the set's model as it stands; else of the one that the instance has
    void finish(ResourceId set, ResourceId instance, boolean latest, String operation) {
        if (!cloud.operations().ends(instance, operation)) {
            return;
        }
        var current = cloud.estate().find(set);
        var stored = cloud.estate().find(instance);
        if (current.isEmpty() || stored.isEmpty()) {
            return;
        }
        if (latest) {
            older.forget(instance);
        }
        var model = older.of(instance).orElse(current.get().json());
        var given =
                latest
                        ? GoalStates.withProperty(
                                stored.get().json(), "latestModelApplied", Dynamic.TRUE)
                        : stored.get().json();
        var applied =
                Machine.ofInstance(given, model)
                        .map(machine -> goals.apply(machine, given, GoalState.ofModel(model)))
                        .orElse(given);
        cloud.estate()
                .put(
                        cloud.operations().isBusy(instance)
                                ? GoalStates.provisioning(applied, "Updating")
                                : applied);
    }

    /// The model of a set is about to change: its instances have an older one from now on.
    void outdate(ResourceId set, Dynamic before) {
        for (var instance : uniform(set)) {
            older.keep(instance.id(), before);
            cloud.estate()
                    .put(
                            GoalStates.withProperty(
                                    instance.json(), "latestModelApplied", Dynamic.FALSE));
        }
    }

    /// PUT of one instance: what is its own. What the platform says of it stays, and what the API does not offer an instance (its applications are the model's) is
    /// not taken.
    ArmResponse put(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        Cloud.requireMatch(request, Optional.of(stored));
        var body = Cloud.body(request);
        // Without its secrets, as the one that it is compared with.
        var given = Secrets.without(body).get("properties");
        var before = stored.properties();
        var properties = new LinkedHashMap<>(before.members());
        boolean customised = before.get(MODEL).textOr("").equals("Instance");
        for (String own : OWN) {
            var now = given.get(own);
            if (now.isNull() && MODELLED.contains(own)) {
                continue;
            }
            customised |=
                    MODELLED.contains(own)
                            && !before.get(own).isNull()
                            && !now.equals(before.get(own));
            if (now.isNull()) {
                properties.remove(own);
            } else {
                properties.put(own, now);
            }
        }
        properties.put(MODEL, Dynamic.of(customised ? "Instance" : "VirtualMachineScaleSet"));
        properties.put("provisioningState", Dynamic.of("Updating"));
        var json = stored.json().with("properties", new Dynamic.Bag(properties));
        json =
                body.get("tags").isNull()
                        ? json.without("tags")
                        : json.with("tags", body.get("tags"));
        json = admission.admit(request, json);
        disks.requireFree(request, id, before, json.get("properties"));
        var put = cloud.estate().put(json);
        disks.follow(Optional.of(stored), Optional.of(put));
        var operation = cloud.operations().startBeside(id);
        cloud.agenda()
                .at(
                        cloud.now().plus(cloud.settings().operationTime()),
                        new Task.SettleInstance(id, operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        // It may be settled already.
        var shown = cloud.estate().find(id).orElse(put);
        return cloud.operations()
                .follow(
                        ArmResponse.of(200, MachineWrites.shown(cloud, shown, false))
                                .with("ETag", shown.etag()),
                        request,
                        operation,
                        id.subscriptionId().orElse(""),
                        json.get("location").textOr(""));
    }

    /// The instance is written.
    void settle(ResourceId id, String operation) {
        if (!cloud.operations().ends(id, operation)) {
            return;
        }
        String state = cloud.operations().isBusy(id) ? "Updating" : "Succeeded";
        cloud.estate().update(id, json -> GoalStates.provisioning(json, state));
        cloud.operations().finish(operation, null);
    }

    /// Takes instances away, none when one of them must stay; the set's capacity follows.
    void delete(ArmRequest request, ResourceId set, List<StoredResource> chosen) {
        requireDeletable(request, chosen);
        chosen.forEach(instance -> remove(instance.id()));
        count(set);
    }

    /// The set's capacity is what it has.
    void count(ResourceId set) {
        cloud.estate()
                .update(
                        set,
                        json ->
                                json.path("sku", "capacity").isNull()
                                        ? json
                                        : json.with(
                                                "sku",
                                                json.get("sku")
                                                        .with(
                                                                "capacity",
                                                                Dynamic.of(
                                                                        all(set, json).size()))));
    }

    void remove(ResourceId instance) {
        cloud.estate().below(instance).stream()
                .map(StoredResource::id)
                .toList()
                .forEach(cloud.estate()::remove);
        var stored = cloud.estate().find(instance);
        cloud.estate().remove(instance);
        disks.follow(stored, Optional.empty());
        goals.forget(instance);
        older.forget(instance);
    }
}
