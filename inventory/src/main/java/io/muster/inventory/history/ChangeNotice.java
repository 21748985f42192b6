package io.muster.inventory.history;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// That a resource was written or deleted, told by Event Grid or an activity-log alert: a reason to read just that one again.
///
/// @param at null when the notice does not say
public record ChangeNotice(ResourceId id, boolean deleted, Attribution by, @Nullable Instant at) {

    /// The notices of a webhook's body: an array of Event Grid events, one cloud event or several, or an activity-log alert. Events of
    /// other kinds and failed operations give none.
    public static List<ChangeNotice> read(Dynamic body) {
        var notices = new ArrayList<ChangeNotice>();
        for (var event : body instanceof Dynamic.Array(var events) ? events : List.of(body)) {
            read1(event).ifPresent(notices::add);
        }
        return notices;
    }

    /// Of two notices of one resource the one that tells of the later change, whichever came first; the later to come where neither says when.
    public static ChangeNotice later(ChangeNotice first, ChangeNotice second) {
        return first.at() != null && second.at() != null && second.at().isBefore(first.at())
                ? first
                : second;
    }

    /// The code to answer an Event Grid subscription's handshake with; empty when the body is none.
    public static Optional<String> validationCode(Dynamic body) {
        var event = body instanceof Dynamic.Array ? body.get(0) : body;
        return event.get("eventType")
                        .textOr("")
                        .equals("Microsoft.EventGrid.SubscriptionValidationEvent")
                ? event.get("data").get("validationCode").asText()
                : Optional.empty();
    }

    private static Optional<ChangeNotice> read1(Dynamic event) {
        var log = event.get("data").get("context").get("activityLog");
        if (log instanceof Dynamic.Bag) {
            String operation = log.get("operationName").textOr("");
            return isDone(log.get("status").textOr(""))
                    ? notice(
                            log.get("resourceId").textOr(""),
                            isDelete(operation),
                            log.get("caller").textOr(""),
                            operation,
                            log.get("correlationId").textOr(""),
                            log.get("eventTimestamp").textOr(""))
                    : Optional.empty();
        }
        String type = event.get("eventType").textOr(event.get("type").textOr(""));
        if (!type.startsWith("Microsoft.Resources.Resource") || !type.endsWith("Success")) {
            return Optional.empty();
        }
        var data = event.get("data");
        String operation = data.get("operationName").textOr("");
        return notice(
                data.get("resourceUri").textOr(event.get("subject").textOr("")),
                type.contains("Delete") || isDelete(operation),
                data.get("claims")
                        .get("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name")
                        .textOr(data.get("claims").get("appid").textOr("")),
                operation,
                data.get("correlationId").textOr(""),
                event.get("eventTime").textOr(event.get("time").textOr("")));
    }

    private static boolean isDone(String status) {
        String lower = status.toLowerCase(Locale.ROOT);
        return lower.equals("succeeded") || lower.equals("accepted") || lower.isEmpty();
    }

    private static boolean isDelete(String operation) {
        return operation.toLowerCase(Locale.ROOT).endsWith("/delete");
    }

    private static Optional<ChangeNotice> notice(
            String id,
            boolean deleted,
            String caller,
            String operation,
            String correlationId,
            String time) {
        return ResourceId.tryParse(id)
                .map(known ->
                        new ChangeNotice(
                                known,
                                deleted,
                                Attribution.of(caller, operation, correlationId),
                                instant(time)));
    }

    private static @Nullable Instant instant(String text) {
        var ticks = Ticks.parseIso(text);
        return ticks.isPresent() ? Ticks.toInstant(ticks.getAsLong()) : null;
    }
}
