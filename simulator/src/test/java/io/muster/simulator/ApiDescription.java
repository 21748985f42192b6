package io.muster.simulator;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A file of Azure's API descriptions (OpenAPI 2 as Azure writes it): its operations, and whether a value has the form of a schema.
///
/// Read are `$ref` (into other files too), `allOf`, `properties`, `additionalProperties`, `items`, `required`, `type`, `format`, closed `enum`s,
/// `minimum` and `maximum`. A member that no schema names is a fault: the service would not have sent it.
final class ApiDescription {
    /// @param method upper case
    /// @param path with `{names}`
    record Operation(String id, String method, String path, Dynamic json) {}

    /// A schema with the file that its references start from.
    private record Schema(Dynamic json, ApiDescription file) {}

    private final Path folder;
    private final Dynamic json;
    private final Map<String, ApiDescription> files;

    private ApiDescription(Path folder, Dynamic json, Map<String, ApiDescription> files) {
        this.folder = folder;
        this.json = json;
        this.files = files;
    }

    static ApiDescription read(Path folder, String file) {
        return read(folder, file, new HashMap<>());
    }

    private static ApiDescription read(
            Path folder, String file, Map<String, ApiDescription> files) {
        var known = files.get(file);
        if (known == null) {
            known = new ApiDescription(folder, parse(folder.resolve(file)), files);
            files.put(file, known);
        }
        return known;
    }

    static Dynamic parse(Path file) {
        try {
            return Json.parse(Files.readAllBytes(file));
        } catch (IOException | JsonException unreadable) {
            throw new AssertionError(file.toString(), unreadable);
        }
    }

    List<Operation> operations() {
        var out = new ArrayList<Operation>();
        json.get("paths")
                .members()
                .forEach((path, methods) ->
                        methods.members()
                                .forEach((method, operation) -> {
                                    if (!operation.get("operationId").isNull()) {
                                        out.add(
                                                new Operation(
                                                        operation.get("operationId").textOr(""),
                                                        method.toUpperCase(Locale.ROOT),
                                                        path,
                                                        operation));
                                    }
                                }));
        return out;
    }

    /// What keeps a value from being an answer of an operation with a status; empty when nothing does.
    List<String> faults(Operation operation, int status, Dynamic value) {
        var responses = operation.json().get("responses");
        var response = responses.get(Integer.toString(status));
        if (response.isNull()) {
            return List.of("no status " + status);
        }
        var schema = response.get("schema");
        if (schema.isNull()) {
            return List.of();
        }
        var faults = new ArrayList<String>();
        check(value, new Schema(schema, this), "", faults);
        return faults;
    }

    private static Schema resolved(Schema schema) {
        var at = schema;
        for (int i = 0; i < 32; i++) {
            String reference = at.json().get("$ref").textOr("");
            if (reference.isEmpty()) {
                return at;
            }
            int hash = reference.indexOf('#');
            String file = reference.substring(0, hash).replaceFirst("^\\./", "");
            var description =
                    file.isEmpty() ? at.file() : read(at.file().folder, file, at.file().files);
            var target = description.json;
            for (String step : reference.substring(hash + 2).split("/")) {
                target = target.get(step);
            }
            if (target.isNull()) {
                throw new AssertionError("nothing at " + reference);
            }
            at = new Schema(target, description);
        }
        throw new AssertionError("references without end");
    }

    /// The properties of a schema and of all it takes over.
    private static void gather(Schema raw, Map<String, Schema> properties, List<String> required) {
        var schema = resolved(raw);
        schema.json()
                .get("allOf")
                .items()
                .forEach(part -> gather(new Schema(part, schema.file()), properties, required));
        schema.json()
                .get("properties")
                .members()
                .forEach((name, property) ->
                        properties.put(name, new Schema(property, schema.file())));
        schema.json().get("required").items().forEach(name -> required.add(name.textOr("")));
    }

    private static void check(Dynamic value, Schema raw, String at, List<String> faults) {
        var schema = resolved(raw);
        String type = schema.json().get("type").textOr("");
        boolean open =
                schema.json().get("properties").isNull() && schema.json().get("allOf").isNull();
        if (type.equals("array")) {
            if (!(value instanceof Dynamic.Array(var items))) {
                faults.add(at + " is no array");
                return;
            }
            for (int i = 0; i < items.size(); i++) {
                check(
                        items.get(i),
                        new Schema(schema.json().get("items"), schema.file()),
                        at + "/" + i,
                        faults);
            }
        } else if (!open || !schema.json().get("additionalProperties").isNull()) {
            object(value, schema, at, faults);
        } else {
            scalar(value, schema.json(), type, at, faults);
        }
    }

    private static void object(Dynamic value, Schema schema, String at, List<String> faults) {
        if (!(value instanceof Dynamic.Bag)) {
            faults.add(at + " is no object");
            return;
        }
        var properties = new HashMap<String, Schema>();
        var required = new ArrayList<String>();
        gather(schema, properties, required);
        var more = schema.json().get("additionalProperties");
        for (String name : required) {
            if (value.get(name).isNull()) {
                faults.add(at + "/" + name + " is missing");
            }
        }
        value.members()
                .forEach((name, member) -> {
                    var known = properties.get(name);
                    if (known != null) {
                        if (!member.isNull()) {
                            check(member, known, at + "/" + name, faults);
                        }
                    } else if (more instanceof Dynamic.Bag) {
                        check(member, new Schema(more, schema.file()), at + "/" + name, faults);
                    } else if (more.isNull()) {
                        faults.add(at + "/" + name + " is not described");
                    }
                });
    }

    private static void scalar(
            Dynamic value, Dynamic schema, String type, String at, List<String> faults) {
        switch (type) {
            case "string" -> {
                if (value.asText().isEmpty()) {
                    faults.add(at + " is no string");
                    return;
                }
                text(value.textOr(""), schema, at, faults);
            }
            case "boolean" -> {
                if (!(value instanceof Dynamic.Bool)) {
                    faults.add(at + " is no boolean");
                }
            }
            case "integer" -> {
                if (!(value instanceof Dynamic.Whole(var number))) {
                    faults.add(at + " is no integer");
                    return;
                }
                if (schema.get("format").textOr("").equals("int32")
                        && BigInteger.valueOf(number).bitLength() > 31) {
                    faults.add(at + " is no int32");
                }
                if (number < schema.get("minimum").longOr(Long.MIN_VALUE)
                        || number > schema.get("maximum").longOr(Long.MAX_VALUE)) {
                    faults.add(at + " is out of range");
                }
            }
            case "number" -> {
                if (!(value instanceof Dynamic.Whole
                        || value instanceof Dynamic.Real
                        || value instanceof Dynamic.Decimal)) {
                    faults.add(at + " is no number");
                }
            }
            // An object of any form, or nothing said.
            default -> {}
        }
    }

    private static void text(String text, Dynamic schema, String at, List<String> faults) {
        var allowed = schema.get("enum").items();
        boolean closed =
                !allowed.isEmpty()
                        && schema.path("x-ms-enum", "modelAsString")
                                instanceof Dynamic.Bool(var any)
                        && !any;
        if (closed && allowed.stream().noneMatch(a -> a.textOr("").equals(text))) {
            faults.add(at + " is none of the values allowed: " + text);
        }
        if (schema.get("format").textOr("").equals("date-time")) {
            try {
                OffsetDateTime.parse(text);
            } catch (DateTimeException noTime) {
                faults.add(at + " is no time: " + text);
            }
        }
    }
}
