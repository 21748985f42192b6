package io.muster.service.http.route;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Scope;
import io.muster.kql.CancellationToken;
import io.muster.service.http.errors.ArmException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One request to the API, taken apart.
///
/// @param base scheme and authority that the client called, `https://127.0.0.1:8687`: what absolute URLs in answers must begin with
/// @param path as sent, still percent-encoded
/// @param names values of the route's placeholders, decoded
/// @param query parameters in order, decoded
/// @param correlationId for the answer's headers and the logs
public record ArmCall(
        String method,
        String base,
        String path,
        Map<String, String> names,
        List<Parameter> query,
        byte[] body,
        String correlationId,
        CancellationToken departure) {
    public ArmCall {
        names = Map.copyOf(names);
        query = List.copyOf(query);
    }

    /// A query parameter.
    public record Parameter(String name, String value) {}

    public ArmCall withNames(Map<String, String> found) {
        return new ArmCall(method, base, path, found, query, body, correlationId, departure);
    }

    /// The value of a placeholder of the route.
    public String name(String placeholder) {
        var value = names.get(placeholder);
        if (value == null) {
            throw new IllegalArgumentException("the route has no {" + placeholder + "}");
        }
        return value;
    }

    /// The scope that the path begins with.
    public Scope scope() throws ArmException {
        String text = name("scope");
        return Scope.tryParse(text)
                .orElseThrow(() ->
                        ArmException.badRequest(
                                "InvalidScope", "The scope '" + text + "' is not valid."));
    }

    /// The first parameter of that name, ignoring case.
    public Optional<String> parameter(String name) {
        return query.stream()
                .filter(p -> p.name().equalsIgnoreCase(name))
                .map(Parameter::value)
                .findFirst();
    }

    /// A whole number within bounds, when given.
    public Optional<Integer> intParameter(String name, int min, int max) throws ArmException {
        var text = parameter(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            int value = Integer.parseInt(text.get());
            if (value >= min && value <= max) {
                return Optional.of(value);
            }
        } catch (NumberFormatException notANumber) {
            throw invalidNumber(name, text.get(), min, max);
        }
        throw invalidNumber(name, text.get(), min, max);
    }

    private static ArmException invalidNumber(String name, String text, int min, int max) {
        return ArmException.badRequest(
                "InvalidQueryParameterValue",
                "The value '%s' of the query parameter '%s' is not a whole number from %d to %d."
                        .formatted(text, name, min, max));
    }

    public String apiVersion() {
        return parameter("api-version").orElse("");
    }

    /// The body as a JSON object.
    public Dynamic.Bag object() throws ArmException {
        if (body.length == 0) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The request content was empty: an object is expected.");
        }
        try {
            if (Json.parse(body) instanceof Dynamic.Bag bag) {
                return bag;
            }
        } catch (JsonException fault) {
            throw ArmException.badRequest(
                    "InvalidRequestContent",
                    "The request content was invalid and could not be deserialized: %s Line %d, position %d."
                            .formatted(sentence(fault), fault.line(), fault.column()));
        }
        throw ArmException.badRequest(
                "InvalidRequestContent", "The request content must be a JSON object.");
    }

    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static String sentence(JsonException fault) {
        String text = String.valueOf(fault.getMessage());
        return text.endsWith(".") ? text : text + ".";
    }
}
