package io.muster.service.http.errors;

import io.muster.service.http.wire.ErrorBody;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A call cannot be answered, for a reason that is the caller's: becomes Azure's error body.
public final class ArmException extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final transient ErrorBody body;
    private final transient Map<String, String> headers;

    public ArmException(int status, ErrorBody body, Map<String, String> headers) {
        super(body.error().code() + ": " + body.error().message());
        this.status = status;
        this.body = body;
        this.headers = Map.copyOf(headers);
    }

    public ArmException(int status, String code, String message) {
        this(status, code, message, null, List.of());
    }

    public ArmException(
            int status,
            String code,
            String message,
            @Nullable String target,
            List<ErrorBody.Detail> details) {
        this(
                status,
                new ErrorBody(new ErrorBody.Fault(code, message, target, details, List.of())),
                Map.of());
    }

    public static ArmException badRequest(String code, String message) {
        return new ArmException(400, code, message);
    }

    public int status() {
        return status;
    }

    public ErrorBody body() {
        return body;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
