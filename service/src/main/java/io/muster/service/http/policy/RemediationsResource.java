package io.muster.service.http.policy;

import io.micronaut.context.annotation.Requires;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.Remediation;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.remediation.AfterTask;
import jakarta.inject.Singleton;
import java.util.List;

/// Policy Insights' remediations: made, watched, cancelled and deleted at their scopes. `pause` and `resume` are additions of ours.
@Singleton
@Requires(beans = Remediation.class)
final class RemediationsResource implements ArmRoutes {
    private static final String COLLECTION =
            "{scope}/providers/Microsoft.PolicyInsights/remediations";
    private static final String ONE = COLLECTION + "/{name}";

    private final Remediation remediation;
    private final AfterTask after;

    RemediationsResource(Remediation remediation, AfterTask after) {
        this.remediation = remediation;
        this.after = after;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.get(COLLECTION, this::list),
                ArmRoute.get(ONE, call -> steered(call, remediation::get)),
                ArmRoute.put(ONE, this::put),
                ArmRoute.delete(ONE, this::delete),
                ArmRoute.post(ONE + "/cancel", call -> steered(call, remediation::cancel)),
                ArmRoute.post(ONE + "/pause", call -> steered(call, remediation::pause)),
                ArmRoute.post(ONE + "/resume", call -> steered(call, remediation::unpause)),
                ArmRoute.post(ONE + "/listDeployments", this::deployments));
    }

    /// Work that may refuse.
    @FunctionalInterface
    private interface Asked<T> {
        T get() throws RemediationException;
    }

    /// A change of a task's course.
    @FunctionalInterface
    private interface Steering {
        RemediationTask on(ResourceId scope, String name) throws RemediationException;
    }

    private static <T> T asked(Asked<T> work) throws ArmException {
        try {
            return work.get();
        } catch (RemediationException refused) {
            throw new ArmException(
                    refused.status(), refused.code(), String.valueOf(refused.getMessage()));
        }
    }

    private static ResourceId scope(ArmCall call) throws ArmException {
        String text = call.name("scope");
        return ResourceId.tryParse(text)
                .orElseThrow(() ->
                        ArmException.badRequest(
                                "InvalidScope", "The scope '" + text + "' is not valid."));
    }

    /// A task whose last resource is done is still `Evaluating` until the states tell what it did: who sees it ended finds them changed.
    private Dynamic shown(RemediationTask task) {
        var json = task.toDynamic();
        return task.state().isTerminal() && after.isFollowing(task.id())
                ? json.with(
                        "properties",
                        json.get("properties").with("provisioningState", Dynamic.of("Evaluating")))
                : json;
    }

    private ArmAnswer put(ArmCall call) throws ArmException {
        var scope = scope(call);
        var body = call.object();
        var made = asked(() -> remediation.create(scope, call.name("name"), body, ""));
        after.follow(made.task().id());
        var shown = shown(made.task());
        return made.isNew() ? ArmAnswer.created(shown) : ArmAnswer.ok(shown);
    }

    private ArmAnswer list(ArmCall call) throws ArmException {
        var scope = scope(call);
        int top = call.intParameter("$top", 0, 10_000).orElse(Integer.MAX_VALUE);
        var values = remediation.list(scope).stream().limit(top).map(this::shown).toList();
        return ArmAnswer.ok(
                Dynamic.bag()
                        .put("value", Dynamic.array(values))
                        .put("nextLink", Dynamic.NULL)
                        .build());
    }

    private ArmAnswer delete(ArmCall call) throws ArmException {
        var scope = scope(call);
        String name = call.name("name");
        var known =
                remediation.list(scope).stream()
                        .filter(t -> t.name().equalsIgnoreCase(name) && t.scope().equals(scope))
                        .findFirst();
        boolean deleted = asked(() -> remediation.delete(scope, name));
        return deleted && known.isPresent()
                ? ArmAnswer.ok(known.get().toDynamic())
                : ArmAnswer.empty(204);
    }

    private ArmAnswer steered(ArmCall call, Steering steering) throws ArmException {
        var scope = scope(call);
        return ArmAnswer.ok(shown(asked(() -> steering.on(scope, call.name("name")))));
    }

    private ArmAnswer deployments(ArmCall call) throws ArmException {
        var scope = scope(call);
        int top = call.intParameter("$top", 0, 50_000).orElse(Integer.MAX_VALUE);
        var values =
                asked(() -> remediation.deployments(scope, call.name("name"))).stream()
                        .limit(top)
                        .map(ItemView::toDynamic)
                        .toList();
        return ArmAnswer.ok(
                Dynamic.bag()
                        .put("value", Dynamic.array(values))
                        .put("nextLink", Dynamic.NULL)
                        .build());
    }
}
