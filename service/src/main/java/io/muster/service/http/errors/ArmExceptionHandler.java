package io.muster.service.http.errors;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import jakarta.inject.Singleton;

/// A caller's fault, found by what answers: Azure's body as the exception has it.
@Singleton
final class ArmExceptionHandler implements ExceptionHandler<ArmException, HttpResponse<?>> {
    @Override
    @SuppressWarnings("rawtypes") // the interface has it so
    public HttpResponse<?> handle(HttpRequest request, ArmException fault) {
        var response = HttpResponse.status(HttpStatus.valueOf(fault.status())).body(fault.body());
        fault.headers().forEach(response::header);
        return response.contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
