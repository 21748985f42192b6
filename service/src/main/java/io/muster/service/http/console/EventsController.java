package io.muster.service.http.console;

import io.micronaut.context.annotation.Requires;
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
import io.muster.inventory.resource.ResourceId;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.webhook.Handshake;
import io.muster.service.remediation.ChangeEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Where Event Grid delivers a subscription's resource events, in its own schema or as CloudEvents, one or many. What is answered with 200 is kept; of what is not, Event
/// Grid tells again.
@Controller("/api/events")
@ExecuteOn(TaskExecutors.BLOCKING)
@Requires(beans = ChangeEvents.class)
@Consumes(MediaType.ALL)
final class EventsController {
    private static final int MOST = 5_000;

    private final ChangeEvents changes;

    EventsController(ChangeEvents changes) {
        this.changes = changes;
    }

    @Options
    HttpResponse<?> handshake(HttpRequest<?> request) {
        return Handshake.answer(request);
    }

    @Post
    Dynamic take(@Body byte[] body) throws ArmException {
        List<Dynamic> events = events(body);
        List<ResourceId> changed = new ArrayList<>();
        for (var event : events) {
            // Event Grid's schema says eventType, CloudEvents says type.
            String type =
                    event.get("eventType")
                            .textOr(event.get("type").textOr(""))
                            .toLowerCase(Locale.ROOT);
            if (type.equals("microsoft.eventgrid.subscriptionvalidationevent")) {
                return Dynamic.bag()
                        .put("validationResponse", event.path("data", "validationCode").textOr(""))
                        .build();
            }
            if (type.startsWith("microsoft.resources.resource") && type.endsWith("success")) {
                String id =
                        event.path("data", "resourceUri").textOr(event.get("subject").textOr(""));
                ResourceId.tryParse(id)
                        .filter(found -> !found.namespace().isEmpty())
                        .ifPresent(changed::add);
            }
        }
        if (!changes.changed(changed)) {
            throw new ArmException(
                    503,
                    "TooManyEvents",
                    "More changes are waiting than are kept; deliver these again later.");
        }
        return Dynamic.bag().put("accepted", changed.size()).build();
    }

    private static List<Dynamic> events(byte[] body) throws ArmException {
        Dynamic read;
        try {
            read = Json.parse(body);
        } catch (JsonException fault) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", "The events are no JSON: " + fault.getMessage());
        }
        List<Dynamic> events = read instanceof Dynamic.Array(var items) ? items : List.of(read);
        if (events.size() > MOST) {
            throw ArmException.badRequest(
                    "InvalidRequestContent", "At most " + MOST + " events are taken at once.");
        }
        return events;
    }
}
