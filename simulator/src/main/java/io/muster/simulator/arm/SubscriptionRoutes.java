package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// Subscriptions and resource groups: the tenant's lists of them, and what they list. Guarded by the simulator's lock.
final class SubscriptionRoutes implements ResourceRoutes, Endpoint {
    private static final String SUBSCRIPTIONS = "Microsoft.Resources/subscriptions";

    private final Access access;
    private final GenericResources generic;
    private final ResourceRoutes resources;
    private final Moves moves;
    private final GroupTemplate template;

    SubscriptionRoutes(
            Access access,
            GenericResources generic,
            ResourceRoutes resources,
            Moves moves,
            GroupTemplate template) {
        this.template = template;
        this.access = access;
        this.generic = generic;
        this.resources = resources;
        this.moves = moves;
    }

    /// `/subscriptions` and `/tenants`.
    @Override
    public Optional<ArmResponse> answer(ArmRequest request) {
        return switch (request.lowerPath()) {
            case "/subscriptions" -> {
                request.requireMethod("GET");
                yield Optional.of(generic.subscriptions(request));
            }
            case "/tenants" -> {
                request.requireMethod("GET");
                yield Optional.of(generic.tenants(request, Tokens.TENANT));
            }
            default -> Optional.empty();
        };
    }

    @Override
    public ArmResponse resource(ArmRequest request, ResourceId id) {
        return resources.resource(request, id);
    }

    @Override
    public Optional<ArmResponse> action(ArmRequest request, ResourceId id, String word) {
        return switch (word) {
            case "moveresources" -> Optional.of(moves.move(request, id.text()));
            case "exporttemplate" -> Optional.of(template.export(request, id));
            case "validatemoveresources" -> Optional.of(moves.validate(request, id.text()));
            default -> Optional.empty();
        };
    }

    @Override
    public Optional<ArmResponse> view(ArmRequest request, ResourceId id, String word) {
        boolean subscription = id.isOfType(SUBSCRIPTIONS);
        return switch (word) {
            case "resourcegroups" ->
                    subscription
                            ? Optional.of(
                                    generic.list(
                                            request,
                                            id,
                                            "microsoft.resources/subscriptions/resourcegroups"))
                            : Optional.empty();
            case "locations" -> {
                if (!subscription) {
                    yield Optional.empty();
                }
                access.require(request, id, "locations/read");
                yield Optional.of(generic.locations(request, id));
            }
            case "resources" -> Optional.of(generic.list(request, id, ""));
            default -> Optional.empty();
        };
    }
}
