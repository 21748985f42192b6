package io.muster.service.http;

import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.service.fleet.Fleet;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.query.SubscriptionScope;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/// `/subscriptions` and `/tenants`: those that the fleet's resources lie in. The Azure CLI asks for them on signing in.
@Singleton
final class SubscriptionsResource implements ArmRoutes {
    private static final String TENANT = "00000000-0000-0000-0000-000000000000";
    private final Fleet fleet;

    SubscriptionsResource(Fleet fleet) {
        this.fleet = fleet;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.get("/subscriptions", _ -> list()),
                ArmRoute.get("/subscriptions/{subscription}", this::get));
    }

    private ArmAnswer list() {
        var snapshot = fleet.snapshot();
        var shown =
                new TreeSet<>(SubscriptionScope.known(snapshot))
                        .stream().map(id -> shown(snapshot, id)).toList();
        return ArmAnswer.ok(Dynamic.bag().put("value", Dynamic.array(shown)).build());
    }

    private ArmAnswer get(ArmCall call) throws ArmException {
        var snapshot = fleet.snapshot();
        String id = call.name("subscription").toLowerCase(Locale.ROOT);
        if (!SubscriptionScope.known(snapshot).contains(id)) {
            throw new ArmException(
                    404,
                    "SubscriptionNotFound",
                    "The subscription '%s' could not be found.".formatted(id));
        }
        return ArmAnswer.ok(shown(snapshot, id));
    }

    private static Dynamic shown(Snapshot snapshot, String id) {
        var collected = snapshot.resource("/subscriptions/" + id).orElse(Dynamic.EMPTY_BAG);
        return Dynamic.bag()
                .put("id", "/subscriptions/" + id)
                .put("subscriptionId", id)
                .put("tenantId", collected.get("tenantId").textOr(TENANT))
                .put("displayName", collected.get("name").textOr(id))
                .put("state", "Enabled")
                .build();
    }
}
