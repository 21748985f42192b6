package io.muster.inventory.source.azure;

import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpResponse;
import com.azure.core.management.exception.ManagementException;
import io.muster.core.json.JsonException;
import io.muster.inventory.source.azure.OwnHost.WrongLinkException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Runs a request until it succeeds, may not be repeated, or was tried often enough. Thread-safe.
final class Retrying {
    private static final HttpHeaderName RESETS_AFTER =
            HttpHeaderName.fromString("x-ms-user-quota-resets-after");

    private static final Pattern TIMESPAN =
            Pattern.compile("(\\d{1,9}):(\\d{1,9}):(\\d{1,9}(?:\\.\\d{1,9})?)");

    private static final int NOT_SENT = -1;

    /// Codes of a 404 that is about a type and no resource.
    private static final Set<String> OF_TYPES =
            Set.of(
                    "InvalidResourceType",
                    "InvalidResourceNamespace",
                    "NoRegisteredProviderFound",
                    "MissingSubscriptionRegistration");

    private final RetrySettings settings;
    private final Pause pause;
    private final InstantSource clock;
    private final RandomGenerator jitter;

    Retrying(RetrySettings settings, Pause pause, InstantSource clock) {
        this.settings = settings;
        this.pause = pause;
        this.clock = clock;
        this.jitter = RandomGeneratorFactory.of("L64X128MixRandom").create(settings.seed());
    }

    /// A request to Azure that reads.
    @FunctionalInterface
    interface Request<T> {
        T send() throws JsonException, FailedRequestException, InterruptedException;
    }

    /// Learns of each wait that Azure asks for.
    @FunctionalInterface
    interface Throttling {
        Throttling UNHEARD = (_, _) -> {};

        void asked(Duration wait, String because);
    }

    /// Azure did not answer usefully.
    static final class FailedRequestException extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final boolean putOff;

        FailedRequestException(int status, String message, @Nullable Throwable cause) {
            this(status, message, cause, false);
        }

        FailedRequestException(
                int status, String message, @Nullable Throwable cause, boolean putOff) {
            super(message, cause);
            this.status = status;
            this.putOff = putOff;
        }

        /// Whether Azure said to ask again only after longer than anybody waits here.
        boolean isPutOff() {
            return putOff;
        }

        /// Whether fewer rows at once may do: Resource Graph gives no answer of more than 16 MB.
        boolean isTooLarge() {
            return String.valueOf(getCause()).contains("ResponsePayloadTooLarge");
        }

        /// The HTTP status, 0 when there was no answer, -1 when it was not asked for one.
        int status() {
            return status;
        }

        /// Whether the same request may succeed later: no answer, throttling, a server's fault.
        boolean mayPass() {
            return status == 0 || status == 408 || status == 429 || status >= 500;
        }

        /// Whether the resource's type knows no such request, which says nothing of the resource.
        boolean isUnsupported() {
            return status == 400 || status == 405 || status == 404 || status == 501;
        }

