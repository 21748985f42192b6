package io.muster.service.http;

import io.micronaut.context.annotation.Value;
import io.micronaut.core.annotation.Order;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.muster.service.config.ListenHost;
import io.muster.service.config.ServerSettings;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.wire.ErrorBody;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Lets in whom it should: a web page open in the user's browser can reach the loopback address too, so it must not be able to drive the
/// server.
///
/// - `Host` must name the loopback address, the one listened on or a configured name: another site's name rebound to 127.0.0.1 does not. A server that listens on
///   all addresses of its machine answers to any address: only names can be rebound.
/// - `Origin`, sent by browsers with every write, must be the server itself or a configured one; `Sec-Fetch-Site` must not say cross-site.
/// - A body must be `application/json`: what a page may send elsewhere without asking first never is.
/// - When a token is configured, every call but the health check, the console's own files and the sign-in pages of the Azure CLI must carry it; webhooks may as `?code=`.
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
@Order(0)
final class Doorkeeper {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final Set<String> CONSOLE_FILES = Set.of("/index.html", "/muster.svg");

    private final ServerSettings settings;
    private final ListenHost listensOn;

    Doorkeeper(ServerSettings settings, @Value("${micronaut.server.host}") String listensOn) {
        this.settings = settings;
        this.listensOn = new ListenHost(listensOn);
    }

    @RequestFilter
    void check(HttpRequest<?> request) throws ArmException {
        checkHost(request);
        checkOrigin(request);
        checkMediaType(request);
        checkToken(request);
    }

    private void checkHost(HttpRequest<?> request) throws ArmException {
        String host = request.getHeaders().get("Host");
        if (host == null) {
            // So does a request look that could not be decoded, for one a path with a broken
            // escape.
            throw ArmException.badRequest(
                    "InvalidRequest",
                    "The request cannot be read: its address is malformed, or it has no Host header.");
        }
        if (!isOwnName(withoutPort(host).toLowerCase(Locale.ROOT))) {
            throw new ArmException(
                    403,
                    "HostNotAllowed",
                    "The host '%s' is not one that this server answers to.".formatted(host));
        }
    }

    private boolean isOwnName(String host) {
        return LOOPBACK.contains(host)
                || listensOn.isMeantBy(host)
                || settings.allowedHosts().stream().anyMatch(host::equalsIgnoreCase);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private void checkOrigin(HttpRequest<?> request) throws ArmException {
        var headers = request.getHeaders();
        String origin = headers.get("Origin");
        if (origin != null && !isOwnOrigin(request, origin)) {
            throw new ArmException(
                    403,
                    "OriginNotAllowed",
                    "Pages of '%s' may not call this server.".formatted(origin));
        }
        boolean navigation =
                request.getMethod() == HttpMethod.GET
                        && "navigate".equals(headers.get("Sec-Fetch-Mode"));
        if ("cross-site".equals(headers.get("Sec-Fetch-Site"))
                && !navigation
                && (origin == null || !settings.allowedOrigins().contains(origin))) {
            throw new ArmException(
                    403, "OriginNotAllowed", "Pages of other sites may not call this server.");
        }
    }

    private boolean isOwnOrigin(HttpRequest<?> request, String origin) {
        String own =
                (request.isSecure() ? "https://" : "http://") + request.getHeaders().get("Host");
        return origin.equalsIgnoreCase(own) || settings.allowedOrigins().contains(origin);
    }

    private static void checkMediaType(HttpRequest<?> request) throws ArmException {
        var headers = request.getHeaders();
        String type = headers.get("Content-Type");
        if (!request.getMethod().permitsRequestBody() || isSignIn(request.getPath())) {
            return;
        }
        boolean hasBody =
                request.getContentLength() > 0 || headers.get("Transfer-Encoding") != null;
        boolean cloudEvents =
                type != null
                        && isWebhook(request)
                        && type.toLowerCase(Locale.ROOT).startsWith("application/cloudevents");
        if (!cloudEvents && (type == null ? hasBody : !isJson(type))) {
            throw new ArmException(
                    415,
                    "UnsupportedMediaType",
                    "The content media type '%s' is not supported. Only 'application/json' is supported."
                            .formatted(type == null ? "<null>" : type));
        }
    }

    private static boolean isJson(String type) {
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end))
                .trim()
                .equalsIgnoreCase(MediaType.APPLICATION_JSON);
    }

    /// What Azure calls: not every sender of it can be told to send a header.
    private static boolean isWebhook(HttpRequest<?> request) {
        String path = request.getPath();
        return path.startsWith("/api/webhooks/") || path.equals("/api/events");
    }

    private static boolean isSignIn(String path) {
        return path.startsWith("/adfs/");
    }

    /// The console's own files hold nothing of the estate, and its page is where the token is asked for.
    private static boolean isConsoleFile(HttpRequest<?> request) {
        String path = request.getPath();
        return request.getMethod() == HttpMethod.GET
                && (path.equals("/")
                        || path.startsWith("/assets/")
                        || CONSOLE_FILES.contains(path));
    }

    private void checkToken(HttpRequest<?> request) throws ArmException {
        if (settings.token().isEmpty()
                || request.getPath().equals("/health")
                || isSignIn(request.getPath())
                || isConsoleFile(request)) {
            return;
        }
        String code = isWebhook(request) ? request.getParameters().get("code") : null;
        if (!carries(request.getHeaders().get("Authorization"), settings.token().get())
                && !carries(code == null ? null : "Bearer " + code, settings.token().get())) {
            throw new ArmException(
                    401,
                    new ErrorBody(
                            new ErrorBody.Fault(
                                    "AuthenticationFailed",
                                    "Authentication failed. The 'Authorization' header is missing or holds another token.",
                                    null,
                                    List.of(),
                                    List.of())),
                    Map.of("WWW-Authenticate", "Bearer"));
        }
    }

    private static boolean carries(@Nullable String header, String token) {
        return header != null
                && MessageDigest.isEqual(
                        header.getBytes(StandardCharsets.UTF_8),
                        ("Bearer " + token).getBytes(StandardCharsets.UTF_8));
    }
}
