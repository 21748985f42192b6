package io.muster.inventory.source.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpRequest;
import com.azure.core.util.Context;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.history.Attribution;
import io.muster.inventory.history.Attributor;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Who changed what, from the activity log: `Microsoft.Insights/eventtypes/management/values`. The log of a subscription and a time is read once,
/// however many resources are asked after. Thread-safe.
///
/// Azure keeps the log 90 days and shows an event some minutes late: a change that is read sooner stays without a caller. Sources:
/// azure/azure-monitor/essentials/activity-log-schema, rest/api/monitor/activity-logs/list.
final class ActivityLogReader implements Attributor {
    private static final Duration KEPT_BY_AZURE = Duration.ofDays(89);

    /// An operation may begin before the reading that its effect was missing from.
    private static final Duration SLACK = Duration.ofMinutes(15);

    private static final int MAX_EVENTS = 200_000;
    private static final int MAX_PAGES = 2_000;

    private final URI endpoint;
    private final HttpPipeline pipeline;
    private final Retrying retrying;

    private record Window(String subscription, Instant from, Instant until) {}

    /// Guarded by this, like `faults`.
    private final Map<Window, Map<String, Attribution>> read = new HashMap<>();

    private final List<String> faults = new ArrayList<>();

    ActivityLogReader(URI endpoint, HttpPipeline pipeline, Retrying retrying) {
        this.endpoint = endpoint;
        this.pipeline = pipeline;
        this.retrying = retrying;
    }

    @Override
    public synchronized Optional<Attribution> of(ResourceId id, Instant after, Instant until) {
        if (id.subscriptionId().isEmpty() || !after.isBefore(until)) {
            return Optional.empty();
        }
        var earliest = until.minus(KEPT_BY_AZURE);
        var from = after.minus(SLACK);
        var window =
                new Window(
                        id.subscriptionId().get().toLowerCase(Locale.ROOT),
                        from.isBefore(earliest) ? earliest : from,
                        until);
        // One comparison of two snapshots asks for one time; an older one is not asked for again.
        read.keySet().removeIf(known -> !known.until().equals(window.until()));
        var events = read.get(window);
        if (events == null) {
            events = events(window);
            read.put(window, events);
        }
        return Optional.ofNullable(events.get(id.key()));
    }

    @Override
    public synchronized List<String> faults() {
        var told = List.copyOf(faults);
        faults.clear();
        return told;
    }

    private Map<String, Attribution> events(Window window) {
        var latest = new HashMap<String, Told>();
        String filter =
                "eventTimestamp ge '%s' and eventTimestamp le '%s'"
                        .formatted(window.from(), window.until());
        String next =
                root()
                        + "/subscriptions/"
                        + window.subscription()
                        + "/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter="
                        + URLEncoder.encode(filter, StandardCharsets.UTF_8).replace("+", "%20");
        int seen = 0;
        try {
            var pages = new HashSet<String>();
            while (!next.isEmpty()) {
                if (!pages.add(next) || pages.size() > MAX_PAGES || seen >= MAX_EVENTS) {
                    faults.add(
                            "the activity log of subscription %s is read no further than %d events"
                                    .formatted(window.subscription(), seen));
                    break;
                }
                String url = next;
                var page = retrying.call(() -> get(url));
                for (var event : page.get("value").items()) {
                    seen++;
                    take(event, latest);
                }
                next = ownLink(page.get("nextLink").textOr(""));
            }
        } catch (FailedRequestException failed) {
            faults.add(
                    "the activity log of subscription %s cannot be read: %s"
                            .formatted(window.subscription(), failed.getMessage()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        var by = new HashMap<String, Attribution>();
        latest.forEach((id, told) -> by.put(id, told.by()));
        return by;
    }

    /// The credential goes nowhere but to the endpoint it is for.
    private String ownLink(String link) {
        if (link.isEmpty()) {
            return "";
        }
        try {
            var uri = new URI(link);
            if (uri.getHost() != null
                    && new OwnHost(endpoint).isOwn(uri.getScheme(), uri.getHost(), uri.getPort())) {
                return link;
            }
        } catch (URISyntaxException nowhere) {
            faults.add("the activity log's next page is nowhere: " + nowhere.getMessage());
            return "";
        }
        faults.add("the activity log's next page is elsewhere, at '" + link + "'");
        return "";
    }

    private String root() {
        String base = endpoint.toString();
        return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    }

    private Dynamic get(String url) throws JsonException {
        try (var response = pipeline.sendSync(new HttpRequest(HttpMethod.GET, url), Context.NONE)) {
            if (response.getStatusCode() != 200) {
                throw new HttpResponseException("HTTP " + response.getStatusCode(), response);
            }
            return Json.parse(response.getBodyAsBinaryData().toBytes());
        }
    }

    /// Who did what when. Of several the last write or delete counts; actions, as a start, only where there is none.
    private record Told(Attribution by, boolean writes, Instant at) {
        boolean isBehind(Told other) {
            return writes == other.writes ? !other.at.isBefore(at) : other.writes;
        }
    }

    /// Only what was done to the resource counts, not what policies said of it.
    private static void take(Dynamic event, Map<String, Told> latest) {
        String status = event.path("status", "value").textOr("");
        var id = ResourceId.tryParse(event.get("resourceId").textOr(""));
        String operation = event.path("operationName", "value").textOr("");
        String lower = operation.toLowerCase(Locale.ROOT);
        var time = Ticks.parseIso(event.get("eventTimestamp").textOr(""));
        if (id.isEmpty()
                || !(status.equalsIgnoreCase("Succeeded") || status.equalsIgnoreCase("Accepted"))
                || lower.startsWith("microsoft.authorization/policies/")) {
            return;
        }
        var told =
                new Told(
                        Attribution.of(
                                event.get("caller").textOr(""),
                                operation,
                                event.get("correlationId").textOr("")),
                        lower.endsWith("/write") || lower.endsWith("/delete"),
                        time.isPresent() ? Ticks.toInstant(time.getAsLong()) : Instant.MIN);
        latest.merge(id.get().key(), told, (before, next) -> before.isBehind(next) ? next : before);
    }
}
