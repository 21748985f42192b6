package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.estate.StoredResource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Finds whose a request is by its path: one of ARM's endpoints, the first that takes it as its own, or the resources of a type, whose `...Routes` are named in
/// [Services#routesByType()].
public final class Router {
    private static final Pattern API_VERSION =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-[a-z]+)?", Pattern.CASE_INSENSITIVE);
    private static final String GRAPH = "/providers/microsoft.resourcegraph/resources";

    private final Cloud cloud;
    private final Services services;
    private final DueTasks due;
    private final ResourceEndpoint resources;

    /// In the order in which they are asked.
    private final List<Endpoint> endpoints;

    Router(Cloud cloud, GraphQueries queries, ActivityLog activity) {
        this.cloud = cloud;
        this.services = new Services(cloud, queries, activity, this::route);
        this.resources = new ResourceEndpoint(services);
        this.endpoints =
                List.of(
                        this::registrations,
                        this::managementGroups,
                        this::roles,
                        this::activityLog,
                        new OperationRoutes(cloud, services.access),
                        services.subscriptionRoutes,
                        new PermissionRoutes(cloud, services.access),
                        this::deployments,
                        services.scaleSetRoutes,
                        this::tags,
                        resources);
        var performer = new TaskPerformer(services);
        this.due =
                new DueTasks(
                        cloud,
                        performer::perform,
                        services.deployments,
                        services.scaleSets.rolling());
        cloud.agenda().performedBy(due::perform);
    }

    DueTasks due() {
        return due;
    }

    /// The parts of the state that endpoints keep, in the order in which they are to be taken back.
    List<KeptState> parts() {
        return Stream.concat(services.parts().stream(), Stream.of(due)).toList();
    }

    /// A resource as it stands, without a guest's run that is under way.
    Dynamic settled(StoredResource resource) {
        return resource.type().equals(Machine.VM_TYPE)
                        || resource.type().equals(Machine.INSTANCE_TYPE)
                ? services.goals.settled(resource.json())
                : resource.json();
    }

    boolean isGraphQuery(ArmRequest request) {
        return request.method().equals("POST") && request.lowerPath().equals(GRAPH);
    }

    Snapshot graphSnapshot() {
        return services.graph.snapshot();
    }

    Optional<Predicate<ResourceId>> readable(ArmRequest request) {
        return services.access.reader(Tokens.caller(request));
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
        return services.graph.query(request, snapshot, readable, shift);
    }

    ArmResponse route(ArmRequest request) {
        if (request.lowerPath().startsWith("/adfs/")) {
            return services.tokens.answer(request);
        }
        if (Blobs.isBlobPath(request.lowerPath())) {
            return services.blobs.route(request);
        }
        requireApiVersion(request);
        var id = request.id();
        // What most requests ask for, and no other endpoint looks like.
        if (id.isPresent() && id.get().isOfType(Machine.VM_TYPE)) {
            return resources.resource(request, id.get());
        }
        for (var endpoint : endpoints) {
            var answer = endpoint.answer(request);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
        throw new ArmFault(
                404, "NotFound", "There is no resource or action at '" + request.path() + "'.");
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

    private Optional<ArmResponse> registrations(ArmRequest request) {
        if (!Registrations.isRegistrationPath(request.path())) {
            return Optional.empty();
        }
        services.registrations
                .scopeOfChange(request)
                .ifPresent(change ->
                        services.access.require(
                                request, change.scope(), change.type(), change.suffix()));
        return Optional.of(services.registrations.route(request));
    }

    private Optional<ArmResponse> managementGroups(ArmRequest request) {
        return ManagementGroups.isGroupPath(request.path())
                ? Optional.of(services.managementGroups.route(request))
                : Optional.empty();
    }

    private Optional<ArmResponse> roles(ArmRequest request) {
        if (!RoleObjects.isList(request.path())) {
            return Optional.empty();
        }
        request.requireMethod("GET");
        return Optional.of(services.generic.roles(request));
    }

    private Optional<ArmResponse> activityLog(ArmRequest request) {
        if (!ActivityLog.isActivityPath(request.path())) {
            return Optional.empty();
        }
        request.requireMethod("GET");
        services.access.require(
                request,
                ActivityLog.subscription(request.path()),
                "Microsoft.Insights/eventtypes/values",
                "read");
        return Optional.of(services.activity.answer(cloud, request));
    }

    private Optional<ArmResponse> deployments(ArmRequest request) {
        if (!Deployments.isDeploymentPath(request.path())) {
            return Optional.empty();
        }
        Deployments.right(request)
                .ifPresent(right -> {
                    services.access.require(request, right.scope(), right.type(), right.suffix());
                    services.locks.check(request, right.scope());
                });
        return Optional.of(services.deployments.route(request));
    }

    private Optional<ArmResponse> tags(ArmRequest request) {
        return request.id().filter(Tags::isTags).map(id -> services.tags.route(request, id));
    }
}
