package io.muster.service.http.errors;

import io.micronaut.context.annotation.Primary;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.muster.service.http.wire.ErrorBody;
import jakarta.inject.Singleton;
import java.util.List;

/// What the server itself refuses (no such path, a body too large, a malformed request) in Azure's body.
@Primary
@Singleton
final class StatusErrors implements ErrorResponseProcessor<ErrorBody> {
    @Override
    public MutableHttpResponse<ErrorBody> processResponse(
            ErrorContext context, MutableHttpResponse<?> response) {
        var messages =
                context.getErrors().stream()
                        .map(io.micronaut.http.server.exceptions.response.Error::getMessage)
                        .toList();
        String message = messages.isEmpty() ? response.reason() + "." : String.join(" ", messages);
        var body =
                new ErrorBody(
                        new ErrorBody.Fault(
                                codeOf(response.code()), message, null, List.of(), List.of()));
        return response.body(body).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    private static String codeOf(int status) {
        return switch (status) {
            case 400 -> "BadRequest";
            case 404 -> "NotFound";
            case 405 -> "MethodNotAllowed";
            case 413 -> "RequestContentTooLarge";
            case 415 -> "UnsupportedMediaType";
            case 500 -> "InternalServerError";
            case 503 -> "ServiceUnavailable";
            default -> "HttpStatus" + status;
        };
    }
}
