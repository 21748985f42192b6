package io.muster.inventory.source.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpRequest;
import com.azure.core.util.Context;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.Attribution;
import io.muster.inventory.history.Attributor;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
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
        var latest = new HashMap<String, Attribution>();
        var times = new HashMap<String, String>();
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
            while (!next.isEmpty() && seen < MAX_EVENTS) {
                String url = next;
                var page = retrying.call(() -> get(url));
                for (var event : page.get("value").items()) {
                    seen++;
                    take(event, latest, times);
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
        return latest;
    }

    /// The credential goes nowhere but to the endpoint it is for.
    private String ownLink(String link) {
        if (link.isEmpty()) {
            return "";
        }
        var uri = URI.create(link);
        if (endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && endpoint.getScheme().equalsIgnoreCase(uri.getScheme())) {
            return link;
        }
        faults.add("the activity log's next page is elsewhere, at " + uri.getHost());
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

    /// Only what was done counts, and of several the last.
    private static void take(
            Dynamic event, Map<String, Attribution> latest, Map<String, String> times) {
        String status = event.path("status", "value").textOr("");
        var id = ResourceId.tryParse(event.get("resourceId").textOr(""));
        String time = event.get("eventTimestamp").textOr("");
        if (id.isEmpty()
                || !(status.equalsIgnoreCase("Succeeded") || status.equalsIgnoreCase("Accepted"))
                || time.compareTo(times.getOrDefault(id.get().key(), "")) < 0) {
            return;
        }
        times.put(id.get().key(), time);
        latest.put(
                id.get().key(),
                Attribution.of(
                        event.get("caller").textOr(""),
                        event.path("operationName", "value").textOr(""),
                        event.get("correlationId").textOr("")));
    }
}
