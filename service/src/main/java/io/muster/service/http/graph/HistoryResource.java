package io.muster.service.http.graph;

import io.muster.core.column.Catalog;
import io.muster.core.column.Table;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.history.HistoryStore;
import io.muster.inventory.resource.ResourceId;
import io.muster.kql.value.QueryStoppedException;
import io.muster.service.fleet.Fleet;
import io.muster.service.fleet.FleetHistory;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.NotWhole;
import io.muster.service.query.FleetCatalog;
import io.muster.service.query.QueryEngine;
import io.muster.service.query.Question;
import io.muster.service.query.Rows;
import io.muster.service.query.TouchedTables;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What became of resources: `resourceChanges` and `resourceChangeDetails` of Resource Graph, and `{resource}/providers/Microsoft.Resources/changes`.
@Singleton
final class HistoryResource implements ArmRoutes {
    private static final String GRAPH = "/providers/Microsoft.ResourceGraph";
    private static final String CHANGES = "{scope}/providers/Microsoft.Resources/changes";
    private static final String TYPE = "Microsoft.Resources/changes";
    private static final int DEFAULT_TOP = 100;

    private final Fleet fleet;
    private final FleetHistory history;
    private final FleetCatalog catalogs;
    private final QueryEngine engine;
    private final InstantSource clock;

