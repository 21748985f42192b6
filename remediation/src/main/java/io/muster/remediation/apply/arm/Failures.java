package io.muster.remediation.apply.arm;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.management.exception.ManagementError;
import com.azure.core.management.exception.ManagementException;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// HTTP answers as failures.
final class Failures {
    /// Conflicts that waiting does not mend.
    private static final Set<String> FINAL_CONFLICTS =
            Set.of(
                    "OperationNotAllowed",
                    "PropertyChangeNotAllowed",
                    "InvalidParameter",
                    "ScopeLocked",
                    "ResourceGroupBeingDeleted");

    private Failures() {}

    static ArmException of(int status, HttpHeaders headers, String body) {
        String code = "";
        String message = body;
        try {
            var error = Json.parse(body).getIgnoreCase("error");
            code = error.getIgnoreCase("code").textOr("");
            message = message(error);
        } catch (JsonException noJson) {
            // A gateway's page: its text is all there is.
            message = body.length() > 500 ? body.substring(0, 500) : body;
        }
        return new ArmException(failure(status, code, message, retryAfter(headers)));
    }

    /// A thrown answer of the SDK, or the lack of one.
    static ArmException of(RuntimeException thrown) throws InterruptedException {
        for (Throwable at = thrown; at != null; at = at.getCause()) {
            if (at instanceof InterruptedException) {
                var interrupted = new InterruptedException();
                interrupted.initCause(thrown);
                throw interrupted;
            }
            if (at instanceof HttpResponseException answered && answered.getResponse() != null) {
                int status = answered.getResponse().getStatusCode();
                String code = "";
                String message = String.valueOf(answered.getMessage());
                if (answered instanceof ManagementException managed && managed.getValue() != null) {
                    code = String.valueOf(managed.getValue().getCode());
                    message = message(managed.getValue());
                }
                return new ArmException(
                        failure(
                                status,
                                code,
                                message,
                                retryAfter(answered.getResponse().getHeaders())),
                        thrown);
            }
        }
        return new ArmException(
                new ArmFailure.Unreachable(String.valueOf(thrown.getMessage())), thrown);
    }

    private static ArmFailure failure(
            int status, String written, String message, Duration retryAfter) {
        String code = written.isEmpty() ? "Http" + status : written;
        if (status == 404) {
            return new ArmFailure.NotFound(code, message);
        }
        if (status == 412) {
            return new ArmFailure.PreconditionFailed(message);
        }
        if (status == 409 && !FINAL_CONFLICTS.contains(code)) {
            return new ArmFailure.Conflict(code, message, retryAfter);
        }
        if (status == 429) {
            return new ArmFailure.Throttled(retryAfter, message);
        }
        return status == 408 || status >= 500
                ? new ArmFailure.Unavailable(status, code, message, retryAfter)
                : new ArmFailure.Refused(status, code, message);
    }

    /// An error's message with those of its details, which often say more.
    static String message(Dynamic error) {
        var out = new StringBuilder(error.getIgnoreCase("message").textOr(""));
        for (var detail : error.getIgnoreCase("details").items()) {
            String text = message(detail);
            if (!text.isEmpty() && out.indexOf(text) < 0) {
                out.append(out.isEmpty() ? "" : " ").append(text);
            }
        }
        return out.toString();
    }

    private static String message(ManagementError error) {
        var out = new StringBuilder(error.getMessage() == null ? "" : error.getMessage());
        if (error.getDetails() != null) {
            for (var detail : error.getDetails()) {
                String text = message(detail);
                if (!text.isEmpty() && out.indexOf(text) < 0) {
                    out.append(out.isEmpty() ? "" : " ").append(text);
                }
            }
        }
        return out.toString();
    }

    /// Seconds or an HTTP date; zero when absent or neither.
    static Duration retryAfter(HttpHeaders headers) {
        @Nullable String text = headers.getValue(HttpHeaderName.RETRY_AFTER);
        if (text == null) {
            return Duration.ZERO;
        }
        try {
            return Duration.ofSeconds(Math.max(0, Long.parseLong(text.strip())));
        } catch (NumberFormatException notSeconds) {
            return until(text, headers.getValue(HttpHeaderName.DATE));
        }
    }

    /// The wait up to an HTTP date, by the answer's own clock.
    private static Duration until(String date, @Nullable String now) {
        try {
            Instant then =
                    ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            if (now == null) {
                return Duration.ZERO;
            }
            Instant from =
                    ZonedDateTime.parse(now, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return then.isAfter(from) ? Duration.between(from, then) : Duration.ZERO;
        } catch (DateTimeException noDate) {
            return Duration.ZERO;
        }
    }
}