        /// Whether Azure itself says that there is no such resource: an answer without its error, as a proxy's page, says nothing of the estate.
        boolean isNotFound() {
            return status == 404
                    && getCause() instanceof ManagementException refused
                    && refused.getValue() != null
                    && refused.getValue().getCode() != null
                    && !refused.getValue().getCode().isEmpty()
                    && !OF_TYPES.contains(refused.getValue().getCode());
        }
    }

    /// The longest wait that Azure may ask for.
    Duration mostAsked() {
        return settings.mostAsked();
    }

    <T> T call(Request<T> request) throws FailedRequestException, InterruptedException {
        return call(request, Throttling.UNHEARD);
    }

    <T> T call(Request<T> request, Throttling throttling)
            throws FailedRequestException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return request.send();
            } catch (HttpResponseException refused) {
                var response = refused.getResponse();
                int status = response == null ? 0 : response.getStatusCode();
                boolean worthIt =
                        status == 0
                                || status == 408
                                || status == 429
                                || status >= 500
                                // A body that cannot be decoded came with a good status.
                                || status / 100 == 2;
                if (!worthIt || attempt >= settings.attempts()) {
                    throw new FailedRequestException(status, describe(refused), refused);
                }
                var asked = response == null ? Optional.<Duration>empty() : retryAfter(response);
                if (asked.isPresent()) {
                    String because =
                            "asked to wait %s: %s".formatted(asked.get(), describe(refused));
                    throttling.asked(asked.get(), because);
                    if (asked.get().compareTo(settings.mostAsked()) > 0) {
                        // Asking sooner than told would only prolong the throttling.
                        throw new FailedRequestException(status, because, refused, true);
                    }
                }
                pause.of(wait(attempt, asked));
            } catch (JsonException truncated) {
                if (attempt >= settings.attempts()) {
                    throw new FailedRequestException(
                            0, "the answer is no JSON: " + truncated.describe(), truncated);
                }
                pause.of(wait(attempt, Optional.empty()));
            } catch (WrongLinkException wrong) {
                throw new FailedRequestException(NOT_SENT, describe(wrong), wrong);
            } catch (RuntimeException broken) {
                var cause = connectionFault(broken);
                if (cause == null) {
                    throw broken;
                }
                if (cause instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedException();
                }
                if (attempt >= settings.attempts()) {
                    throw new FailedRequestException(0, describe(cause), broken);
                }
                pause.of(wait(attempt, Optional.empty()));
            }
        }
    }

    private static @Nullable Throwable connectionFault(Throwable fault) {
        var at = fault;
        for (int depth = 0; at != null && depth < 20; depth++) {
            if (at instanceof IOException
                    || at instanceof TimeoutException
                    || at instanceof InterruptedException) {
                return at;
            }
            at = at.getCause();
        }
        // A body that ends too early can surface as a decoder's own exception.
        return fault instanceof IllegalStateException
                        || fault instanceof com.azure.core.exception.AzureException
                ? fault
                : null;
    }

    private static String describe(Throwable fault) {
        String message = fault.getMessage();
        String text = message == null ? fault.getClass().getSimpleName() : message;
        return text.length() <= 500 ? text : text.substring(0, 497) + "...";
    }

    /// Our own wait, doubling, with jitter; or as long as the server asks for.
    private Duration wait(int attempt, Optional<Duration> asked) {
        if (asked.isPresent()) {
            return asked.get();
        }
        long full =
                Math.min(
                        settings.most().toMillis(),
                        settings.first().toMillis() << Math.min(attempt - 1, 20));
        return Duration.ofMillis(full / 2 + jitter.nextLong(full / 2 + 1));
    }

    /// A wait that an answer asks for beside its content, as far as it is one to keep.
    Duration bearable(Duration asked) {
        return min(asked, settings.mostAsked());
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /// `Retry-After` in seconds or as a date, or the time until the user's quota is full again.
    private Optional<Duration> retryAfter(HttpResponse response) {
        String header = response.getHeaderValue(HttpHeaderName.RETRY_AFTER);
        if (header != null) {
            String text = header.strip();
            if (text.matches("\\d{1,9}")) {
                return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
            }
            try {
                var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
                var wait = Duration.between(clock.instant(), at.toInstant());
                return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
            } catch (DateTimeException unreadable) {
                // A header of no known form asks for nothing.
                return Optional.empty();
            }
        }
        String resets = response.getHeaderValue(RESETS_AFTER);
        return resets == null ? Optional.empty() : timespan(resets);
    }

    /// `hh:mm:ss`, or `hh:mm:ss.fffffff`; empty for anything else.
    static Optional<Duration> timespan(String text) {
        var parts = TIMESPAN.matcher(text.strip());
        if (!parts.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                Duration.ofHours(Long.parseLong(parts.group(1)))
                        .plusMinutes(Long.parseLong(parts.group(2)))
                        .plusMillis((long) (Double.parseDouble(parts.group(3)) * 1000)));
    }
}
