package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.CampaignReader;
import io.muster.remediation.Campaigns;
import io.muster.remediation.apply.dryrun.DryRun;
import io.muster.remediation.campaign.Campaign;
import io.muster.remediation.campaign.CampaignStore;
import io.muster.remediation.pace.Members;
import io.muster.remediation.task.RemediationException;
import io.muster.remediation.task.RemediationTask;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Campaigns: an API of our own in ARM's manner, see `docs/api.md`.
@Singleton
final class CampaignsResource implements ArmRoutes {
    private static final String COLLECTION = "{scope}/providers/Muster.Remediation/campaigns";
    private static final String ONE = COLLECTION + "/{name}";

    private final CampaignReader reader;
    private final Optional<Campaigns> runs;

    /// @param runs empty where there is no Azure to write to: what was done before is shown all the same
    CampaignsResource(CampaignStore store, Optional<Campaigns> runs) {
        this.reader = new CampaignReader(store);
        this.runs = runs;
    }

    private Campaigns campaigns() throws ArmException {
        return runs.orElseThrow(Remedies::nothingToWriteTo);
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.get(COLLECTION, this::list),
                ArmRoute.get(ONE, call -> steered(call, reader::get)),
                ArmRoute.put(ONE, this::put),
                ArmRoute.delete(ONE, this::delete),
                ArmRoute.post(ONE + "/dryRun", this::dryRun),
                ArmRoute.post(ONE + "/approve", this::approve),
                ArmRoute.post(ONE + "/cancel", call -> steered(call, campaigns()::cancel)),
                ArmRoute.post(ONE + "/pause", call -> steered(call, campaigns()::pause)),
                ArmRoute.post(ONE + "/resume", call -> steered(call, campaigns()::unpause)),
                ArmRoute.post(ONE + "/rollback", this::rollback),
                ArmRoute.get(ONE + "/events", this::events));
    }

    /// A change of a campaign's course.
    @FunctionalInterface
    private interface Steering {
        Campaign on(ResourceId scope, String name) throws RemediationException;
    }

    private ArmAnswer steered(ArmCall call, Steering steering) throws ArmException {
        var scope = Remedies.scope(call);
        return ArmAnswer.ok(
                Remedies.asked(() -> steering.on(scope, call.name("name"))).toDynamic());
    }

    private ArmAnswer put(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var running = campaigns();
        var body = call.object();
        var made = Remedies.asked(() -> running.create(scope, call.name("name"), body, ""));
        var shown = made.campaign().toDynamic();
        return made.isNew() ? ArmAnswer.created(shown) : ArmAnswer.ok(shown);
    }

    private ArmAnswer list(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        return Remedies.page(
                reader.list(scope).stream()
                        .limit(Remedies.top(call, 10_000))
                        .map(Campaign::toDynamic)
                        .toList());
    }

    private ArmAnswer delete(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var running = campaigns();
        boolean deleted = Remedies.asked(() -> running.delete(scope, call.name("name")));
        return ArmAnswer.empty(deleted ? 200 : 204);
    }

    private ArmAnswer approve(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var running = campaigns();
        String by = asked(call, body -> Members.text(body, "approvedBy"), "approvedBy").orElse("");
        return ArmAnswer.ok(
                Remedies.asked(() -> running.approve(scope, call.name("name"), by)).toDynamic());
    }

    private ArmAnswer rollback(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var running = campaigns();
        var machines =
                asked(
                        call,
                        body ->
                                Members.texts(body, "resourceIds").stream()
                                        .map(ResourceId::parse)
                                        .toList(),
                        "resourceIds");
        var tasks = Remedies.asked(() -> running.rollback(scope, call.name("name"), machines, ""));
        return ArmAnswer.ok(rolledBack(tasks));
    }

    /// The remediation that rolls back; where one is not enough the first, and which do the rest.
    static Dynamic rolledBack(List<RemediationTask> tasks) {
        var first = tasks.getFirst().toDynamic();
        return tasks.size() == 1
                ? first
                : first.with(
                        "furtherRemediations",
                        Dynamic.array(
                                tasks.stream()
                                        .skip(1)
                                        .map(t -> Dynamic.of(t.id().text()))
                                        .toList()));
    }

    /// What a body that may be left out says, to the letter: of a misspelt member nobody should think that it was heard.
    private static <T> T asked(ArmCall call, Function<Dynamic, T> reading, String member)
            throws ArmException {
        var body = call.body().length == 0 ? Dynamic.EMPTY_BAG : call.object();
        try {
            return reading.apply(Members.only(body, "the request", List.of(member)));
        } catch (IllegalArgumentException wrong) {
            throw ArmException.badRequest(
                    "InvalidCampaignRequest", String.valueOf(wrong.getMessage()));
        }
    }

    private ArmAnswer dryRun(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        var running = campaigns();
        var body = call.object();
        var dry = Remedies.uninterrupted(() -> running.dryRun(scope, call.name("name"), body));
        return ArmAnswer.ok(
                Dynamic.bag()
                        .put(
                                "rings",
                                Dynamic.array(
                                        dry.rings().stream().map(CampaignsResource::ring).toList()))
                        .put("unassignedMachines", dry.unassigned())
                        .build());
    }

    private static Dynamic ring(Campaigns.DryRing ring) {
        return Dynamic.bag()
                .put("name", ring.name())
                .put("machines", ring.lines().size())
                .put(
                        "resources",
                        Dynamic.array(ring.lines().stream().map(DryRun.Line::toDynamic).toList()))
                .build();
    }

    private ArmAnswer events(ArmCall call) throws ArmException {
        var scope = Remedies.scope(call);
        int after = call.intParameter("after", 0, Integer.MAX_VALUE).orElse(0);
        var events = Remedies.asked(() -> reader.events(scope, call.name("name")));
        List<Dynamic> shown = new ArrayList<>();
        for (int i = after; i < events.size(); i++) {
            shown.add(events.get(i).toDynamic().with("sequence", Dynamic.of(i + 1)));
        }
        return Remedies.page(shown);
    }
}
