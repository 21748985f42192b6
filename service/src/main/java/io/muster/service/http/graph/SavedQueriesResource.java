package io.muster.service.http.graph;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.store.SavedQueries;
import io.muster.service.store.SavedQuery;
import jakarta.inject.Singleton;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/// `{resource group}/providers/Microsoft.ResourceGraph/queries`: queries kept by name.
@Singleton
final class SavedQueriesResource implements ArmRoutes {
    private static final String GROUP = "/subscriptions/{subscription}/resourceGroups/{group}";
    private static final String QUERIES = "/providers/Microsoft.ResourceGraph/queries";

    private final SavedQueries store;
    private final InstantSource clock;

    SavedQueriesResource(SavedQueries store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(
                ArmRoute.get("/subscriptions/{subscription}" + QUERIES, this::listOfSubscription),
                ArmRoute.get(GROUP + QUERIES, this::listOfGroup),
                ArmRoute.get(GROUP + QUERIES + "/{name}", this::get),
                ArmRoute.put(GROUP + QUERIES + "/{name}", this::put),
                ArmRoute.patch(GROUP + QUERIES + "/{name}", this::patch),
                ArmRoute.delete(GROUP + QUERIES + "/{name}", this::delete));
    }

    private static String idOf(ArmCall call) {
        return "/subscriptions/%s/resourceGroups/%s%s/%s"
                .formatted(
                        call.name("subscription"), call.name("group"), QUERIES, call.name("name"));
    }

    private ArmAnswer listOfSubscription(ArmCall call) {
        return list("/subscriptions/" + call.name("subscription") + "/");
    }

    private ArmAnswer listOfGroup(ArmCall call) {
        return list(
                "/subscriptions/%s/resourceGroups/%s/"
                        .formatted(call.name("subscription"), call.name("group")));
    }

    private ArmAnswer list(String prefix) {
        String lower = prefix.toLowerCase(Locale.ROOT);
        var found =
                store.findAllOrderById().stream()
                        .filter(q -> q.id().toLowerCase(Locale.ROOT).startsWith(lower))
                        .map(SavedQueriesResource::shown)
                        .toList();
        return ArmAnswer.ok(Dynamic.bag().put("value", Dynamic.array(found)).build());
    }

    private ArmAnswer get(ArmCall call) throws ArmException {
        return ArmAnswer.ok(shown(existing(call)));
    }

    private SavedQuery existing(ArmCall call) throws ArmException {
        return find(call)
                .orElseThrow(() ->
                        new ArmException(
                                404,
                                "ResourceNotFound",
                                "The Resource 'Microsoft.ResourceGraph/queries/%s' under resource group '%s' was not found."
                                        .formatted(call.name("name"), call.name("group"))));
    }

    private Optional<SavedQuery> find(ArmCall call) {
        return store.findByIdIgnoreCase(idOf(call));
    }

    private ArmAnswer put(ArmCall call) throws ArmException {
        var body = call.object();
        var existing = find(call);
        var properties = body.getIgnoreCase("properties");
        String query = properties.getIgnoreCase("query").textOr("");
        if (query.isBlank()) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", "The query's 'properties.query' is missing.");
        }
        checkEtag(body, existing);
        return keep(
                existing,
                new SavedQuery(
                        existing.map(SavedQuery::id).orElse(idOf(call)),
                        body.getIgnoreCase("location").textOr("global"),
                        tagsOf(body.getIgnoreCase("tags")),
                        query,
                        properties.getIgnoreCase("description").textOr(""),
                        UUID.randomUUID().toString(),
                        clock.instant().atOffset(ZoneOffset.UTC)));
    }

    private ArmAnswer patch(ArmCall call) throws ArmException {
        var body = call.object();
        var existing = existing(call);
        checkEtag(body, Optional.of(existing));
        var properties = body.getIgnoreCase("properties");
        var tags = body.getIgnoreCase("tags");
        return keep(
                Optional.of(existing),
                new SavedQuery(
                        existing.id(),
                        existing.location(),
                        tags.isNull() ? existing.tags() : tagsOf(tags),
                        properties.getIgnoreCase("query").textOr(existing.query()),
                        properties.getIgnoreCase("description").textOr(existing.description()),
                        UUID.randomUUID().toString(),
                        clock.instant().atOffset(ZoneOffset.UTC)));
    }

    private ArmAnswer keep(Optional<SavedQuery> existing, SavedQuery query) {
        if (existing.isPresent()) {
            store.update(query);
        } else {
            store.save(query);
        }
        return ArmAnswer.ok(shown(query));
    }

    private ArmAnswer delete(ArmCall call) {
        var existing = find(call);
        existing.ifPresent(store::delete);
        return ArmAnswer.empty(existing.isPresent() ? 200 : 204);
    }

    private static void checkEtag(Dynamic body, Optional<SavedQuery> existing) throws ArmException {
        var given = body.getIgnoreCase("etag").asText();
        if (given.isPresent()
                && existing.isPresent()
                && !given.get().equals(existing.get().etag())) {
            throw new ArmException(
                    412,
                    "PreconditionFailed",
                    "The query has changed since: its etag is '%s'."
                            .formatted(existing.get().etag()));
        }
    }

    private static String tagsOf(Dynamic tags) {
        return tags instanceof Dynamic.Bag ? Json.write(tags) : "{}";
    }

    private static Dynamic shown(SavedQuery query) {
        try {
            return Dynamic.bag()
                    .put("id", query.id())
                    .put("name", query.id().substring(query.id().lastIndexOf('/') + 1))
                    .put("type", "microsoft.resourcegraph/queries")
                    .put("location", query.location())
                    .put("tags", Json.parse(query.tags()))
                    .put("etag", query.etag())
                    .put(
                            "properties",
                            Dynamic.bag()
                                    .put("query", query.query())
                                    .put("description", query.description())
                                    .put("resultKind", "basic")
                                    .put("timeModified", query.changedAt().toInstant().toString())
                                    .build())
                    .build();
        } catch (JsonException damaged) {
            throw new IllegalStateException("the tags of " + query.id() + " are damaged", damaged);
        }
    }
}
