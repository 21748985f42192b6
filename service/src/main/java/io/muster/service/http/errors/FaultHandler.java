package io.muster.service.http.errors;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.muster.service.http.wire.ErrorBody;
import jakarta.inject.Singleton;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where our own fault becomes an answer: 500 with the correlation id under which the log has the cause.
@Singleton
final class FaultHandler implements ExceptionHandler<Throwable, HttpResponse<?>> {
    private static final Logger LOG = LoggerFactory.getLogger(FaultHandler.class);

    @Override
    @SuppressWarnings("rawtypes") // the interface has it so
    public HttpResponse<?> handle(HttpRequest request, Throwable fault) {
        HttpRequest<?> call = request;
        String id = RequestIds.of(call).correlationId();
        LOG.error(
                "{} {} failed, correlation id {}", call.getMethodName(), call.getPath(), id, fault);
        var body =
                new ErrorBody(
                        new ErrorBody.Fault(
                                "InternalServerError",
                                "The server encountered an internal error. Correlation id: %s."
                                        .formatted(id),
                                null,
                                List.of(),
                                List.of()));
        return HttpResponse.serverError(body).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