    HistoryResource(
            Fleet fleet,
            FleetHistory history,
            FleetCatalog catalogs,
            QueryEngine engine,
            InstantSource clock) {
        this.fleet = fleet;
        this.history = history;
        this.catalogs = catalogs;
        this.engine = engine;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.post(GRAPH + "/resourceChanges", this::changes),
                ArmRoute.post(GRAPH + "/resourceChangeDetails", this::details),
                ArmRoute.get(CHANGES, this::list),
                ArmRoute.get(CHANGES + "/{change}", this::one));
    }

    /// The changes that a query leaves.
    ///
    /// @param torn what of the tables was not collected whole
    private record Found(Table rows, List<String> torn) {
        long count() {
            return rows.rowCount();
        }

        List<ResourceChange> page(long skip, long top, List<HistoryStore.Step> steps) {
            var page = new ArrayList<ResourceChange>();
            Rows.forEach(
                    rows,
                    skip,
                    top,
                    cells ->
                            page.add(
                                    ResourceChange.of(
                                            cells.get(1).textOr(""), cells.get(2), steps)));
            return page;
        }
    }

    private Found find(String source, String where, ArmCall call) throws ArmException {
        var snapshot = fleet.snapshot();
        var read = new TouchedTables(catalogs.over(snapshot));
        String query =
                source
                        + where
                        + " | extend at = todatetime(properties.changeAttributes.timestamp)"
                        + " | order by at desc, id asc | project id, name, properties";
        return new Found(run(query, read, call), read.notWhole(snapshot));
    }

    private Table run(String query, Catalog catalog, ArmCall call) throws ArmException {
        try {
            return engine.run(Question.of(query), catalog, call.departure());
        } catch (DiagnosticException bad) {
            throw QueryErrors.of(bad.diagnostics(), clock.instant(), call.correlationId());
        } catch (QueryStoppedException stopped) {
            throw QueryErrors.stopped(stopped, clock.instant(), call.correlationId());
        }
    }

    private static String among(Set<ResourceId> resources) {
        return " | where tostring(properties.targetResourceId) in~ (%s)"
                .formatted(
                        resources.stream()
                                .map(id -> HistoryRequest.quoted(id.text()))
                                .collect(Collectors.joining(", ")));
    }

    private static String time(Instant at) {
        return "datetime(" + Ticks.formatDateTime(Ticks.of(at)) + ")";
    }

    private ArmAnswer changes(ArmCall call) throws ArmException, IOException {
        var body = call.object();
        var interval = HistoryRequest.interval(body);
        var resources = HistoryRequest.resources(body);
        String subscription = body.getIgnoreCase("subscriptionId").textOr("");
        if (resources.isEmpty() && subscription.isEmpty()) {
            throw GraphRequest.invalid(
                    "InvalidRequest", "'resourceIds' or 'subscriptionId' must be given.");
        }
        var token = token(body.getIgnoreCase("$skipToken"), HistoryRequest.identity(body));
        int top =
                GraphRequest.whole(body, "$top", 1, GraphRequest.MAX_TOP)
                        .map(Long::intValue)
                        .orElse(token == null ? DEFAULT_TOP : token.top());
        long skip = token == null ? 0 : token.skip();
        String where =
                (resources.isEmpty() ? "" : among(resources))
                        + (subscription.isEmpty()
                                ? ""
                                : " | where subscriptionId =~ "
                                        + HistoryRequest.quoted(subscription))
                        + " | where todatetime(properties.changeAttributes.timestamp) >= %s and todatetime(properties.changeAttributes.timestamp) < %s"
                                .formatted(time(interval.start()), time(interval.end()));
        var found = find(HistoryRequest.changesOf(body), where, call);
        var page = found.page(skip, top, history.steps());
        var answer =
                Dynamic.bag()
                        .put(
                                "changes",
                                Dynamic.array(
                                        told(
                                                page,
                                                body.getIgnoreCase("fetchPropertyChanges")
                                                        .boolOr(false),
                                                body.getIgnoreCase("fetchSnapshots")
                                                        .boolOr(false))));
        if (skip + page.size() < found.count()) {
            answer.put(
                    "$skipToken",
                    new SkipToken(skip + page.size(), top, HistoryRequest.identity(body).hashCode())
                            .text());
        }
        return NotWhole.on(ArmAnswer.ok(answer.build()), found.torn());
    }

    private static @Nullable SkipToken token(Dynamic text, String identity) throws ArmException {
        return text.textOr("").isEmpty() ? null : SkipToken.parse(text.textOr(""), identity);
    }

    private List<Dynamic> told(
            List<ResourceChange> changes, boolean withProperties, boolean withContents)
            throws IOException {
        var since =
                changes.stream()
                        .map(ResourceChange::before)
                        .flatMap(Optional::stream)
                        .min(Comparator.naturalOrder());
        var contents =
                withContents && since.isPresent()
                        ? history.versions(
                                since.get(),
                                changes.stream()
                                        .map(ResourceChange::resource)
                                        .flatMap(Optional::stream)
                                        .collect(Collectors.toSet()))
                        : null;
        return changes.stream().map(change -> change.toDynamic(withProperties, contents)).toList();
    }

    private ArmAnswer details(ArmCall call) throws ArmException, IOException {
        var body = call.object();
        var resources = HistoryRequest.resources(body);
        var changes = new LinkedHashSet<>(HistoryRequest.texts(body, "changeIds"));
        if (resources.isEmpty() || changes.isEmpty()) {
            throw GraphRequest.invalid(
                    "InvalidRequest", "'resourceIds' and 'changeIds' must be given.");
        }
        String where =
                among(resources)
                        + " | where name in~ (%s)"
                                .formatted(
                                        changes.stream()
                                                .map(HistoryRequest::quoted)
                                                .collect(Collectors.joining(", ")));
        var found = find(HistoryRequest.changesOf(Dynamic.EMPTY_BAG), where, call);
        var told = told(found.page(0, Long.MAX_VALUE, history.steps()), true, true);
        return NotWhole.on(ArmAnswer.ok(Dynamic.array(told)), found.torn());
    }

    private static ResourceId target(ArmCall call) throws ArmException {
        String text = call.name("scope");
        return ResourceId.tryParse(text)
                .orElseThrow(() ->
                        ArmException.badRequest(
                                "InvalidResourceId", "'%s' is no resource id.".formatted(text)));
    }

    private static Dynamic row(List<Dynamic> cells) {
        return Dynamic.bag()
                .put("id", cells.get(0))
                .put("name", cells.get(1))
                .put("type", TYPE)
                .put("properties", cells.get(2))
                .build();
    }

    private ArmAnswer list(ArmCall call) throws ArmException {
        var target = target(call);
        String identity = target.key();
        var token =
                token(
                        call.parameter("$skipToken").<Dynamic>map(Dynamic::of).orElse(Dynamic.NULL),
                        identity);
        int top =
                call.intParameter("$top", 1, DEFAULT_TOP)
                        .orElse(token == null ? DEFAULT_TOP : token.top());
        long skip = token == null ? 0 : token.skip();
        var found = find(HistoryRequest.changesOf(Dynamic.EMPTY_BAG), among(Set.of(target)), call);
        var rows = new ArrayList<Dynamic>();
        Rows.forEach(found.rows(), skip, top, cells -> rows.add(row(cells)));
        var answer = Dynamic.bag().put("value", Dynamic.array(rows));
        if (skip + rows.size() < found.count()) {
            String next = new SkipToken(skip + rows.size(), top, identity.hashCode()).text();
            answer.put(
                    "nextLink",
                    "%s%s?api-version=%s&$top=%d&$skipToken=%s"
                            .formatted(
                                    call.base(),
                                    call.path(),
                                    URLEncoder.encode(call.apiVersion(), StandardCharsets.UTF_8),
                                    top,
                                    next));
        }
        return NotWhole.on(ArmAnswer.ok(answer.build()), found.torn());
    }

    private ArmAnswer one(ArmCall call) throws ArmException {
        var target = target(call);
        String name = call.name("change");
        var found =
                find(
                        HistoryRequest.changesOf(Dynamic.EMPTY_BAG),
                        among(Set.of(target)) + " | where name =~ " + HistoryRequest.quoted(name),
                        call);
        var rows = new ArrayList<Dynamic>();
        Rows.forEach(found.rows(), 0, 1, cells -> rows.add(row(cells)));
        if (rows.isEmpty()) {
            throw new ArmException(
                    404,
                    "ResourceNotFound",
                    "No change '%s' of '%s' is kept.".formatted(name, target.text()));
        }
        return NotWhole.on(ArmAnswer.ok(rows.getFirst()), found.torn());
    }
}
