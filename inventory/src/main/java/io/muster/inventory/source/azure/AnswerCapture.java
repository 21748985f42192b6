package io.muster.inventory.source.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.util.Context;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.core.publisher.Mono;

/// Keeps the bytes of an answer beside what the SDK makes of them, for a caller who asks by a holder in the request's context.
final class AnswerCapture implements HttpPipelinePolicy {
    private static final String KEY = "muster-answers";

    /// The answers of one call, a page each.
    static final class Answers {
        private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();

        Context context() {
            return new Context(KEY, this);
        }

        /// The next answer not taken yet.
        Optional<Answer> take() {
            return Optional.ofNullable(answers.poll());
        }

        /// The JSON of the next answer.
        Dynamic json() throws JsonException {
            var answer = answers.poll();
            if (answer == null) {
                throw new JsonException("the answer has no body", 1, 1, "");
            }
            return Json.parse(answer.body());
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // handed over, never compared
    record Answer(
            int status,
            byte[] body,
            String quotaRemaining,
            String quotaResetsAfter,
            boolean subscriptionsLeftOut) {}

    private static final HttpHeaderName REMAINING =
            HttpHeaderName.fromString("x-ms-user-quota-remaining");
    private static final HttpHeaderName RESETS_AFTER =
            HttpHeaderName.fromString("x-ms-user-quota-resets-after");

    /// Resource Graph answers for the first 10,000 subscriptions of a scope.
    private static final HttpHeaderName LIMIT_HIT =
            HttpHeaderName.fromString("x-ms-tenant-subscription-limit-hit");

    @Override
    public Mono<HttpResponse> process(
            HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
        var wanted = wanted(context);
        return wanted.isEmpty()
                ? next.process()
                : next.process()
                        .map(HttpResponse::buffer)
                        .flatMap(response ->
                                response.getBodyAsByteArray()
                                        .defaultIfEmpty(new byte[0])
                                        .map(body -> {
                                            keep(wanted.get(), response, body);
                                            return response;
                                        }));
    }

    @Override
    public HttpResponse processSync(
            HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
        var wanted = wanted(context);
        if (wanted.isEmpty()) {
            return next.processSync();
        }
        var response = next.processSync().buffer();
        keep(wanted.get(), response, response.getBodyAsBinaryData().toBytes());
        return response;
    }

    private static Optional<Answers> wanted(HttpPipelineCallContext context) {
        return context.getData(KEY).filter(Answers.class::isInstance).map(Answers.class::cast);
    }

    private static void keep(Answers answers, HttpResponse response, byte[] body) {
        if (response.getStatusCode() / 100 == 2) {
            answers.answers.add(
                    new Answer(
                            response.getStatusCode(),
                            body,
                            text(response, REMAINING),
                            text(response, RESETS_AFTER),
                            text(response, LIMIT_HIT).strip().equalsIgnoreCase("true")));
        }
    }

    private static String text(HttpResponse response, HttpHeaderName header) {
        String value = response.getHeaderValue(header);
        return value == null ? "" : value;
    }
}
