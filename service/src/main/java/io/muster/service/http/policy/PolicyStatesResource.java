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
import io.muster.service.http.odata.Filter;
import io.muster.service.http.odata.Names;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.roaringbitmap.RoaringBitmap;

/// Policy Insights' states: records of the latest scan, their summary, and the trigger of a new scan.
@Singleton
final class PolicyStatesResource implements ArmRoutes {
    private static final String INSIGHTS = "/providers/Microsoft.PolicyInsights";
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";
    private static final int PAGE = 1000;
    private static final Names NAMES = Names.of(PolicyStateRecords.PROPERTIES);
    private static final Names SELECTABLE =
            Names.of(
                    Stream.concat(
                                    PolicyStateRecords.PROPERTIES.stream(),
                                    PolicyStateRecords.EXPLAINED.stream())
                            .toList());
    private static final Set<String> QUERY_OPTIONS =
            Set.of(
                    "$top",
                    "$orderby",
                    "$select",
                    "$from",
                    "$to",
                    "$filter",
                    "$apply",
                    "$expand",
                    "$skiptoken");
    private static final Set<String> SUMMARY_OPTIONS = Set.of("$top", "$from", "$to", "$filter");
    private static final String DETAILS = "PolicyEvaluationDetails";
    private static final Pattern COMPONENTS =
            Pattern.compile("components(\\(.*\\))?", Pattern.CASE_INSENSITIVE);

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

