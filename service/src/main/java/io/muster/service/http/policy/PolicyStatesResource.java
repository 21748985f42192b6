package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.policy.compile.AssignedPolicy;
import io.muster.policy.compile.PolicyKey;
import io.muster.policy.evaluate.ComplianceState;
import io.muster.policy.evaluate.PolicyState;
import io.muster.policy.evaluate.Verdicts;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.PolicyStateRecords;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.odata.ODataException;
import io.muster.service.http.odata.QueryOptions;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.NotWhole;
import io.muster.service.query.TouchedTables;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.roaringbitmap.RoaringBitmap;

/// Policy Insights' states: records of the latest scan, their summary, and the trigger of a new scan.
@Singleton
final class PolicyStatesResource implements ArmRoutes {
    private static final String INSIGHTS = "/providers/Microsoft.PolicyInsights";
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private static final int DEFAULT_TOP = 1000;

    private final FleetCompliance compliance;
    private final ScanJobs jobs;
    private final InstantSource clock;

    PolicyStatesResource(FleetCompliance compliance, ScanJobs jobs, InstantSource clock) {
        this.compliance = compliance;
        this.jobs = jobs;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        var routes = new ArrayList<ArmRoute>();
        for (String view : List.of("latest", "default")) {
            String states = INSIGHTS + "/policyStates/" + view;
            routes.add(
                    ArmRoute.post("{scope}" + states + "/queryResults", call -> query(call, view)));
        }
        routes.add(
                ArmRoute.post(
                        "{scope}" + INSIGHTS + "/policyEvents/default/queryResults", this::events));
        routes.add(
                ArmRoute.post(
                        "{scope}" + INSIGHTS + "/policyStates/latest/summarize", this::summarize));
        routes.add(
                ArmRoute.post(
                        "{scope}" + INSIGHTS + "/policyStates/latest/triggerEvaluation",
                        this::trigger));
        routes.add(
                ArmRoute.get(
                        "{scope}" + INSIGHTS + "/asyncOperationResults/{operation}",
                        this::operation));
        return routes;
    }

    /// What a path asks about: resources in a scope, under all policies or those of one object.
    private record Asked(Scope scope, Predicate<AssignedPolicy> policies) {}

    /// `{subscription}/providers/Microsoft.Authorization/policyAssignments/{n}` and its kin are scopes of their own in Policy Insights.
    private static Asked asked(ArmCall call) throws ArmException {
        String text = call.name("scope");
        int at = text.toLowerCase(Locale.ROOT).lastIndexOf(AUTHORIZATION.toLowerCase(Locale.ROOT));
        if (at < 0) {
            return new Asked(call.scope(), _ -> true);
        }
        String[] object = text.substring(at + AUTHORIZATION.length()).split("/");
        if (object.length != 2) {
            return new Asked(call.scope(), _ -> true);
        }
        var scope =
                Scope.tryParse(text.substring(0, at))
                        .orElseThrow(() ->
                                ArmException.badRequest(
                                        "InvalidScope", "The scope '" + text + "' is not valid."));
        String name = object[1];
        Predicate<AssignedPolicy> policies =
                switch (object[0].toLowerCase(Locale.ROOT)) {
                    case "policyassignments" -> p -> p.assignment().id().equalsIgnoreCase(text);
                    case "policydefinitions" -> p -> isMeant(p.definition().id(), name, text);
                    case "policysetdefinitions" -> p -> isOfSet(p, name, text);
                    default ->
                            throw ArmException.badRequest(
                                    "InvalidScope", "The scope '" + text + "' is not valid.");
                };
        return new Asked(scope, policies);
    }

    private static boolean isOfSet(AssignedPolicy policy, String name, String asked) {
        var set = policy.set();
        return set != null && isMeant(set.id(), name, asked);
    }

    /// A definition is asked for by its name below a subscription, wherever above the subscription it is kept: built in, or at a management group.
    private static boolean isMeant(String id, String name, String asked) {
        String lower = id.toLowerCase(Locale.ROOT);
        return id.equalsIgnoreCase(asked)
                || (lower.startsWith("/providers/")
                        && lower.endsWith('/' + name.toLowerCase(Locale.ROOT)));
    }

    private static Map<String, String> options(ArmCall call) {
        var options = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        call.query().forEach(p -> options.putIfAbsent(p.name(), p.value()));
        return options;
    }

