package io.muster.remediation.apply.arm;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.util.Context;
import reactor.core.publisher.Mono;

/// Puts a task's correlation id on the requests sent for it, typed ones included, whose methods take no
/// headers.
final class Correlation implements HttpPipelinePolicy {
    static final String KEY = "muster-correlation";
    private static final HttpHeaderName HEADER =
            HttpHeaderName.fromString("x-ms-correlation-request-id");

    /// A pipeline before another one.
    static HttpPipeline before(HttpPipeline inner) {
        HttpClient rest =
                new HttpClient() {
                    @Override
                    public Mono<HttpResponse> send(HttpRequest request) {
                        return inner.send(request);
                    }

                    @Override
                    public HttpResponse sendSync(HttpRequest request, Context context) {
                        return inner.sendSync(request, context);
                    }
                };
        return new HttpPipelineBuilder().httpClient(rest).policies(new Correlation()).build();
    }

    @Override
    public Mono<HttpResponse> process(
            HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
        mark(context);
        return next.process();
    }

    @Override
    public HttpResponse processSync(
            HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
        mark(context);
        return next.processSync();
    }

    private static void mark(HttpPipelineCallContext context) {
        context.getData(KEY)
                .ifPresent(id -> context.getHttpRequest().setHeader(HEADER, String.valueOf(id)));
    }
}
