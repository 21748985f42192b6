package io.muster.service.http.webhook;

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
import io.muster.inventory.history.ChangeNotice;
import io.muster.service.http.errors.ArmException;

/// `POST /api/webhooks/eventgrid` and `/api/webhooks/activitylog`: what changed is read again soon after the answer.
///
/// Sources: azure/event-grid/end-point-validation-event-grid-events-schema, .../end-point-validation-cloud-events-schema,
/// azure/azure-monitor/alerts/activity-log-alerts-webhook.
@Controller("/api/webhooks")
@ExecuteOn(TaskExecutors.BLOCKING)
@Consumes(MediaType.ALL)
final class WebhookController {
    private static final int MAX_BODY = 4 << 20;
    private final Notices notices;

    WebhookController(Notices notices) {
        this.notices = notices;
    }

    @Options("/eventgrid")
    HttpResponse<?> handshake(HttpRequest<?> request) {
        return Handshake.answer(request);
    }

    /// Event Grid's handshake is an event whose code is sent back; any other answer tells how many changes are followed.
    @Post("/eventgrid")
    HttpResponse<?> eventGrid(@Body byte[] body) throws ArmException {
        var events = parsed(body);
        var code = ChangeNotice.validationCode(events);
        return code.isPresent()
                ? HttpResponse.ok(Dynamic.bag().put("validationResponse", code.get()).build())
                : follow(events);
    }

    @Post("/activitylog")
    HttpResponse<?> activityLog(@Body byte[] body) throws ArmException {
        return follow(parsed(body));
    }

    private HttpResponse<?> follow(Dynamic events) throws ArmException {
        var told = ChangeNotice.read(events);
        if (!notices.offer(told)) {
            throw new ArmException(
                    503,
                    "TooManyNotices",
                    "More changes are waiting than are kept in memory; send these again later.");
        }
        return HttpResponse.ok(Dynamic.bag().put("followed", told.size()).build());
    }

    private static Dynamic parsed(byte[] body) throws ArmException {
        if (body.length > MAX_BODY) {
            throw new ArmException(413, "RequestEntityTooLarge", "A notice may have at most 4 MB.");
        }
        try {
            return Json.parse(body);
        } catch (JsonException unreadable) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The request content is no JSON: %s".formatted(unreadable.describe()));
        }
    }
}
