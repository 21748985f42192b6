package io.muster.inventory.source.azure;

import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import java.net.URI;
import java.net.URL;
import reactor.core.publisher.Mono;

/// Sends nothing anywhere but to the endpoint that the credential is for: the SDKs follow the links of an answer (the next page, an operation's status) wherever they
/// lead, and would hand the token over there.
final class OwnHost implements HttpPipelinePolicy {
    private final URI endpoint;

    OwnHost(URI endpoint) {
        this.endpoint = endpoint;
    }

    /// A link of an answer that is not followed. Asking again would only bring it again.
    static final class WrongLinkException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongLinkException(String message) {
            super(message);
        }
    }

    boolean isOwn(String scheme, String host, int port) {
        return endpoint.getHost().equalsIgnoreCase(host)
                && endpoint.getScheme().equalsIgnoreCase(scheme)
                && port(endpoint.getScheme(), endpoint.getPort()) == port(scheme, port);
    }

    private static int port(String scheme, int port) {
        return port >= 0 ? port : scheme.equalsIgnoreCase("https") ? 443 : 80;
    }

    private void check(HttpPipelineCallContext context) {
        URL url = context.getHttpRequest().getUrl();
        if (!isOwn(url.getProtocol(), url.getHost(), url.getPort())) {
            throw new WrongLinkException(
                    "an answer leads elsewhere, to '%s'".formatted(url.getAuthority()));
        }
    }

    @Override
    public Mono<HttpResponse> process(
            HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
        try {
            check(context);
        } catch (WrongLinkException elsewhere) {
            return Mono.error(elsewhere);
        }
        return next.process();
    }

    @Override
    public HttpResponse processSync(
            HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
        check(context);
        return next.processSync();
    }
}