    /// The query options of a call, by name in any case.
    ///
    /// @param known those that are taken: one that is misspelt would otherwise be left out without a word
    private static Map<String, String> options(ArmCall call, Set<String> known)
            throws ArmException {
        var options = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (var parameter : call.query()) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            if (name.startsWith("$") && !known.contains(name)) {
                throw ArmException.badRequest(
                        "InvalidQueryParameter",
                        "The query option '%s' is not supported; it takes %s."
                                .formatted(
                                        parameter.name(), String.join(", ", new TreeSet<>(known))));
            }
            options.putIfAbsent(parameter.name(), parameter.value());
        }
        return options;
    }

    /// `latest`: the states at the end of the interval. `default`: every record of it, newest first.
    private ArmAnswer query(ArmCall call, String view) throws ArmException, IOException {
        var asked = asked(call);
        var options = queryOptions(call);
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
        boolean details = isExplained(call, asked, options);
        return NotWhole.on(
                answer(
                        call,
                        options,
                        interval,
                        "policyStates/" + view,
                        records,
                        record -> details ? explained(record) : record),
                TouchedTables.anyNotWhole(current.snapshot()));
    }

    /// A record for each state that a resource came to have in the interval, newest first.
    private ArmAnswer events(ArmCall call) throws ArmException, IOException {
        var asked = asked(call);
        var options = queryOptions(call);
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
        boolean details = isExplained(call, asked, options);
        return answer(
                call,
                options,
                interval,
                "policyEvents/default",
                records,
                record -> details ? explained(record) : record);
    }

    private static QueryOptions queryOptions(ArmCall call) throws ArmException {
        try {
            return QueryOptions.parse(options(call, QUERY_OPTIONS), NAMES, SELECTABLE, PAGE);
        } catch (ODataException fault) {
            throw invalid(fault);
        }
    }

    private static ArmException invalid(ODataException fault) {
        return ArmException.badRequest("InvalidQueryParameter", String.valueOf(fault.getMessage()));
    }

    /// Reasons are computed when asked for, and for one resource only. Records have no components: resource-provider modes are not evaluated.
    private static boolean isExplained(ArmCall call, Asked asked, QueryOptions options)
            throws ArmException {
        String text = call.parameter("$expand").orElse("").strip();
        if (text.isEmpty() || COMPONENTS.matcher(text).matches()) {
            return false;
        }
        if (!text.equalsIgnoreCase(DETAILS)) {
            throw ArmException.badRequest(
                    "InvalidQueryParameter",
                    "$expand is '%s'; %s or components was expected.".formatted(text, DETAILS));
        }
        return asked.scope() instanceof Scope.Resource && !options.isAggregating();
    }

    /// What is told of a record on its page.
    @FunctionalInterface
    private interface Shown {
        Dynamic of(Dynamic record) throws IOException;
    }

    private static ArmAnswer answer(
            ArmCall call,
            QueryOptions options,
            Interval interval,
            String view,
            List<Dynamic> records,
            Shown shown)
            throws ArmException, IOException {
        QueryOptions.Page page;
        try {
            page = options.apply(records);
        } catch (ODataException fault) {
            throw invalid(fault);
        }
        String context =
                call.base()
                        + above(call, 2)
                        + "/$metadata#"
                        + view.substring(view.indexOf('/') + 1);
        var value = new ArrayList<Dynamic>();
        for (var record : page.records()) {
            var entity =
                    Dynamic.bag()
                            .put("@odata.id", Dynamic.NULL)
                            .put("@odata.context", context + "/$entity");
            options.selected(shown.of(record)).members().forEach(entity::put);
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
                                        : Dynamic.of(nextLink(call, interval, page.nextSkip())))
                        .put("value", Dynamic.array(value))
                        .build());
    }

    /// The record with its reasons, what would help, and since when and why it is so, as far as the kept history tells: all as of the record's own time.
    private Dynamic explained(Dynamic record) throws IOException {
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
        return VerdictHistory.since(compliance.history(key, at), key, ordinal.getAsInt())
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

    /// The interval goes along: a scan between two pages would shift what is on them.
    private static String nextLink(ArmCall call, Interval interval, int skip) {
        var link = new StringBuilder(call.base()).append(call.path()).append('?');
        for (var parameter : call.query()) {
            if (!Set.of("$skiptoken", "$from", "$to")
                    .contains(parameter.name().toLowerCase(Locale.ROOT))) {
                link.append(encode(parameter.name()))
                        .append('=')
                        .append(encode(parameter.value()))
                        .append('&');
            }
        }
        return link.append("$from=")
                .append(encode(interval.from().toString()))
                .append("&$to=")
                .append(encode(interval.to().toString()))
                .append("&$skiptoken=")
                .append(skip)
                .toString();
    }

    /// The path without its last segments, in whatever letters they are written.
    private static String above(ArmCall call, int segments) {
        String path = call.path();
        for (int i = 0; i < segments; i++) {
            path = path.replaceFirst("/+[^/]*/*$", "");
        }
        return path;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%24", "$");
    }

    private ArmAnswer summarize(ArmCall call) throws ArmException, IOException {
        var asked = asked(call);
        options(call, SUMMARY_OPTIONS);
        int top = call.intParameter("$top", 0, Integer.MAX_VALUE).orElse(Integer.MAX_VALUE);
        var interval = Interval.of(call, clock.instant());
        var current = compliance.asOf(interval.to());
        String context = call.base() + above(call, 1) + "/$metadata#summary";
        var summary =
                new ComplianceSummary(
                        filtered(call, current, asked),
                        asked.scope(),
                        context + "/$entity",
                        condition -> recordsUri(call, interval, condition));
        var body =
                Dynamic.bag()
                        .put("@odata.context", context)
                        .put("@odata.count", 1)
                        .put("value", Dynamic.array(summary.json(asked.policies(), top)))
                        .build();
        return NotWhole.on(ArmAnswer.ok(body), TouchedTables.anyNotWhole(current.snapshot()));
    }

    /// Where the records behind a number of a summary are asked for: those that its own filter lets through and that meet a condition.
    private static String recordsUri(ArmCall call, Interval interval, String condition) {
        String filter =
                call.parameter("$filter")
                        .map(given -> "(" + given + ") and " + condition)
                        .orElse(condition);
        return call.base()
                + above(call, 1)
                + "/queryResults"
                + "?api-version="
                + encode(call.apiVersion())
                + "&$from="
                + encode(interval.from().toString())
                + "&$to="
                + encode(interval.to().toString())
                + "&$filter="
                + encode(filter);
    }

    /// Only the verdicts whose records pass `$filter`.
    private static FleetCompliance.Current filtered(
            ArmCall call, FleetCompliance.Current current, Asked asked) throws ArmException {
        var filter = call.parameter("$filter");
        if (filter.isEmpty()) {
            return current;
        }
        Filter condition;
        try {
            condition = Filter.parse(filter.get(), NAMES);
        } catch (ODataException fault) {
            throw invalid(fault);
        }
        var kept =
                PolicyStateRecords.of(current, asked.scope(), asked.policies()).stream()
                        .filter(condition::test)
                        .toList();
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
