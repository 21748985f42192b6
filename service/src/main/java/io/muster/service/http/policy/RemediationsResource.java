package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.Remediation;
import io.muster.remediation.TaskReader;
import io.muster.remediation.apply.dryrun.DryRun;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/// Policy Insights' remediations: made, watched, cancelled and deleted at their scopes. `pause`, `resume`, `dryRun` and `events` are
/// additions of ours.
@Singleton
final class RemediationsResource implements ArmRoutes {
    private static final String COLLECTION =
            "{scope}/providers/Microsoft.PolicyInsights/remediations";
    private static final String ONE = COLLECTION + "/{name}";

    private final TaskReader reader;
    private final Optional<Remediation> runs;

    /// @param runs empty where there is no Azure to write to: what was done before is shown all the same
    RemediationsResource(TaskReader reader, Optional<Remediation> runs) {
        this.reader = reader;
        this.runs = runs;
    }

    private Remediation remediation() throws ArmException {
        return runs.orElseThrow(Remedies::nothingToWriteTo);
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.get(COLLECTION, this::list),
                ArmRoute.get(ONE, call -> steered(call, reader::get)),
                ArmRoute.put(ONE, this::put),
                ArmRoute.delete(ONE, this::delete),
                ArmRoute.post(ONE + "/cancel", call -> steered(call, remediation()::cancel)),
                ArmRoute.post(ONE + "/pause", call -> steered(call, remediation()::pause)),
                ArmRoute.post(ONE + "/resume", call -> steered(call, remediation()::unpause)),
                ArmRoute.post(ONE + "/listDeployments", this::deployments),
                ArmRoute.post(ONE + "/dryRun", this::dryRun),
                ArmRoute.get(ONE + "/events", this::events));
    }

    /// A change of a task's course.
    @FunctionalInterface
    private interface Steering {
        RemediationTask on(ResourceId scope, String name) throws RemediationException;
    }

    /// A task whose last resource is done is still `Evaluating` until the states tell what it did: who sees it ended finds them changed.
    private Dynamic shown(RemediationTask task) {
        var json = task.toDynamic();
        return isEvaluating(task)
                ? json.with(
                        "properties",
                        json.get("properties").with("provisioningState", Dynamic.of("Evaluating")))
                : json;
    }

    private boolean isEvaluating(RemediationTask task) {
        return task.state().isTerminal() && !task.told() && runs.isPresent();
    }

    /// The task of that name, when there is one and it is shown as not over: it is neither replaced nor deleted.
    private Optional<RemediationTask> evaluating(ResourceId scope, String name) {
        return reader.ledger().task(RemediationTask.idOf(scope, name)).filter(this::isEvaluating);
    }

    private ArmAnswer put(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var remediation = remediation();
        var body = call.object();
        String name = call.name("name");
        var made =
                Remedies.asked(() -> {
                    if (evaluating(scope, name).isPresent()) {
                        throw RemediationException.stillActive(name);
                    }
                    return remediation.create(scope, name, body, "");
                });
        var shown = shown(made.task());
        return made.isNew() ? ArmAnswer.created(shown) : ArmAnswer.ok(shown);
    }

    private ArmAnswer list(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var filter = Remedies.filter(call);
        return Remedies.page(
                reader.list(scope).stream()
                        .filter(task ->
                                filter.test(
                                        shown(task)
                                                .get("properties")
                                                .with("name", Dynamic.of(task.name()))))
                        .limit(Remedies.top(call, 10_000))
                        .map(this::shown)
                        .toList());
    }

    private ArmAnswer delete(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var remediation = remediation();
        String name = call.name("name");
        var known = reader.ledger().task(RemediationTask.idOf(scope, name));
        boolean deleted =
                Remedies.asked(() -> {
                    if (evaluating(scope, name).isPresent()) {
                        throw RemediationException.notTerminal(name);
                    }
                    return remediation.delete(scope, name);
                });
        return deleted && known.isPresent()
                ? ArmAnswer.ok(known.get().toDynamic())
                : ArmAnswer.empty(204);
    }

    private ArmAnswer steered(ArmCall call, Steering steering) throws ArmException {
        var scope = Remedies.scope(call);
        return ArmAnswer.ok(shown(Remedies.asked(() -> steering.on(scope, call.name("name")))));
    }

    private ArmAnswer deployments(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        return Remedies.page(
                Remedies.asked(() -> reader.deployments(scope, call.name("name"))).stream()
                        .limit(Remedies.top(call, 50_000))
                        .map(ItemView::toDynamic)
                        .toList());
    }

    /// What the task of that body would do; nothing is sent and nothing kept.
    private ArmAnswer dryRun(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var remediation = remediation();
        var body = call.object();
        var report =
                Remedies.uninterrupted(() -> remediation.dryRun(scope, call.name("name"), body));
        var lines =
                Dynamic.bag()
                        .put(
                                "value",
                                Dynamic.array(
                                        report.lines().stream()
                                                .map(DryRun.Line::toDynamic)
                                                .toList()))
                        .put("nextLink", Dynamic.NULL);
        if (report.found() > report.lines().size()) {
            lines.put("resourcesFound", report.found());
        }
        return ArmAnswer.ok(lines.build());
    }

    /// The lines of the ledger after a sequence number: who asks again with the last one that it saw follows a task as it goes.
    private ArmAnswer events(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        int after = call.intParameter("after", 0, Integer.MAX_VALUE).orElse(0);
        return Remedies.page(
                Remedies.asked(() -> reader.events(scope, call.name("name"), after)).stream()
                        .limit(Remedies.top(call, 50_000))
                        .map(line ->
                                Dynamic.bag()
                                        .put("sequence", line.sequence())
                                        .put("at", line.at().toString())
                                        .put("resourceId", line.resource().text())
                                        .put("kind", line.event().kind())
                                        .put("event", line.event().toDynamic())
                                        .build())
                        .toList());
    }
}
