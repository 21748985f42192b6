package io.muster.simulator.arm;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What every resource's body has in common: its members as they are written, whatever their case in it, and each of its type.
///
/// Source: arm-types-v1, Resource and TrackedResource.
final class BodyForm {
    private static final List<String> OBJECTS =
            List.of("properties", "tags", "identity", "sku", "plan");
    private static final List<String> TEXTS = List.of("id", "name", "type", "location");
    private static final List<String> OTHERS =
            List.of("etag", "kind", "resources", "zones", "managedBy", "extendedLocation");

    private BodyForm() {}

    /// @throws ArmFault when a member is of another type
    static Dynamic read(Dynamic body) {
        var out = new LinkedHashMap<String, Dynamic>();
        body.members().forEach((name, value) -> out.put(spelled(name), value));
        for (String name : OBJECTS) {
            require(out, name, Dynamic.Bag.class, "an object");
        }
        for (String name : TEXTS) {
            require(out, name, Dynamic.Text.class, "a string");
        }
        if (out.get("tags") instanceof Dynamic.Bag tags) {
            out.put("tags", texts(tags));
        }
        return new Dynamic.Bag(out);
    }

    private static String spelled(String name) {
        for (var known : List.of(OBJECTS, TEXTS, OTHERS)) {
            for (String member : known) {
                if (member.equalsIgnoreCase(name)) {
                    return member;
                }
            }
        }
        return name;
    }

    private static void require(
            Map<String, Dynamic> body, String name, Class<?> type, String called) {
        var value = body.get(name);
        if (value != null && !value.isNull() && !type.isInstance(value)) {
            throw notOfItsType(name, value, called);
        }
    }

    /// Tags are texts; a number or truth value is taken as one, as Azure does.
    private static Dynamic texts(Dynamic tags) {
        var out = new LinkedHashMap<String, Dynamic>();
        tags.members()
                .forEach((name, value) ->
                        out.put(
                                name,
                                switch (value) {
                                    case Dynamic.Bag _, Dynamic.Array _ ->
                                            throw notOfItsType("tags." + name, value, "a string");
                                    case Dynamic.Text _, Dynamic.Null _ -> value;
                                    default -> Dynamic.of(Json.write(value));
                                }));
        return new Dynamic.Bag(out);
    }

    private static ArmFault notOfItsType(String place, Dynamic value, String type) {
        return ArmFault.badRequest(
                "InvalidRequestContent",
                "The request content was invalid and could not be deserialized: the value "
                        + Json.write(value)
                        + " of '"
                        + place
                        + "' is not "
                        + type
                        + ".");
    }

    /// Refuses a resource of no region.
    static void requireLocation(Dynamic body) {
        if (body.get("location").textOr("").isBlank()) {
            throw ArmFault.badRequest(
                    "LocationRequired", "The location property is required for this definition.");
        }
    }

    /// Of a PATCH what it asks for: a null in the place of all properties, or of the region, is nothing that was sent.
    static Dynamic asked(Dynamic patch) {
        Dynamic out = patch;
        for (String name : List.of("properties", "location")) {
            if (patch.get(name).isNull()) {
                out = out.without(name);
            }
        }
        return out;
    }
}