    /// `latest`: the states at the end of the interval. `default`: every record of it, newest first.
    private ArmAnswer query(ArmCall call, String view) throws ArmException, IOException {
        var asked = asked(call);
        var interval = Interval.of(call, clock.instant());
        var current = compliance.asOf(interval.to());
        var records =
                new ArrayList<>(PolicyStateRecords.of(current, asked.scope(), asked.policies()));
        if (view.equals("default")) {
            // Each latest record once: as the scan that confirmed it has it.
            PolicyStateRecords.writeTurned(
                    current,
                    compliance::judgedAt,
                    compliance.history(interval.from(), interval.to()).stream()
                            .filter(step -> step.at().isBefore(current.scannedAt()))
                            .toList(),
                    asked.scope(),
                    asked.policies(),
                    records::add);
        }
        boolean details = isExplained(call, asked);
        var steps =
                details
                        ? compliance.history(Instant.EPOCH, current.scannedAt())
                        : List.<VerdictHistory.Step>of();
        return NotWhole.on(
                answer(
                        call,
                        "policyStates/" + view,
                        records,
                        record -> details ? explained(steps, record) : record),
                TouchedTables.anyNotWhole(current.snapshot()));
    }

    /// A record for each state that a resource came to have in the interval, newest first.
    private ArmAnswer events(ArmCall call) throws ArmException, IOException {
        var asked = asked(call);
        var interval = Interval.of(call, clock.instant());
        var records = new ArrayList<Dynamic>();
        PolicyStateRecords.writeTurned(
                compliance.current(),
                compliance::judgedAt,
                compliance.history(interval.from(), interval.to()),
                asked.scope(),
                asked.policies(),
                record ->
                        records.add(
                                record.with("tenantId", Dynamic.of(""))
                                        .with("principalOid", Dynamic.of(""))
                                        .with("components", Dynamic.NULL)));
        boolean details = isExplained(call, asked);
        var steps =
                details
                        ? compliance.history(Instant.EPOCH, interval.to())
                        : List.<VerdictHistory.Step>of();
        return answer(
                call,
                "policyEvents/default",
                records,
                record -> details ? explained(steps, record) : record);
    }

    /// Reasons are computed when asked for, and for one resource only.
    private static boolean isExplained(ArmCall call, Asked asked) {
        return call.parameter("$expand").orElse("").equalsIgnoreCase("PolicyEvaluationDetails")
                && asked.scope() instanceof Scope.Resource;
    }

    /// What is told of a record on its page.
    @FunctionalInterface
    private interface Shown {
        Dynamic of(Dynamic record) throws IOException;
    }

