package io.muster.service.http.graph;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.history.StatesWithin;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.kql.CancellationToken;
import io.muster.kql.Kql;
import io.muster.kql.value.QueryStoppedException;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.fleet.FleetHistory.UnknownInstantException;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.NotWhole;
import io.muster.service.http.wire.ErrorBody;
import io.muster.service.http.wire.GraphAnswer;
import io.muster.service.http.wire.HistoryAnswer;
import io.muster.service.query.Difference;
import io.muster.service.query.FleetCatalog;
import io.muster.service.query.QueryEngine;
import io.muster.service.query.QueryScope;
import io.muster.service.query.Rows;
import io.muster.service.query.ScopedCatalog;
import io.muster.service.query.TouchedTables;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `POST /providers/Microsoft.ResourceGraph/resources` and its operations list.
@Singleton
final class GraphResource implements ArmRoutes {
    private static final String PROVIDER = "/providers/Microsoft.ResourceGraph";

    private final Fleet fleet;
    private final FleetHistory history;
    private final FleetCatalog catalogs;
    private final QueryEngine engine;
    private final QueryQuota quota;
    private final SavedTexts saved;
    private final InstantSource clock;

    GraphResource(
            Fleet fleet,
            FleetHistory history,
            FleetCatalog catalogs,
            QueryEngine engine,
            QueryQuota quota,
            SavedTexts saved,
            InstantSource clock) {
        this.fleet = fleet;
        this.history = history;
        this.catalogs = catalogs;
        this.engine = engine;
        this.quota = quota;
        this.saved = saved;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.post(PROVIDER + "/resources", this::query),
                ArmRoute.post(PROVIDER + "/resourcesHistory", this::states),
                ArmRoute.get(PROVIDER + "/operations", _ -> operations()));
    }

    private ArmAnswer query(ArmCall call) throws ArmException {
        var headers = quota.take();
        var asked = GraphRequest.parse(call.object(), call.apiVersion());
        var request = asked.asking(saved.splice(asked.query()));
        var unused = request.question().unusedName();
        if (unused.isPresent()) {
            throw GraphRequest.invalid(
                    "InvalidQueryOptions",
                    "'parameters' has '%s', a name that is not in the query."
                            .formatted(unused.get()));
        }
        try {
            var snapshot = snapshot(request.asOf());
            var read = new TouchedTables(tables(request.asOf(), snapshot));
            var torn = new LinkedHashSet<String>();
            var body = answer(request, snapshot, read, call, torn);
            torn.addAll(read.notWhole(snapshot));
            return withHeaders(NotWhole.on(ArmAnswer.ok(body), List.copyOf(torn)), headers);
        } catch (DiagnosticException bad) {
            throw QueryErrors.of(bad.diagnostics(), clock.instant(), call.correlationId());
        } catch (QueryStoppedException stopped) {
            throw QueryErrors.stopped(stopped, clock.instant(), call.correlationId());
        }
    }

    /// Every state that resources had in an interval, by a query that need not name a table: `where name =~ 'x' | project id, properties`.
    private ArmAnswer states(ArmCall call) throws ArmException, IOException {
        var headers = quota.take();
        var body = call.object();
        var interval = HistoryRequest.interval(body.getIgnoreCase("options"));
        // Until a format is asked for it is the table.
        var asked = GraphRequest.parse(body, "2020");
        if (asked.asOf().isPresent() || asked.since().isPresent()) {
            throw GraphRequest.invalid(
                    "InvalidQueryOptions",
                    "'asOf' and 'since' cannot be asked for beside an interval.");
        }
        var states =
                interval.isEmpty()
                        ? StatesWithin.of(
                                Snapshot.empty(fleet.snapshot().layout(), interval.start()),
                                List.of())
                        : history.within(interval.start(), interval.end());
        var request = asked.asking(saved.splice(asked.query()));
        var torn = new LinkedHashSet<String>();
        try {
            var snapshot = fleet.snapshot();
            var read = new TouchedTables(states);
            var found = answer(request, snapshot, read, call, torn);
            torn.addAll(read.notWhole(snapshot));
            var told =
                    new HistoryAnswer(
                            found.count(), found.totalRecords(), found.data(), found.skipToken());
            return withHeaders(NotWhole.on(ArmAnswer.ok(told), List.copyOf(torn)), headers);
        } catch (DiagnosticException bad) {
            throw QueryErrors.of(bad.diagnostics(), clock.instant(), call.correlationId());
        } catch (QueryStoppedException stopped) {
            throw QueryErrors.stopped(stopped, clock.instant(), call.correlationId());
        }
    }

    private static ArmAnswer withHeaders(ArmAnswer plain, Map<String, String> headers) {
        var answer = plain;
        for (var header : headers.entrySet()) {
            answer = answer.withHeader(header.getKey(), header.getValue());
        }
        return answer;
    }

    private Snapshot snapshot(Optional<Instant> asOf) throws ArmException {
        try {
            return asOf.isEmpty() ? fleet.snapshot() : history.asOf(asOf.get());
        } catch (UnknownInstantException unknown) {
            throw GraphRequest.invalid("InstantNotAvailable", String.valueOf(unknown.getMessage()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Catalog tables(Optional<Instant> asOf, Snapshot snapshot) {
        return asOf.map(at -> catalogs.asOf(at, snapshot)).orElseGet(() -> catalogs.over(snapshot));
    }

    /// @param torn is given the readings of an earlier state asked for besides that were not whole
    private GraphAnswer answer(
            GraphRequest request, Snapshot snapshot, Catalog tables, ArmCall call, Set<String> torn)
            throws ArmException, DiagnosticException {
        var catalog = scoped(request, snapshot, tables, call);
        SkipToken token =
                request.skipToken().isEmpty()
                        ? null
                        : SkipToken.parse(request.skipToken().get(), request.identity());
        int top = request.top().orElse(token == null ? GraphRequest.DEFAULT_TOP : token.top());
        long skip = skip(request, token);

        var result = engine.run(request.question(), catalog, call.departure());
        if (request.since().isPresent()) {
            var earlier = snapshot(request.since());
            var read = new TouchedTables(tables(request.since(), earlier));
            result =
                    Difference.between(
                            engine.run(
                                    request.question(),
                                    scoped(request, earlier, read, call),
                                    call.departure()),
                            result);
            torn.addAll(read.notWhole(earlier));
        }

        long total = result.rowCount();
        long count = Math.max(0, Math.min(top, total - skip));
        boolean more = skip + count < total;
        // A query that limits itself begins anew at each request: Resource Graph gives no token for
        // it.
        boolean canPage = result.schema().indexOf("id") >= 0 && !Kql.limitsItself(request.query());
        return new GraphAnswer(
                total,
                count,
                more && !canPage ? "true" : "false",
                more && canPage
                        ? new SkipToken(skip + count, top, request.identity().hashCode()).text()
                        : null,
                data(result, skip, count, request.asTable()),
                facets(request, catalog, call.departure()),
                request.explain()
                        ? engine.explain(request.question(), catalog, call.departure())
                        : null);
    }

    private static long skip(GraphRequest request, @Nullable SkipToken token) {
        if (request.skip().isPresent() && !Kql.limitsItself(request.query())) {
            return request.skip().get();
        }
        return token == null ? 0 : token.skip();
    }

    private Catalog scoped(GraphRequest request, Snapshot snapshot, Catalog all, ArmCall call)
            throws ArmException {
        var within =
                QueryScope.of(
                        snapshot,
                        request.subscriptions(),
                        request.managementGroups(),
                        request.authorizationScopeFilter());
        if (within.isEmpty()) {
            return all;
        }
        if (within.get().subscriptions().isEmpty()) {
            throw new ArmException(
                    400,
                    "BadRequest",
                    QueryErrors.support(clock.instant(), call.correlationId()),
                    null,
                    List.of(
                            ErrorBody.Detail.of(
                                    "NoValidSubscriptionsInQueryRequest",
                                    "There must be at least one subscription that is eligible to contain resources. Given: '%s'."
                                            .formatted(
                                                    String.join(
                                                            ", ",
                                                            request.subscriptions().isEmpty()
                                                                    ? request.managementGroups()
                                                                    : request.subscriptions())))));
        }
        return new ScopedCatalog(all, within.get());
    }

    private static Object data(Table table, long skip, long count, boolean asTable) {
        if (!asTable) {
            return Rows.objects(table, skip, count);
        }
        var rows = new ArrayList<List<Dynamic>>();
        Rows.forEach(table, skip, count, rows::add);
        return new GraphAnswer.Rows(
                table.schema().fields().stream()
                        .map(f -> new GraphAnswer.Column(f.name(), wireType(f.type())))
                        .toList(),
                rows);
    }

    private static String wireType(KqlType type) {
        return switch (type) {
            case STRING, GUID, TIMESPAN -> "string";
            case INT, LONG -> "integer";
            case REAL, DECIMAL -> "number";
            case BOOL -> "boolean";
            case DATETIME -> "datetime";
            case DYNAMIC -> "object";
        };
    }

    /// Each facet is the query with a summary behind it.
    private List<GraphAnswer.Facet> facets(
            GraphRequest request, Catalog catalog, CancellationToken departure) {
        var facets = new ArrayList<GraphAnswer.Facet>();
        for (var facet : request.facets()) {
            facets.add(facet(request, facet, catalog, departure));
        }
        return facets;
    }

    private GraphAnswer.Facet facet(
            GraphRequest request,
            GraphRequest.Facet facet,
            Catalog catalog,
            CancellationToken departure) {
        if (facet.expression().isBlank()) {
            return GraphAnswer.Facet.failed(
                    facet.expression(), List.of(QueryErrors.noValidColumns()));
        }
        var text = new StringBuilder(Kql.unended(request.query()));
        if (!facet.filter().isBlank()) {
            text.append("\n| where ").append(facet.filter());
        }
        text.append("\n| summarize ['count'] = count() by ");
        int from = text.length();
        text.append(facet.expression());
        int to = text.length();
        text.append("\n| order by ")
                .append(facet.sortBy().equals("count") ? "['count']" : facet.sortBy());
        text.append(facet.descending() ? " desc" : " asc");
        try {
            var result =
                    engine.run(request.question().withText(text.toString()), catalog, departure);
            long count = Math.min(facet.top(), result.rowCount());
            return new GraphAnswer.Facet(
                    facet.expression(),
                    "FacetResult",
                    result.rowCount(),
                    count,
                    data(result, 0, count, request.asTable()),
                    null);
        } catch (DiagnosticException bad) {
            return GraphAnswer.Facet.failed(
                    facet.expression(),
                    QueryErrors.ofFacet(
                            bad.diagnostics(), text.length() - from, text.length() - to));
        }
    }

    private static ArmAnswer operations() {
        var operations = new ArrayList<Dynamic>();
        var known = new LinkedHashMap<String, List<String>>();
        known.put(
                "Microsoft.ResourceGraph/resources/read",
                List.of("Resources", "Query resources", "Submits a query on resources."));
        known.put(
                "Microsoft.ResourceGraph/resourcesHistory/read",
                List.of(
                        "Resources History",
                        "Query history of resources",
                        "Lists all states of resources within an interval."));
        known.put(
                "Microsoft.ResourceGraph/resourceChanges/read",
                List.of(
                        "Resource Changes",
                        "List changes of resources",
                        "Lists changes of resources within an interval."));
        known.put(
                "Microsoft.ResourceGraph/resourceChangeDetails/read",
                List.of(
                        "Resource Change Details",
                        "Get changes of resources",
                        "Gets changes with the resources before and after them."));
        known.put(
                "Microsoft.ResourceGraph/operations/read",
                List.of("Operation", "Get operations", "Gets the list of supported operations."));
        known.forEach((name, texts) ->
                operations.add(
                        Dynamic.bag()
                                .put("name", name)
                                .put(
                                        "display",
                                        Dynamic.bag()
                                                .put("provider", "Microsoft Resource Graph")
                                                .put("resource", texts.get(0))
                                                .put("operation", texts.get(1))
                                                .put("description", texts.get(2))
                                                .build())
                                .build()));
        return ArmAnswer.ok(Dynamic.bag().put("value", Dynamic.array(operations)).build());
    }
}
