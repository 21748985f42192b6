package io.muster.service.http.arm;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who comes in to the simulated Azure: calls by this machine's own name, from no web page, with JSON, and with a token of any kind, as ARM has it. The estate is
/// pretended, but a page in a browser could delete it all the same.
///
/// @param method upper case
/// @param authority what the caller wrote as host and port; empty when it wrote none
/// @param headers by name in lower case
/// @param hasBody whether the request has a body
record ArmDoor(
        String method,
        String scheme,
        String authority,
        String path,
        Map<String, String> headers,
        boolean hasBody) {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final Set<String> WRITES = Set.of("PUT", "PATCH", "POST");

    ArmDoor {
        headers = Map.copyOf(headers);
    }

    /// The answer to a call that may not come in.
    Optional<ArmResponse> refusal() {
        if (!LOOPBACK.contains(withoutPort(authority).toLowerCase(Locale.ROOT))) {
            return refused(
                    403,
                    "HostNotAllowed",
                    "The host '" + authority + "' is not one that this server answers to.");
        }
        String origin = headers.getOrDefault("origin", "");
        if (!origin.isEmpty() && !origin.equalsIgnoreCase(scheme + "://" + authority)
                || headers.getOrDefault("sec-fetch-site", "").equals("cross-site")) {
            return refused(
                    403, "OriginNotAllowed", "Pages of other sites may not call this server.");
        }
        String type = headers.getOrDefault("content-type", "");
        if (WRITES.contains(method) && (hasBody || !type.isEmpty()) && !isFree() && !isJson(type)) {
            return refused(
                    415,
                    "UnsupportedMediaType",
                    "The content media type '"
                            + (type.isEmpty() ? "<null>" : type)
                            + "' is not supported. Only 'application/json' is supported.");
        }
        if (headers.getOrDefault("authorization", "").isBlank() && !isSignIn()) {
            return refused(
                            401,
                            "AuthenticationFailed",
                            "Authentication failed. The 'Authorization' header is missing.")
                    .map(answer ->
                            answer.with(
                                    "WWW-Authenticate",
                                    "Bearer authorization_uri=\""
                                            + scheme
                                            + "://"
                                            + authority
                                            + "/adfs\", error=\"invalid_token\","
                                            + " error_description=\"The authentication scheme of"
                                            + " Bearer was not found.\""));
        }
        return Optional.empty();
    }

    /// Where bodies are no JSON document: forms of a login, blobs, and states.
    private boolean isFree() {
        return isSignIn() || path.startsWith("/_storage/") || SimulatorControl.isState(path);
    }

    private boolean isSignIn() {
        return path.startsWith("/adfs/");
    }

    private static boolean isJson(String type) {
        int end = type.indexOf(';');
        return (end < 0 ? type : type.substring(0, end))
                .strip()
                .equalsIgnoreCase("application/json");
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    static Optional<ArmResponse> refused(int status, String code, String message) {
        return Optional.of(error(status, code, message));
    }

    static ArmResponse error(int status, String code, String message) {
        return ArmResponse.of(
                status,
                Dynamic.bag()
                        .put(
                                "error",
                                Dynamic.bag().put("code", code).put("message", message).build())
                        .build());
    }
}
