package io.muster.service.http.graph;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.resource.ResourceId;
import io.muster.service.http.errors.ArmException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What `resourceChanges`, `resourceChangeDetails` and `resourcesHistory` have in common in their bodies.
///
/// Source: the specifications Microsoft.ResourceGraph 2020-09-01-preview (resourcechanges) and 2021-06-01-preview (resourceshistory).
final class HistoryRequest {
    private static final int MOST_IDS = 1000;

    private static final Map<String, String> TABLES =
            Map.of(
                    "resources", "resourcechanges",
                    "resourcecontainers", "resourcecontainerchanges",
                    "healthresources", "healthresourcechanges",
                    "resourcechanges", "resourcechanges",
                    "resourcecontainerchanges", "resourcecontainerchanges",
                    "healthresourcechanges", "healthresourcechanges");

    private HistoryRequest() {}

    /// @param start included
    /// @param end not included
    record Interval(Instant start, Instant end) {
        boolean isEmpty() {
            return start.equals(end);
        }
    }

    static Interval interval(Dynamic of) throws ArmException {
        var interval = of.getIgnoreCase("interval");
        var start = instant(interval, "start");
        var end = instant(interval, "end");
        if (start.isAfter(end)) {
            throw GraphRequest.invalid("InvalidInterval", "The interval's start is after its end.");
        }
        return new Interval(start, end);
    }

    private static Instant instant(Dynamic interval, String name) throws ArmException {
        var ticks = Ticks.parseIso(interval.getIgnoreCase(name).textOr(""));
        if (ticks.isEmpty()) {
            throw GraphRequest.invalid(
                    "InvalidInterval",
                    "'interval.%s' must be a time such as 2026-11-21T08:00:00Z.".formatted(name));
        }
        return Ticks.toInstant(ticks.getAsLong());
    }

    static Set<ResourceId> resources(Dynamic body) throws ArmException {
        var ids = new LinkedHashSet<ResourceId>();
        for (String text : texts(body, "resourceIds")) {
            ids.add(
                    ResourceId.tryParse(text)
                            .orElseThrow(() ->
                                    GraphRequest.invalid(
                                            "InvalidResourceId",
                                            "'%s' is no resource id.".formatted(text))));
        }
        return ids;
    }

    static List<String> texts(Dynamic body, String name) throws ArmException {
        var value = body.getIgnoreCase(name);
        var items = value.items();
        boolean sound =
                (value.isNull() || value instanceof Dynamic.Array)
                        && items.size() <= MOST_IDS
                        && items.stream().allMatch(item -> item.asText().isPresent());
        if (!sound) {
            throw GraphRequest.invalid(
                    "InvalidRequest",
                    "'%s' must be an array of at most %d texts.".formatted(name, MOST_IDS));
        }
        return items.stream().map(item -> item.textOr("")).toList();
    }

    /// The tables of changes to look in, as a KQL source.
    static String changesOf(Dynamic body) throws ArmException {
        var table = body.getIgnoreCase("table");
        if (table.isNull()) {
            return "union resourcechanges, resourcecontainerchanges, healthresourcechanges";
        }
        String known = TABLES.get(table.textOr("").toLowerCase(Locale.ROOT));
        if (known == null) {
            throw GraphRequest.invalid(
                    "InvalidTable",
                    "'table' must be resources, resourcecontainers or healthresources.");
        }
        return known;
    }

    /// What a skip token of the request belongs to.
    static String identity(Dynamic body) {
        return Json.write(body.without("$skipToken").without("$top"));
    }

    /// A KQL literal.
    static String quoted(String text) {
        return Json.write(Dynamic.of(text));
    }
}
