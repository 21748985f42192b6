package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Resources by their ids, their actions, and lists of what lies below them: rights and locks first, then the routes of the type, policies afterwards. Guarded by the
/// simulator's lock.
final class ResourceEndpoint implements Endpoint {
    private final Cloud cloud;
    private final Access access;
    private final Locks locks;
    private final Admission admission;
    private final Registrations registrations;
    private final GenericResources generic;
    private final PolicyAftermath aftermath;

    /// By type in lower case; other types have [#others].
    private final Map<String, ResourceRoutes> routes;

    private final ResourceRoutes others;

    ResourceEndpoint(Services services) {
        this.cloud = services.cloud();
        this.access = services.access;
        this.locks = services.locks;
        this.admission = services.admission;
        this.registrations = services.registrations;
        this.generic = services.generic;
        this.aftermath = services.aftermath;
        this.others = services.genericRoutes;
        this.routes = services.routesByType();
    }

    private ResourceRoutes routes(ResourceId id) {
        return routes.getOrDefault(id.type().text().toLowerCase(Locale.ROOT), others);
    }

    @Override
    public Optional<ArmResponse> answer(ArmRequest request) {
        var id = request.id();
        if (id.isPresent()) {
            return Optional.of(resource(request, id.get()));
        }
        String path = request.path();
        int slash = path.lastIndexOf('/');
        // Nothing is a child of the type that begins an extension resource.
        var above =
                slash <= 0 || request.lowerPath().endsWith("/providers")
                        ? Optional.<ResourceId>empty()
                        : ResourceId.tryParse(path.substring(0, slash));
        return above.map(parent -> below(request, parent, path.substring(slash + 1)))
                .or(() -> listAtScope(request));
    }

    /// A request for a resource.
    ArmResponse resource(ArmRequest request, ResourceId id) {
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
        if (request.method().equals("HEAD")) {
            return ArmResponse.empty(generic.isThere(id) ? 204 : 404);
        }
        var answer = routes(id).resource(request, id);
        if ((request.method().equals("PUT") || request.method().equals("PATCH"))
                && answer.status() < 300) {
            aftermath.written(request, id);
        }
        return answer;
    }

    /// `{id}/{word}`: an action, a view, or the list of a child type.
    private ArmResponse below(ArmRequest request, ResourceId id, String word) {
        String name = word.toLowerCase(Locale.ROOT);
        if (request.method().equals("POST")) {
            access.require(request, id, word + "/action");
            locks.check(request, id);
            generic.requireGroupStays(request, id);
            return routes(id)
                    .action(request, id, name)
                    .orElseThrow(() ->
                            new ArmFault(
                                    404,
                                    "NotFound",
                                    "There is no action '" + word + "' on '" + id.type() + "'."));
        }
        request.requireMethod("GET");
        return routes(id)
                .view(request, id, name)
                .orElseGet(() -> {
                    String type = id.type().text().toLowerCase(Locale.ROOT);
                    cloud.requireContainer(id);
                    if (!type.startsWith("microsoft.resources/")) {
                        cloud.requireParent(id.child(word, "any"));
                    }
                    return generic.list(request, id, type + "/" + name);
                });
    }

    /// `{scope}/providers/N/t`: a list of a type at a scope, one name too few for an id.
    private Optional<ArmResponse> listAtScope(ArmRequest request) {
        int providers = request.lowerPath().lastIndexOf("/providers/");
        if (providers <= 0) {
            return Optional.empty();
        }
        String type = request.lowerPath().substring(providers + "/providers/".length());
        var scope = ResourceId.tryParse(request.path().substring(0, providers));
        if (scope.isEmpty()
                || type.indexOf('/') <= 0
                || type.indexOf('/') != type.lastIndexOf('/')) {
            return Optional.empty();
        }
        request.requireMethod("GET");
        return Optional.of(generic.list(request, scope.get(), type));
    }
}
