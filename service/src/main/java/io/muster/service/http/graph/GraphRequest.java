package io.muster.service.http.graph;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.wire.ErrorBody;
import io.muster.service.query.QueryScope;
import io.muster.service.query.Question;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The body of a query request, checked.
///
/// @param question the text, and the values of its parameters
/// @param top rows a page
/// @param skip rows passed over before the page; empty when not given
/// @param asOf the instant to answer for; empty for now
/// @param since the earlier instant to tell the difference from; empty for an answer of one instant
/// @param authorizationScopeFilter where the policy objects and role assignments lie that are asked for
/// @param explain whether the plan and what each step took is told beside the answer
record GraphRequest(
        Question question,
        List<String> subscriptions,
        List<String> managementGroups,
        Optional<Integer> top,
        Optional<Long> skip,
        Optional<String> skipToken,
        boolean asTable,
        Optional<Instant> asOf,
        Optional<Instant> since,
        QueryScope.Filter authorizationScopeFilter,
        List<Facet> facets,
        boolean explain) {
    static final int DEFAULT_TOP = 100;
    static final int MAX_TOP = 1000;
    private static final int MAX_SUBSCRIPTIONS = 1000;
    private static final int MAX_FACETS = 10;
    private static final int MAX_QUERY_LENGTH = 100_000;

    /// A summary of the result that is asked for as well.
    ///
    /// @param filter a condition on the rows; empty for none
    record Facet(String expression, String sortBy, boolean descending, String filter, int top) {}

    static GraphRequest parse(Dynamic body, String apiVersion) throws ArmException {
        String query = body.getIgnoreCase("query").textOr("");
        if (query.isBlank()) {
            throw invalid("QueryMissing", "The request has no 'query', or an empty one.");
        }
        if (query.length() > MAX_QUERY_LENGTH) {
            throw invalid(
                    "QueryTooLong",
                    "The query has %d characters; at most %d are taken."
                            .formatted(query.length(), MAX_QUERY_LENGTH));
        }
        var options = body.getIgnoreCase("options");
        if (!options.getIgnoreCase("since").isNull() && !body.getIgnoreCase("facets").isNull()) {
            throw invalid(
                    "InvalidQueryOptions",
                    "Facets are of one instant: they cannot be asked for beside 'since'.");
        }
        return new GraphRequest(
                new Question(query, parameters(options)),
                texts(body, "subscriptions"),
                texts(body, "managementGroups"),
                whole(options, "$top", 1, MAX_TOP).map(Long::intValue),
                whole(options, "$skip", 0, Integer.MAX_VALUE),
                options.getIgnoreCase("$skipToken").asText().filter(t -> !t.isEmpty()),
                asTable(options, apiVersion),
                instant(options, "asOf"),
                instant(options, "since"),
                filter(options),
                facets(body.getIgnoreCase("facets")),
                options.getIgnoreCase("explain").boolOr(false));
    }

    /// The same request for another text.
    GraphRequest asking(String text) {
        return new GraphRequest(
                question.withText(text),
                subscriptions,
                managementGroups,
                top,
                skip,
                skipToken,
                asTable,
                asOf,
                since,
                authorizationScopeFilter,
                facets,
                explain);
    }

    String query() {
        return question.text();
    }

    /// What a page's token is held against: the text and what its parameters were.
    String identity() {
        return question.parameters().isEmpty()
                ? query()
                : query() + "\n" + Json.write(new Dynamic.Bag(question.parameters()));
    }

    private static Map<String, Dynamic> parameters(Dynamic options) throws ArmException {
        return switch (options.getIgnoreCase("parameters")) {
            case Dynamic.Null() -> Map.of();
            case Dynamic.Bag(var values) -> values;
            default ->
                    throw invalid(
                            "InvalidQueryOptions",
                            "'parameters' must be an object of values by their names.");
        };
    }

    private static boolean asTable(Dynamic options, String apiVersion) throws ArmException {
        // Until 2020 the table was the default.
        String otherwise = apiVersion.compareTo("2021") < 0 ? "table" : "objectArray";
        String format = options.getIgnoreCase("resultFormat").textOr(otherwise);
        if (format.equalsIgnoreCase("table")) {
            return true;
        }
        if (format.equalsIgnoreCase("objectArray")) {
            return false;
        }
        throw invalid(
                "InvalidResultFormat",
                "The result format '%s' is neither 'objectArray' nor 'table'.".formatted(format));
    }

    private static List<String> texts(Dynamic body, String name) throws ArmException {
        var value = body.getIgnoreCase(name);
        if (value.isNull()) {
            return List.of();
        }
        if (!(value instanceof Dynamic.Array(var items))) {
            throw invalid("InvalidRequest", "'%s' must be an array of texts.".formatted(name));
        }
        if (items.size() > MAX_SUBSCRIPTIONS) {
            throw invalid(
                    "TooManySubscriptions",
                    "'%s' has %d entries; at most %d are taken."
                            .formatted(name, items.size(), MAX_SUBSCRIPTIONS));
        }
        var texts = new ArrayList<String>();
        for (var item : items) {
            texts.add(
                    item.asText()
                            .orElseThrow(() ->
                                    invalid(
                                            "InvalidRequest",
                                            "'%s' must be an array of texts.".formatted(name))));
        }
        return List.copyOf(texts);
    }

    static Optional<Long> whole(Dynamic options, String name, long min, long max)
            throws ArmException {
        var value = options.getIgnoreCase(name);
        if (value.isNull()) {
            return Optional.empty();
        }
        if (value instanceof Dynamic.Whole(var number) && number >= min && number <= max) {
            return Optional.of(number);
        }
        throw invalid(
                "InvalidQueryOptions",
                "'%s' must be a whole number from %d to %d.".formatted(name, min, max));
    }

    private static Optional<Instant> instant(Dynamic options, String name) throws ArmException {
        var value = options.getIgnoreCase(name);
        if (value.isNull()) {
            return Optional.empty();
        }
        var ticks = Ticks.parseIso(value.textOr(""));
        if (ticks.isEmpty()) {
            throw invalid(
                    "InvalidQueryOptions",
                    "'%s' must be a time such as 2026-11-21T08:00:00Z.".formatted(name));
        }
        return Optional.of(Ticks.toInstant(ticks.getAsLong()));
    }

    private static QueryScope.Filter filter(Dynamic options) throws ArmException {
        var value = options.getIgnoreCase("authorizationScopeFilter");
        return value.isNull()
                ? QueryScope.Filter.AT_SCOPE_AND_BELOW
                : QueryScope.Filter.of(value.textOr(""))
                        .orElseThrow(() ->
                                invalid(
                                        "InvalidQueryOptions",
                                        "'authorizationScopeFilter' must be AtScopeAndBelow, AtScopeAndAbove, AtScopeAboveAndBelow or AtScopeExact."));
    }

    private static List<Facet> facets(Dynamic value) throws ArmException {
        if (!value.isNull() && !(value instanceof Dynamic.Array)) {
            throw invalid("InvalidRequest", "'facets' must be an array.");
        }
        var facets = new ArrayList<Facet>();
        for (var item : value.items()) {
            var options = item.getIgnoreCase("options");
            facets.add(
                    new Facet(
                            item.getIgnoreCase("expression").textOr(""),
                            options.getIgnoreCase("sortBy").textOr("count"),
                            !options.getIgnoreCase("sortOrder")
                                    .textOr("desc")
                                    .equalsIgnoreCase("asc"),
                            options.getIgnoreCase("filter").textOr(""),
                            whole(options, "$top", 1, MAX_TOP).orElse(10L).intValue()));
        }
        if (facets.size() > MAX_FACETS) {
            throw invalid(
                    "TooManyFacets",
                    "%d facets are asked for; at most %d are made."
                            .formatted(facets.size(), MAX_FACETS));
        }
        return List.copyOf(facets);
    }

    static ArmException invalid(String code, String message) {
        return new ArmException(
                400,
                "BadRequest",
                "The request is invalid: " + message,
                null,
                List.of(ErrorBody.Detail.of(code, message)));
    }
}
