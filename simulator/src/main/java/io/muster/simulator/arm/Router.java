package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.PowerAction;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import io.muster.simulator.storage.BlobStore;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Finds what a request asks for by its path: a resource, a list of them, an action on one, or one of ARM's own endpoints.
public final class Router {
    private static final Pattern API_VERSION =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-[a-z]+)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern OPERATION =
            Pattern.compile(
                    "/subscriptions/[^/]+/providers/microsoft\\.(?:compute|resources)/locations/[^/]+/(operations|operationresults)/([^/]+)");
    private static final Pattern ROLLING_UPGRADE =
            Pattern.compile(
                    "(/subscriptions/.+/virtualMachineScaleSets/[^/]+)/rollingUpgrades/(latest|cancel)",
                    Pattern.CASE_INSENSITIVE);
    private static final String GRAPH = "/providers/microsoft.resourcegraph/resources";

    private static final String PERMISSIONS = "/providers/microsoft.authorization/permissions";

    /// What Azure does to machines and sets, and nothing here would change by.
    private static final Set<String> UNSERVED =
            Set.of(
                    "approverollingupgrade",
                    "assesspatches",
                    "attachdetachdatadisks",
                    "capture",
                    "converttomanageddisks",
                    "converttosingleplacementgroup",
                    "converttovirtualmachinescaleset",
                    "forcerecoveryservicefabricplatformupdatedomainwalk",
                    "installpatches",
                    "migratetovmscaleset",
                    "retrievebootdiagnosticsdata",
                    "runcommand",
                    "setorchestrationservicestate",
                    "simulateeviction");

    /// What lies below machines, instances and sets, and is listed there.
    private static final Set<String> PARTS =
            Set.of("extensions", "osupgradehistory", "runcommands", "skus", "vmsizes");

    private final Cloud cloud;
    private final ActivityLog activity;
    private final GoalStates goals;
    private final MachineWrites machines;
    private final ScaleSetWrites scaleSets;
    private final ScaleSetInstances instances;
    private final Power power;
    private final GalleryWrites galleries;
    private final GenericResources generic;
    private final ResourceGraph graph;
    private final Tokens tokens;
    private final Deployments deployments;
    private final Registrations registrations;
    private final Blobs blobs;
    private final Locks locks;
    private final Access access;
    private final Admission admission;
    private final Moves moves;
    private final GallerySharing sharing;
    private final PolicyAftermath aftermath;
    private final ManagementGroups managementGroups;
    private final Tags tags;
    private final DueTasks due;

    Router(Cloud cloud, GraphQueries queries, ActivityLog activity) {
        this.activity = activity;
        this.cloud = cloud;
        this.goals = new GoalStates(cloud);
        this.access = new Access(cloud);
        this.admission = new Admission(cloud);
        var identities = new Identities(cloud, access);
        this.blobs = new Blobs(cloud, new BlobStore(cloud.estate()), access);
        var profiles = new ProfileCheck(cloud, access, blobs);
        var images = new GalleryImages(cloud);
        this.power = new Power(cloud, goals);
        this.locks = new Locks(cloud);
        this.instances = new ScaleSetInstances(cloud, goals, admission, locks);
        this.machines =
                new MachineWrites(cloud, goals, profiles, admission, images, instances, identities);
        this.scaleSets =
                new ScaleSetWrites(
                        cloud, profiles, admission, images, instances, power, locks, identities);
        this.registrations = new Registrations();
        this.galleries =
                new GalleryWrites(
                        cloud,
                        blobs,
                        registrations,
                        admission,
                        images,
                        identities,
                        application -> {
                            machines.published(application);
                            scaleSets.published(application);
                        });
        this.moves = new Moves(cloud, access, locks);
        this.managementGroups = new ManagementGroups(cloud, access);
        this.tags = new Tags(cloud, access, locks, admission);
        this.sharing = new GallerySharing(cloud);
        this.generic = new GenericResources(cloud, admission, access, identities);
        this.graph = new ResourceGraph(cloud, queries);
        this.tokens = new Tokens(cloud);
        this.deployments = new Deployments(cloud, this::route);
        this.aftermath =
                new PolicyAftermath(
                        cloud, admission, activity, identities, graph::snapshot, this::route);
        this.due = new DueTasks(cloud, this::perform, deployments, scaleSets.rolling());
        cloud.agenda().performedBy(due::perform);
    }

    DueTasks due() {
        return due;
    }

    /// The parts of the state that endpoints keep, in the order in which they are to be taken back.
    List<KeptState> parts() {
        return List.of(
                goals,
                instances.olderModels(),
                blobs.store(),
                registrations,
                scaleSets.rolling(),
                deployments,
                aftermath);
    }

    /// What was put on the agenda is due.
    private void perform(Task due) {
        switch (due) {
            case Task.ApplyMachine(var machine, var operation) ->
                    machines.finish(machine, operation);
            case Task.ApplyInstance(var set, var instance, var latest, var operation) ->
                    instances.finish(set, instance, latest, operation);
            case Task.Power turned -> power.finish(turned);
            case Task.SettleInstance(var instance, var operation) ->
                    instances.settle(instance, operation);
            case Task.SettleScaleSet(var set, var operation) -> scaleSets.settle(set, operation);
            case Task.StartBatch(var set, var run) -> scaleSets.rolling().start(set, run);
            case Task.FinishBatch(var set, var run, var instances) ->
                    scaleSets.rolling().finish(set, run, instances);
            case Task.ShowReplication(var version, var operation) ->
                    galleries.showReplication(version, operation);
            case Task.SettleGallery(var id, var operation) -> galleries.settle(id, operation);
            case Task.Remove(var id, var operation) -> {
                if (cloud.operations().ends(id, operation)) {
                    removeWithAllBelow(id);
                    cloud.operations().finish(operation, null);
                }
            }
            case Task.Finish(var operation) -> cloud.operations().finish(operation, null);
            case Task.FollowDeployment follow ->
                    aftermath.following(follow.run(), () -> deployments.follow(follow));
            case Task.DeployMissing missing -> aftermath.deploy(missing);
        }
    }

    /// A resource, or a group with what lies in it, is gone: what guests of its machines had and the blobs of its accounts too.
    private void removeWithAllBelow(ResourceId id) {
        for (var below : List.copyOf(cloud.estate().below(id))) {
            goals.forget(below.id());
            instances.olderModels().forget(below.id());
            scaleSets.rolling().forget(below.id());
            blobs.store().forget(below.id());
            cloud.estate().remove(below.id());
        }
        cloud.estate().remove(id);
    }

    /// A resource as it stands, without a guest's run that is under way.
    Dynamic settled(StoredResource resource) {
        return resource.type().equals(Machine.VM_TYPE)
                        || resource.type().equals(Machine.INSTANCE_TYPE)
                ? goals.settled(resource.json())
                : resource.json();
    }

    boolean isGraphQuery(ArmRequest request) {
        return request.method().equals("POST") && request.lowerPath().equals(GRAPH);
    }

    Snapshot graphSnapshot() {
        return graph.snapshot();
    }

    Optional<Predicate<ResourceId>> readable(ArmRequest request) {
        return access.reader(Tokens.caller(request));
    }

    /// Needs no lock: the snapshot does not change.
    ///
    /// @param readable what the caller may read; empty: everything
    /// @param shift by how many rows the page lies beside its place
    ArmResponse graphQuery(
            ArmRequest request,
            Snapshot snapshot,
            Optional<Predicate<ResourceId>> readable,
            int shift) {
        requireApiVersion(request);
        return graph.query(request, snapshot, readable, shift);
    }

    ArmResponse route(ArmRequest request) {
        String path = request.path();
        String lower = request.lowerPath();
        if (lower.startsWith("/adfs/")) {
            return tokens.answer(request);
        }
        if (Blobs.isBlobPath(lower)) {
            return blobs.route(request);
        }
        requireApiVersion(request);
        var id = request.id();
        // What most requests ask for, and no other endpoint looks like.
        if (id.isPresent() && id.get().isOfType(Machine.VM_TYPE)) {
            return checked(request, id.get());
        }
        if (Registrations.isRegistrationPath(path)) {
            registrations
                    .scopeOfChange(request)
                    .ifPresent(change ->
                            access.require(
                                    request, change.scope(), change.type(), change.suffix()));
            return registrations.route(request);
        }
        if (ManagementGroups.isGroupPath(path)) {
            return managementGroups.route(request);
        }
        if (RoleObjects.isList(path)) {
            requireMethod(request, "GET");
            return generic.roles(request);
        }
        if (ActivityLog.isActivityPath(path)) {
            requireMethod(request, "GET");
            access.require(
                    request,
                    ActivityLog.subscription(path),
                    "Microsoft.Insights/eventtypes/values",
                    "read");
            return activity.answer(cloud, request);
        }
        var operation = OPERATION.matcher(lower);
        if (operation.matches()) {
            return operation(request, operation.group(1), operation.group(2));
        }
        if (lower.equals("/subscriptions")) {
            requireMethod(request, "GET");
            return generic.subscriptions(request);
        }
        if (lower.equals("/tenants")) {
            requireMethod(request, "GET");
            return generic.tenants(request, Tokens.TENANT);
        }
        if (lower.endsWith(PERMISSIONS)) {
            requireMethod(request, "GET");
            return permissions(request, path.substring(0, path.length() - PERMISSIONS.length()));
        }
        if (Deployments.isDeploymentPath(path)) {
            Deployments.right(request)
                    .ifPresent(right -> {
                        access.require(request, right.scope(), right.type(), right.suffix());
                        locks.check(request, right.scope());
                    });
            return deployments.route(request);
        }
        var upgrade = ROLLING_UPGRADE.matcher(path);
        if (upgrade.matches()) {
            return rollingUpgrade(
                    request,
                    ResourceId.parse(upgrade.group(1)),
                    upgrade.group(2).toLowerCase(Locale.ROOT));
        }
        if (id.isPresent() && Tags.isTags(id.get())) {
            return tags.route(request, id.get());
        }
        if (id.isPresent()) {
            return checked(request, id.get());
        }
        int slash = path.lastIndexOf('/');
        String last = slash < 0 ? "" : path.substring(slash + 1);
        if (last.equalsIgnoreCase("moveResources")) {
            requireMethod(request, "POST");
            ResourceId.tryParse(path.substring(0, slash))
                    .ifPresent(group -> {
                        access.require(request, group, "moveResources/action");
                        locks.check(request, group);
                    });
            return moves.move(request, path.substring(0, slash));
        }
        var above =
                slash <= 0
                        ? Optional.<ResourceId>empty()
                        : ResourceId.tryParse(path.substring(0, slash));
        if (above.isPresent()) {
            return below(request, above.get(), last);
        }
        // {scope}/providers/N/t: a list of a type at a scope; with two names parsed as one pair too
        // few.
        int providers = lower.lastIndexOf("/providers/");
        if (providers >= 0) {
            String type = path.substring(providers + "/providers/".length());
            var scope =
                    providers == 0
                            ? Optional.<ResourceId>empty()
                            : ResourceId.tryParse(path.substring(0, providers));
            if (scope.isPresent()
                    && type.indexOf('/') > 0
                    && type.indexOf('/') == type.lastIndexOf('/')) {
                requireMethod(request, "GET");
                return generic.list(request, scope.get(), type.toLowerCase(Locale.ROOT));
            }
        }
        throw new ArmFault(404, "NotFound", "There is no resource or action at '" + path + "'.");
    }

    /// `GET {scope}/providers/Microsoft.Authorization/permissions`: what the caller may do there. Anybody may ask for himself; the resource need not be there yet, what
    /// it would lie in must.
    private ArmResponse permissions(ArmRequest request, String scope) {
        var id =
                ResourceId.tryParse(scope)
                        .orElseThrow(() ->
                                new ArmFault(
                                        404, "NotFound", "There is no scope '" + scope + "'."));
        cloud.requireContainer(id);
        return cloud.page(
                request,
                access.permissions(Tokens.caller(request), id).stream()
                        .map(Role.Permission::json)
                        .toList());
    }

    /// A request for a resource: rights and locks first, policies afterwards.
    private ArmResponse checked(ArmRequest request, ResourceId id) {
        access.require(
                request,
                id,
                switch (request.method()) {
                    case "GET", "HEAD" -> "read";
                    case "DELETE" -> "delete";
                    default -> "write";
                });
        locks.check(request, id);
        generic.requireGroupStays(request, id);
        registrations.check(request, id);
        if (request.method().equals("DELETE")) {
            admission.requireDeletable(request, id);
        }
        var answer = resource(request, id);
        if ((request.method().equals("PUT") || request.method().equals("PATCH"))
                && answer.status() < 300) {
            aftermath.written(request, id);
        }
        return answer;
    }

    private ArmResponse rollingUpgrade(ArmRequest request, ResourceId set, String word) {
        boolean cancel = word.equals("cancel");
        requireMethod(request, cancel ? "POST" : "GET");
        access.require(request, set, cancel ? "rollingUpgrades/action" : "rollingUpgrades/read");
        return cancel
                ? scaleSets.cancelRollingUpgrade(request, set)
                : scaleSets.rollingUpgrade(set);
    }

    private static void requireApiVersion(ArmRequest request) {
        var version = request.parameter("api-version");
        if (version.isEmpty()) {
            throw ArmFault.badRequest(
                    "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all"
                            + " requests.");
        }
        if (!API_VERSION.matcher(version.get()).matches()) {
            throw ArmFault.badRequest(
                    "InvalidApiVersionParameter",
                    "The api-version '" + version.get() + "' is invalid.");
        }
    }

    private static void requireMethod(ArmRequest request, String method) {
        if (!request.method().equals(method)) {
            throw notAllowed(request);
        }
    }

    private static ArmFault notAllowed(ArmRequest request) {
        return new ArmFault(
                405,
                "MethodNotAllowed",
                "The method '"
                        + request.method()
                        + "' is not allowed at '"
                        + request.path()
                        + "'.");
    }

    private ArmResponse operation(ArmRequest request, String kind, String name) {
        requireMethod(request, "GET");
        var operation =
                cloud.operations()
                        .find(name)
                        .orElseThrow(() ->
                                new ArmFault(
                                        404,
                                        "NotFound",
                                        "The operation '" + name + "' was not found."));
        if (kind.equals("operations")) {
            return ArmResponse.of(200, operation.json())
                    .with("Retry-After", Integer.toString(cloud.settings().retryAfterSeconds()));
        }
        if (operation.isRunning()) {
            return ArmResponse.empty(202)
                    .with("Location", request.uri().toString())
                    .with("Retry-After", Integer.toString(cloud.settings().retryAfterSeconds()));
        }
        return operation
                .error()
                .map(error -> ArmResponse.of(409, Dynamic.bag().put("error", error).build()))
                .orElse(ArmResponse.empty(200));
    }

    private ArmResponse resource(ArmRequest request, ResourceId id) {
        String type = id.type().toString().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "microsoft.compute/virtualmachines" ->
                    switch (request.method()) {
                        case "GET" -> machines.get(request, id);
                        case "PUT" -> machines.put(request, id);
                        case "PATCH" -> machines.patch(request, id);
                        case "DELETE" -> machines.delete(request, id);
                        default -> throw notAllowed(request);
                    };
            case "microsoft.compute/virtualmachines/vmapplications" ->
                    switch (request.method()) {
                        case "GET" -> machines.getApplication(id);
                        case "PUT" -> machines.putApplication(request, id);
                        default -> throw notAllowed(request);
                    };
            case "microsoft.compute/virtualmachinescalesets" ->
                    switch (request.method()) {
                        case "GET" -> scaleSets.get(id);
                        case "PUT" -> scaleSets.put(request, id);
                        case "PATCH" -> scaleSets.patch(request, id);
                        case "DELETE" -> scaleSets.delete(request, id);
                        default -> throw notAllowed(request);
                    };
            case "microsoft.compute/virtualmachinescalesets/extensions" ->
                    switch (request.method()) {
                        case "PUT", "PATCH", "DELETE" -> scaleSets.writeExtension(request, id);
                        default -> {
                            id.parent().ifPresent(scaleSets::showExtensions);
                            yield other(request, id);
                        }
                    };
            case "microsoft.compute/virtualmachinescalesets/virtualmachines" ->
                    switch (request.method()) {
                        case "GET" -> scaleSets.instance(request, id);
                        case "PUT" -> instances.put(request, id);
                        case "DELETE" ->
                                cloud.estate().find(id).isEmpty()
                                        ? ArmResponse.empty(204)
                                        : scaleSets.actOnInstance(
                                                request, id, ScaleSetWrites.Action.DELETE);
                        default -> throw notAllowed(request);
                    };
            default ->
                    GalleryWrites.isGalleryType(type) ? gallery(request, id) : other(request, id);
        };
    }

    private ArmResponse gallery(ArmRequest request, ResourceId id) {
        return switch (request.method()) {
            case "GET" -> galleries.get(request, id);
            case "PUT" -> galleries.put(request, id, false);
            case "PATCH" -> galleries.put(request, id, true);
            case "DELETE" -> galleries.delete(request, id);
            default -> throw notAllowed(request);
        };
    }

    private static boolean isMachineExtension(ResourceId id) {
        return id.isOfType(Machine.VM_TYPE + "/extensions")
                || id.isOfType(Machine.INSTANCE_TYPE + "/extensions");
    }

    private ArmResponse other(ArmRequest request, ResourceId id) {
        if (isMachineExtension(id)
                && !request.method().equals("GET")
                && !request.method().equals("HEAD")) {
            power.requireOn(id);
        }
        return switch (request.method()) {
            case "GET" -> generic.get(id);
            case "HEAD" -> ArmResponse.empty(cloud.estate().find(id).isPresent() ? 204 : 404);
            case "PUT" -> shown(id, generic.put(request, id));
            case "PATCH" -> shown(id, generic.patch(request, id));
            case "DELETE" -> {
                var answer = shown(id, generic.delete(request, id));
                blobs.store().forget(id);
                yield answer;
            }
            default -> throw notAllowed(request);
        };
    }

    /// An extension of a machine or an instance stands in its instance view too.
    private ArmResponse shown(ResourceId id, ArmResponse answer) {
        if (isMachineExtension(id)) {
            goals.show(id, cloud.estate().find(id).map(StoredResource::json).orElse(Dynamic.NULL));
        }
        return answer;
    }

    private static Optional<ScaleSetWrites.Action> instanceAction(String word) {
        return switch (word) {
            case "reapply" -> Optional.of(ScaleSetWrites.Action.REAPPLY);
            case "reimage", "reimageall" -> Optional.of(ScaleSetWrites.Action.REIMAGE);
            case "delete" -> Optional.of(ScaleSetWrites.Action.DELETE);
            default -> Optional.empty();
        };
    }

    /// `{id}/{word}`: an action, a view, or the list of a child type.
    private ArmResponse below(ArmRequest request, ResourceId id, String word) {
        String type = id.type().toString().toLowerCase(Locale.ROOT);
        String name = word.toLowerCase(Locale.ROOT);
        boolean machine =
                type.equals("microsoft.compute/virtualmachines")
                        || type.endsWith("scalesets/virtualmachines");
        boolean set = type.equals("microsoft.compute/virtualmachinescalesets");
        if (request.method().equals("POST")) {
            access.require(request, id, word + "/action");
            locks.check(request, id);
            generic.requireGroupStays(request, id);
            if (type.equals("microsoft.compute/galleries") && name.equals("share")) {
                return sharing.share(request, id);
            }
            if (type.equals(Machine.VM_TYPE) && name.equals("reapply")) {
                return machines.reapply(request, id);
            }
            if (type.equals(Machine.VM_TYPE) && name.equals("reimage")) {
                return machines.reimage(request, id);
            }
            if (type.equals(Machine.VM_TYPE) && name.equals("generalize")) {
                return power.generalize(id);
            }
            var turned =
                    PowerAction.asked(
                            name,
                            request.parameter("hibernate")
                                    .filter("true"::equalsIgnoreCase)
                                    .isPresent());
            if (turned.isPresent() && (machine || set)) {
                return set
                        ? scaleSets.turn(request, id, turned.get())
                        : power.act(request, id, turned.get());
            }
            var action = instanceAction(name);
            if (action.isPresent() && set) {
                return scaleSets.actOn(request, id, action.get());
            }
            if (action.filter(ScaleSetWrites.Action.REIMAGE::equals).isPresent()
                    && type.equals(Machine.INSTANCE_TYPE)) {
                return scaleSets.actOnInstance(request, id, action.get());
            }
            if (set && name.equals("manualupgrade")) {
                return scaleSets.manualUpgrade(request, id);
            }
            if (set
                    && (name.equals("osrollingupgrade")
                            || name.equals("extensionrollingupgrade"))) {
                return scaleSets.startRollingUpgrade(request, id);
            }
            if ((machine || set) && UNSERVED.contains(name)) {
                cloud.get(id);
                throw new ArmFault(
                        409,
                        "OperationNotAllowed",
                        "Operation '"
                                + word
                                + "' is not allowed on '"
                                + id.name()
                                + "': the simulated Azure has no disks, patches, consoles or"
                                + " placement behind its machines.");
            }
            throw new ArmFault(
                    404, "NotFound", "There is no action '" + word + "' on '" + id.type() + "'.");
        }
        requireMethod(request, "GET");
        if (name.equals("instanceview") && (machine || set)) {
            access.require(request, id, word + "/read");
            if (machine) {
                return machines.instanceView(id);
            }
            if (set) {
                return scaleSets.instanceView(id);
            }
        }
        if (set && name.equals("extensions")) {
            scaleSets.showExtensions(id);
        }
        if (type.equals(Machine.VM_TYPE) && name.equals("vmapplications")) {
            access.require(request, id, word + "/read");
            return machines.applications(request, id);
        }
        if (set && name.equals("virtualmachines")) {
            access.require(request, id, word + "/read");
            return scaleSets.instances(request, id);
        }
        if (name.equals("resourcegroups") && type.equals("microsoft.resources/subscriptions")) {
            return generic.list(request, id, "microsoft.resources/subscriptions/resourcegroups");
        }
        if (name.equals("locations") && type.equals("microsoft.resources/subscriptions")) {
            access.require(request, id, "locations/read");
            return generic.locations(request, id);
        }
        if (name.equals("resources") && type.startsWith("microsoft.resources/subscriptions")) {
            return generic.list(request, id, "");
        }
        if (type.equals("microsoft.compute/locations")) {
            return generic.listInRegion(request, id, "microsoft.compute/" + name);
        }
        cloud.requireContainer(id);
        if (!type.startsWith("microsoft.resources/")) {
            cloud.requireParent(id.child(word, "any"));
        }
        if (machine || set) {
            requirePart(request, id, name);
        }
        return generic.list(request, id, type + "/" + name);
    }

    /// Refuses the list of what machines and sets do not have, and nobody put there.
    private void requirePart(ArmRequest request, ResourceId id, String name) {
        String type = id.type().text() + "/" + name;
        if (!PARTS.contains(name)
                && cloud.estate().below(id, type.toLowerCase(Locale.ROOT)).isEmpty()) {
            throw new ArmFault(
                    404,
                    "InvalidResourceType",
                    "The resource type '"
                            + type.substring(type.indexOf('/') + 1)
                            + "' could not be found in the namespace '"
                            + id.namespace()
                            + "' for api version '"
                            + request.parameter("api-version").orElse("")
                            + "'.");
        }
    }
}
