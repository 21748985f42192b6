package io.muster.inventory.history;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What one request of Event Grid or of an activity-log alert tells: Event Grid's own schema or CloudEvents, one or many, or an alert in either of its schemas.
///
/// Sources: azure/event-grid/event-schema-subscriptions, .../event-schema-resource-notifications, .../end-point-validation-event-grid-events-schema,
/// azure/azure-monitor/alerts/activity-log-alerts-webhook, .../alerts-common-schema.
///
/// @param notices of resources that were written, deleted or acted upon, in the order they came
/// @param passedOver events of other kinds, of failures and of what is no resource
/// @param validationCode to send back, where the request is an Event Grid subscription's handshake
public record NoticeDelivery(
        List<ChangeNotice> notices, int passedOver, Optional<String> validationCode) {
    private static final int MOST = 5_000;

    /// Of an id, several times what Azure's limits on names come to.
    private static final int MOST_CHARACTERS = 4_096;

    private static final String VALIDATION = "microsoft.eventgrid.subscriptionvalidationevent";
    private static final String NAME = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

    public NoticeDelivery {
        notices = List.copyOf(notices);
    }

    /// A request that is none of these; the message names the place.
    public static final class UnknownFormException extends Exception {
        private static final long serialVersionUID = 1L;

        UnknownFormException(String message) {
            super(message);
        }
    }

    /// @throws UnknownFormException when any of it is no event: nothing of the request is to be taken then
    public static NoticeDelivery read(Dynamic body) throws UnknownFormException {
        boolean many = body instanceof Dynamic.Array;
        List<Dynamic> events = many ? body.items() : List.of(body);
        if (events.size() > MOST) {
            throw new UnknownFormException(
                    "%d events came; at most %d are taken at once".formatted(events.size(), MOST));
        }
        var notices = new ArrayList<ChangeNotice>();
        Optional<String> validation = Optional.empty();
        int handshakes = 0;
        for (int i = 0; i < events.size(); i++) {
            var event = events.get(i);
            if (type(event).equals(VALIDATION)) {
                String pointer = (many ? "/" + i : "") + "/data/validationCode";
                validation =
                        Optional.of(
                                event.path("data", "validationCode")
                                        .asText()
                                        .filter(code -> !code.isEmpty())
                                        .orElseThrow(() ->
                                                new UnknownFormException(
                                                        "%s is missing".formatted(pointer))));
                handshakes++;
            } else {
                notice(event, many ? "/" + i : "").ifPresent(notices::add);
            }
        }
        return new NoticeDelivery(notices, events.size() - notices.size() - handshakes, validation);
    }

    private static Optional<ChangeNotice> notice(Dynamic event, String pointer)
            throws UnknownFormException {
        var data = event.get("data");
        var log = data.path("context", "activityLog");
        if (log instanceof Dynamic.Bag) {
            return ofAlert(log, log.get("resourceId").textOr(""));
        }
        if (data.get("essentials") instanceof Dynamic.Bag) {
            var context = data.get("alertContext");
            return ofAlert(
                    context,
                    context.path("authorization", "scope")
                            .textOr(data.path("essentials", "alertTargetIDs").get(0).textOr("")));
        }
        String type = type(event);
        if (type.isEmpty()) {
            throw new UnknownFormException(
                    "%s is neither an event of Event Grid's schema, nor a CloudEvent, nor an activity-log alert"
                            .formatted(pointer.isEmpty() ? "the body" : pointer));
        }
        if (type.startsWith("microsoft.resources.resource") && type.endsWith("success")) {
            String operation = data.get("operationName").textOr("");
            var claims = data.get("claims");
            return notice(
                    data.get("resourceUri").textOr(event.get("subject").textOr("")),
                    type.contains("delete") || isDelete(operation),
                    Attribution.of(
                            claims.get(NAME).textOr(claims.get("appid").textOr("")),
                            operation,
                            data.get("correlationId").textOr("")),
                    event.get("eventTime").textOr(event.get("time").textOr("")));
        }
        if (type.startsWith("microsoft.resourcenotifications.")) {
            return notice(
                    data.path("resourceInfo", "id").textOr(event.get("subject").textOr("")),
                    type.endsWith(".deleted"),
                    Attribution.UNKNOWN,
                    data.path("operationalInfo", "resourceEventTime")
                            .textOr(event.get("eventTime").textOr(event.get("time").textOr(""))));
        }
        return Optional.empty();
    }

    /// Event Grid's schema says `eventType`, CloudEvents says `type`.
    private static String type(Dynamic event) {
        return event.get("eventType").textOr(event.get("type").textOr("")).toLowerCase(Locale.ROOT);
    }

    /// @param log what the alert says of the event of the activity log
    private static Optional<ChangeNotice> ofAlert(Dynamic log, String id) {
        String operation = log.get("operationName").textOr("");
        return isDone(log.get("status").textOr(""))
                ? notice(
                        id,
                        isDelete(operation),
                        Attribution.of(
                                log.get("caller").textOr(""),
                                operation,
                                log.get("correlationId").textOr("")),
                        log.get("eventTimestamp").textOr(""))
                : Optional.empty();
    }

    private static boolean isDone(String status) {
        String lower = status.toLowerCase(Locale.ROOT);
        return lower.equals("succeeded") || lower.equals("accepted") || lower.isEmpty();
    }

    private static boolean isDelete(String operation) {
        return operation.toLowerCase(Locale.ROOT).endsWith("/delete");
    }

    private static Optional<ChangeNotice> notice(
            String id, boolean deleted, Attribution by, String time) {
        return ResourceId.tryParse(id)
                .filter(NoticeDelivery::canBe)
                .map(known -> new ChangeNotice(known, deleted, by, ChangeNotice.instant(time)));
    }

    /// Whether Azure can have such an id. One that it cannot have would spoil the query that reads it, and with it the others of its batch.
    private static boolean canBe(ResourceId id) {
        String text = id.text();
        return text.length() <= MOST_CHARACTERS
                && text.chars()
                        .noneMatch(c ->
                                Character.isISOControl(c)
                                        || Character.getType(c) == Character.LINE_SEPARATOR
                                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR);
    }
}
