package io.muster.service.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.muster.kql.CancellationToken;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.errors.RequestIds;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRouter;
import io.muster.service.http.route.ArmRoutes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The door to Azure's REST: every path below `/subscriptions` and `/providers`, handed to the router. Its paths ignore case and begin
/// with scopes of any depth, which URI templates cannot say.
@Controller
@ExecuteOn(TaskExecutors.BLOCKING)
@Consumes(MediaType.ALL)
final class ArmController {
    private static final String SUBSCRIPTIONS = "/subscriptions";
    private static final String BELOW = "/{root:(?i)subscriptions|providers}/{+path}";

    private final ArmRouter router;

    ArmController(List<ArmRoutes> resources) {
        this.router = new ArmRouter(resources.stream().flatMap(r -> r.routes().stream()).toList());
    }

    @Get(uris = {SUBSCRIPTIONS, BELOW})
    HttpResponse<?> get(HttpRequest<?> request) throws ArmException, IOException {
        return answer(request, new byte[0]);
    }

    @Delete(BELOW)
    HttpResponse<?> delete(HttpRequest<?> request) throws ArmException, IOException {
        return answer(request, new byte[0]);
    }

    @Put(BELOW)
    HttpResponse<?> put(HttpRequest<byte[]> request) throws ArmException, IOException {
        return answer(request, request.getBody().orElseGet(() -> new byte[0]));
    }

    @Patch(BELOW)
    HttpResponse<?> patch(HttpRequest<byte[]> request) throws ArmException, IOException {
        return answer(request, request.getBody().orElseGet(() -> new byte[0]));
    }

    @Post(BELOW)
    HttpResponse<?> post(HttpRequest<byte[]> request) throws ArmException, IOException {
        return answer(request, request.getBody().orElseGet(() -> new byte[0]));
    }

    private HttpResponse<?> answer(HttpRequest<?> request, byte[] body)
            throws ArmException, IOException {
        var departure = new CancellationToken();
        try (var _ = ClientWatch.over(request, departure)) {
            return http(router.answer(call(request, body, departure)));
        }
    }

    private static ArmCall call(HttpRequest<?> request, byte[] body, CancellationToken departure) {
        var query = new ArrayList<ArmCall.Parameter>();
        request.getParameters()
                .forEach((name, values) ->
                        values.forEach(v -> query.add(new ArmCall.Parameter(name, v))));
        String base =
                (request.isSecure() ? "https://" : "http://") + request.getHeaders().get("Host");
        return new ArmCall(
                request.getMethodName(),
                base,
                request.getUri().getRawPath(),
                Map.of(),
                query,
                body,
                RequestIds.of(request).correlationId(),
                departure);
    }

    private static HttpResponse<?> http(ArmAnswer answer) {
        var response = HttpResponse.status(HttpStatus.valueOf(answer.status()));
        answer.headers().forEach(response::header);
        if (answer.body() == null) {
            return response;
        }
        return response.body(answer.body()).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
