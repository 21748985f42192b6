package io.muster.service.http.route;

import io.muster.service.http.errors.ArmException;
import io.muster.service.http.wire.ErrorBody;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Finds the route of a call, after the checks that every ARM call passes. Immutable.
public final class ArmRouter {
    private static final Pattern API_VERSION =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-[a-zA-Z][a-zA-Z0-9.]*)?");

    private final List<ArmRoute> routes;

    public ArmRouter(List<ArmRoute> routes) {
        this.routes =
                routes.stream()
                        .sorted(Comparator.comparingInt(ArmRoute::literals).reversed())
                        .toList();
    }

    public List<ArmRoute> routes() {
        return routes;
    }

    /// Answers a call by its route.
    public ArmAnswer answer(ArmCall call) throws ArmException, IOException {
        requireApiVersion(call);
        var path =
                ArmRoute.segmentsOf(call.path()).stream()
                        .map(s -> URLDecoder.decode(s.replace("+", "%2B"), StandardCharsets.UTF_8))
                        .toList();
        var otherMethods = new TreeSet<String>();
        for (var route : routes) {
            var names = route.match(path);
            if (names.isPresent()) {
                if (route.method().equals(call.method())) {
                    return route.answer(call.withNames(names.get()));
                }
                otherMethods.add(route.method());
            }
        }
        if (!otherMethods.isEmpty()) {
            throw new ArmException(
                    405,
                    new ErrorBody(
                            new ErrorBody.Fault(
                                    "MethodNotAllowed",
                                    "The method '%s' is not allowed for '%s'; it takes %s."
                                            .formatted(
                                                    call.method(),
                                                    call.path(),
                                                    String.join(", ", otherMethods)),
                                    null,
                                    List.of(),
                                    List.of())),
                    Map.of("Allow", String.join(", ", otherMethods)));
        }
        throw new ArmException(
                404, "NotFound", "The path '%s' is not served here.".formatted(call.path()));
    }

    private static void requireApiVersion(ArmCall call) throws ArmException {
        String version = call.apiVersion();
        if (version.isEmpty()) {
            throw ArmException.badRequest(
                    "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all requests.");
        }
        if (!API_VERSION.matcher(version).matches()) {
            throw ArmException.badRequest(
                    "InvalidApiVersionParameter",
                    "The api-version '%s' is invalid: a date is expected, such as '2024-04-01'."
                            .formatted(version));
        }
    }
}
