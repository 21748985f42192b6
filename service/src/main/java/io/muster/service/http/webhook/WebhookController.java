package io.muster.service.http.webhook;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Options;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.NoticeDelivery;
import io.muster.service.http.errors.ArmException;
import io.muster.service.remediation.ChangeEvents;

/// Where Azure tells of changes: three addresses, one meaning. What is answered with 200 is kept; of what is not, Event Grid tells again.
///
/// Sources: azure/event-grid/end-point-validation-event-grid-events-schema, .../end-point-validation-cloud-events-schema,
/// azure/azure-monitor/alerts/activity-log-alerts-webhook.
@Controller("/api")
@ExecuteOn(TaskExecutors.BLOCKING)
@Consumes(MediaType.ALL)
final class WebhookController {
    private static final int MAX_BODY = 4 << 20;
    private final ChangeEvents changes;

    WebhookController(ChangeEvents changes) {
        this.changes = changes;
    }

    /// CloudEvents' handshake: the sender asks whether it may send.
    @Options(uris = {"/events", "/webhooks/eventgrid", "/webhooks/activitylog"})
    HttpResponse<?> handshake(HttpRequest<?> request) {
        String origin = request.getHeaders().get("WebHook-Request-Origin");
        return HttpResponse.ok()
                .header("WebHook-Allowed-Origin", origin == null ? "*" : origin)
                .header("WebHook-Allowed-Rate", "*")
                .header(HttpHeaders.ALLOW, "POST");
    }

    /// Event Grid's own handshake is an event whose code is sent back; any other answer tells how many changes were accepted.
    @Post(uris = {"/events", "/webhooks/eventgrid", "/webhooks/activitylog"})
    Dynamic take(@Body byte[] body) throws ArmException {
        var delivery = read(body);
        if (!changes.changed(delivery.notices())) {
            throw new ArmException(
                    503,
                    "TooManyEvents",
                    "More changes are waiting than are kept; deliver these again later.");
        }
        return delivery.validationCode()
                .map(code -> Dynamic.bag().put("validationResponse", code).build())
                .orElseGet(() ->
                        Dynamic.bag()
                                .put("accepted", delivery.notices().size())
                                .put("passedOver", delivery.passedOver())
                                .build());
    }

    private static NoticeDelivery read(byte[] body) throws ArmException {
        if (body.length > MAX_BODY) {
            throw new ArmException(
                    413, "RequestEntityTooLarge", "Events may have at most 4 MB at once.");
        }
        try {
            return NoticeDelivery.read(Json.parse(body));
        } catch (JsonException unreadable) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The request content is no JSON: %s".formatted(unreadable.describe()));
        } catch (NoticeDelivery.UnknownFormException unknown) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The request content tells of no changes: %s.".formatted(unknown.getMessage()));
        }
    }
}