    private ArmAnswer answer(ArmCall call, String view, List<Dynamic> records, Shown shown)
            throws ArmException, IOException {
        QueryOptions options;
        try {
            options = QueryOptions.parse(options(call), DEFAULT_TOP);
        } catch (ODataException fault) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter", String.valueOf(fault.getMessage()));
        }
        var page = options.apply(records);
        int slash = view.indexOf('/');
        String context =
                call.base()
                        + call.path().replace(view.substring(slash) + "/queryResults", "")
                        + "/$metadata#"
                        + view.substring(slash + 1);
        var value = new ArrayList<Dynamic>();
        for (var record : page.records()) {
            var entity =
                    Dynamic.bag()
                            .put("@odata.id", Dynamic.NULL)
                            .put("@odata.context", context + "/$entity");
            shown.of(record).members().forEach(entity::put);
            value.add(entity.build());
        }
        return ArmAnswer.ok(
                Dynamic.bag()
                        .put("@odata.context", context)
                        .put("@odata.count", value.size())
                        .put(
                                "@odata.nextLink",
                                page.nextSkip() == 0
                                        ? Dynamic.NULL
                                        : Dynamic.of(nextLink(call, page.nextSkip())))
                        .put("value", Dynamic.array(value))
                        .build());
    }

    /// The record with its reasons, what would help, and since when and why it is so, as far as the kept history tells: all as of the record's own time.
    ///
    /// @param steps newest first
    private Dynamic explained(List<VerdictHistory.Step> steps, Dynamic record) throws IOException {
        var key = keyOf(record);
        String id = record.get("resourceId").textOr("");
        var at = Instant.parse(record.get("timestamp").textOr(""));
        var then = compliance.judgedAt(at);
        if (then.isEmpty()) {
            return record;
        }
        var engine = then.get().engine();
        var snapshot = then.get().snapshot();
        var state =
                at.isBefore(compliance.current().scannedAt())
                        ? engine.explainWithRemedy(key, id, snapshot, at)
                        : engine.explainWithRemedy(key, id, snapshot);
        var reasons =
                state.map(found -> record.with("policyEvaluationDetails", details(found, record)))
                        .orElse(record);
        var ordinal = snapshot.ordinal(id);
        if (ordinal.isEmpty()) {
            return reasons;
        }
        var until = steps.stream().filter(step -> !step.at().isAfter(at)).toList();
        return VerdictHistory.since(until, key, ordinal.getAsInt())
                .map(since ->
                        reasons.with("stateSince", Dynamic.of(since.at().toString()))
                                .with("stateCause", Dynamic.of(since.cause().wireName())))
                .orElse(reasons);
    }

    /// Where an object changed after the scan that judged the resource, or one of then is not kept any more, what is found is told for what it is.
    private static Dynamic details(PolicyState found, Dynamic record) {
        var details = found.details().toJson();
        return found.state().wireName().equals(record.get("complianceState").textOr(""))
                ? details
                : details.with(
                        "reason",
                        Dynamic.of(
                                "The policy is another than the one that judged it: this one finds the resource %s."
                                        .formatted(found.state().wireName())));
    }

    private static String nextLink(ArmCall call, int skip) {
        var link = new StringBuilder(call.base()).append(call.path()).append('?');
        for (var parameter : call.query()) {
            if (!parameter.name().equalsIgnoreCase("$skiptoken")) {
                link.append(encode(parameter.name()))
                        .append('=')
                        .append(encode(parameter.value()))
                        .append('&');
            }
        }
        return link.append("$skiptoken=").append(skip).toString();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%24", "$");
    }

    private ArmAnswer summarize(ArmCall call) throws ArmException, IOException {
        var asked = asked(call);
        int top = call.intParameter("$top", 0, 1_000_000).orElse(Integer.MAX_VALUE);
        var current = compliance.asOf(Interval.of(call, clock.instant()).to());
        var queryUri =
                new StringBuilder(call.base())
                        .append(call.path().replace("/summarize", "/queryResults"))
                        .append("?api-version=")
                        .append(call.apiVersion());
        for (String option : List.of("$from", "$to", "$filter")) {
            call.parameter(option)
                    .ifPresent(value ->
                            queryUri.append('&').append(option).append('=').append(encode(value)));
        }
        var summary =
                new ComplianceSummary(
                        filtered(call, current, asked), asked.scope(), queryUri.toString());
        var body =
                Dynamic.bag()
                        .put(
                                "@odata.context",
                                call.base()
                                        + call.path().replace("/summarize", "")
                                        + "/$metadata#summary")
                        .put("@odata.count", 1)
                        .put("value", Dynamic.array(summary.json(asked.policies(), top)))
                        .build();
        return NotWhole.on(ArmAnswer.ok(body), TouchedTables.anyNotWhole(current.snapshot()));
    }

    /// Only the verdicts whose records pass `$filter`.
    private static FleetCompliance.Current filtered(
            ArmCall call, FleetCompliance.Current current, Asked asked) throws ArmException {
        var filter = call.parameter("$filter");
        if (filter.isEmpty()) {
            return current;
        }
        List<Dynamic> kept;
        try {
            kept =
                    QueryOptions.parse(Map.of("$filter", filter.get()), Integer.MAX_VALUE)
                            .apply(PolicyStateRecords.of(current, asked.scope(), asked.policies()))
                            .records();
        } catch (ODataException fault) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter", String.valueOf(fault.getMessage()));
        }
        Map<PolicyKey, Map<ComplianceState, RoaringBitmap>> states = new HashMap<>();
        for (var record : kept) {
            var state = ComplianceState.parse(record.get("complianceState").textOr(""));
            var ordinal = current.snapshot().ordinal(record.get("resourceId").textOr(""));
            if (state.isPresent() && ordinal.isPresent()) {
                states.computeIfAbsent(keyOf(record), _ -> new EnumMap<>(ComplianceState.class))
                        .computeIfAbsent(state.get(), _ -> new RoaringBitmap())
                        .add(ordinal.getAsInt());
            }
        }
        return new FleetCompliance.Current(
                current.engine(),
                current.snapshot(),
                new Verdicts(current.verdicts().snapshotVersion(), states),
                current.scannedAt());
    }

    private static PolicyKey keyOf(Dynamic record) {
        return new PolicyKey(
                record.get("policyAssignmentId").textOr(""),
                record.get("policyDefinitionReferenceId").textOr(""));
    }

    private ArmAnswer trigger(ArmCall call) throws ArmException {
        call.scope();
        String operation = jobs.start();
        return ArmAnswer.empty(202)
                .withHeader(
                        "Location",
                        call.base()
                                + call.name("scope")
                                + INSIGHTS
                                + "/asyncOperationResults/"
                                + operation
                                + "?api-version="
                                + call.apiVersion())
                .withHeader("Retry-After", "1");
    }

    private ArmAnswer operation(ArmCall call) throws ArmException {
        String name = call.name("operation");
        var state =
                jobs.state(name)
                        .orElseThrow(() ->
                                new ArmException(
                                        404,
                                        "NotFound",
                                        "The operation '%s' could not be found.".formatted(name)));
        return switch (state) {
            case ScanJobs.State.Running _ ->
                    ArmAnswer.empty(202)
                            .withHeader(
                                    "Location",
                                    call.base() + call.path() + "?api-version=" + call.apiVersion())
                            .withHeader("Retry-After", "1");
            case ScanJobs.State.Done _ -> ArmAnswer.empty(200);
            case ScanJobs.State.Failed(var why) -> throw new ArmException(500, "ScanFailed", why);
        };
    }
}
