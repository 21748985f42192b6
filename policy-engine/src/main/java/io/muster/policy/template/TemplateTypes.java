package io.muster.policy.template;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.expression.function.Values;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The types that a template declares for parameters, outputs and functions, and those that it defines to be referred to (`{"$ref": "#/definitions/x"}`). Immutable.
/// Source: azure/azure-resource-manager/templates/definitions, -/parameters.
final class TemplateTypes {
    private static final String DEFINITIONS = "#/definitions/";

    private final Dynamic definitions;

    TemplateTypes(Dynamic template) {
        this.definitions = template.getIgnoreCase("definitions");
    }

    /// A declaration with what it refers to; what it says itself comes first.
    Dynamic resolved(Dynamic declaration) throws TemplateException {
        var resolved = declaration;
        var seen = new HashSet<String>();
        while (resolved.getIgnoreCase("$ref") instanceof Dynamic.Text(var reference)) {
            String name =
                    reference.startsWith(DEFINITIONS)
                            ? reference
                                    .substring(DEFINITIONS.length())
                                    .replace("~1", "/")
                                    .replace("~0", "~")
                            : "";
            var definition = definitions.getIgnoreCase(name);
            if (!(definition instanceof Dynamic.Bag) || !seen.add(name.toLowerCase(Locale.ROOT))) {
                throw new TemplateException(
                        "Deployment template validation failed: 'The type definition '"
                                + reference
                                + "' is not found, or refers to itself.'.");
            }
            var merged = definition;
            for (var member : resolved.members().entrySet()) {
                if (!member.getKey().equalsIgnoreCase("$ref")) {
                    merged = merged.with(member.getKey(), member.getValue());
                }
            }
            resolved = merged;
        }
        return resolved;
    }

    boolean isNullable(Dynamic declaration) throws TemplateException {
        return resolved(declaration).getIgnoreCase("nullable").boolOr(false);
    }

    /// Checks a value against type, allowed values, bounds and the types of what is in it.
    ///
    /// @param kind of the element that is declared, for messages: `parameter`, `output`
    /// @param name of the element, and the way to the value in it
    void check(String kind, String name, Dynamic declaration, Dynamic value)
            throws TemplateException {
        var declared = resolved(declaration);
        String type = declared.getIgnoreCase("type").textOr("").toLowerCase(Locale.ROOT);
        boolean fits =
                switch (type) {
                    case "string", "securestring" -> value instanceof Dynamic.Text;
                    case "int" -> value instanceof Dynamic.Whole;
                    case "bool" -> value instanceof Dynamic.Bool;
                    case "array" -> value instanceof Dynamic.Array;
                    case "object", "secureobject" -> value instanceof Dynamic.Bag;
                    default ->
                            throw new TemplateException(
                                    "Deployment template validation failed: 'The template "
                                            + kind
                                            + " '"
                                            + name
                                            + "' has no valid type.'.");
                };
        if (value.isNull() && declared.getIgnoreCase("nullable").boolOr(false)) {
            return;
        }
        if (!fits) {
            throw new TemplateException(
                    "Deployment template validation failed: 'Template "
                            + kind
                            + " JToken type is not valid. Expected '"
                            + type
                            + "'. The "
                            + kind
                            + " is '"
                            + name
                            + "'. Please see https://aka.ms/resource-manager-parameter-types for usage details.'.");
        }
        checkAllowed(kind, name, declared, value);
        checkSize(kind, name, declared, value);
        switch (value) {
            case Dynamic.Array(var items) -> checkItems(kind, name, declared, items);
            case Dynamic.Bag(var members) -> checkProperties(kind, name, declared, members);
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.Text _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ -> {}
        }
    }

    private static TemplateException invalid(String kind, String name, String why) {
        return new TemplateException(
                "Deployment template validation failed: 'The provided value for the template "
                        + kind
                        + " '"
                        + name
                        + "' is not valid"
                        + why
                        + "'.");
    }

    private static void checkAllowed(String kind, String name, Dynamic declared, Dynamic value)
            throws TemplateException {
        if (declared.getIgnoreCase("allowedValues") instanceof Dynamic.Array(var allowed)
                && !allowed.contains(value)
                && !(value instanceof Dynamic.Array(var chosen) && allowed.containsAll(chosen))) {
            throw invalid(
                    kind,
                    name,
                    ". The value '"
                            + value.textOr(Json.write(value))
                            + "' is not part of the allowed value(s).");
        }
    }

    private static void checkSize(String kind, String name, Dynamic declared, Dynamic value)
            throws TemplateException {
        boolean isNumber = value instanceof Dynamic.Whole;
        long size =
                switch (value) {
                    case Dynamic.Text(var text) -> text.length();
                    case Dynamic.Array(var items) -> items.size();
                    case Dynamic.Whole(var number) -> number;
                    case Dynamic.Null _,
                            Dynamic.Bool _,
                            Dynamic.Real _,
                            Dynamic.Decimal _,
                            Dynamic.DateTime _,
                            Dynamic.Span _,
                            Dynamic.Guid _,
                            Dynamic.Bag _ ->
                            0;
                };
        var least = declared.getIgnoreCase(isNumber ? "minValue" : "minLength");
        var most = declared.getIgnoreCase(isNumber ? "maxValue" : "maxLength");
        boolean measured = isNumber || !(value instanceof Dynamic.Bag);
        if (measured
                && (size < least.longOr(Long.MIN_VALUE) || size > most.longOr(Long.MAX_VALUE))) {
            throw invalid(
                    kind, name, ": its " + (isNumber ? "value" : "length") + " is " + size + ".");
        }
    }

    private void checkItems(String kind, String name, Dynamic declared, List<Dynamic> items)
            throws TemplateException {
        var first = declared.getIgnoreCase("prefixItems").items();
        if (items.size() < first.size()) {
            throw invalid(kind, name, ": it has fewer than " + first.size() + " items.");
        }
        var others = declared.getIgnoreCase("items");
        for (int i = 0; i < items.size(); i++) {
            checkOther(
                    kind,
                    name + "[" + i + "]",
                    i < first.size() ? first.get(i) : others,
                    items.get(i));
        }
    }

    private void checkProperties(
            String kind, String name, Dynamic declared, Map<String, Dynamic> members)
            throws TemplateException {
        var union = declared.getIgnoreCase("discriminator");
        String tag = union.getIgnoreCase("propertyName").textOr("");
        checkProperties(kind, name, declared, members, tag);
        if (!union.isNull()) {
            var chosen = member(members, tag);
            var variant =
                    chosen == null
                            ? Dynamic.NULL
                            : union.getIgnoreCase("mapping").get(chosen.textOr(""));
            if (variant.isNull()) {
                throw invalid(
                        kind,
                        name,
                        ": its property '" + tag + "' names none of the types that it may have.");
            }
            checkProperties(kind, name, resolved(variant), members, tag);
        }
    }

    /// @param tag the property that chose the type; it need not be declared again
    private void checkProperties(
            String kind, String name, Dynamic declared, Map<String, Dynamic> members, String tag)
            throws TemplateException {
        var properties = declared.getIgnoreCase("properties");
        for (var property : properties.members().entrySet()) {
            var value = member(members, property.getKey());
            if (value != null) {
                check(kind, name + "." + property.getKey(), property.getValue(), value);
            } else if (!isNullable(property.getValue())) {
                throw invalid(kind, name, ": its property '" + property.getKey() + "' is missing.");
            }
        }
        var others = declared.getIgnoreCase("additionalProperties");
        for (var other : members.entrySet()) {
            if (member(properties.members(), other.getKey()) == null
                    && !other.getKey().equalsIgnoreCase(tag)) {
                checkOther(kind, name + "." + other.getKey(), others, other.getValue());
            }
        }
    }

    /// What no property or position declares: `false` allows none, a type some.
    private void checkOther(String kind, String name, Dynamic declaration, Dynamic value)
            throws TemplateException {
        if (declaration instanceof Dynamic.Bag) {
            check(kind, name, declaration, value);
        } else if (!declaration.boolOr(true)) {
            throw invalid(kind, name, ": its type has no such member.");
        }
    }

    private static @Nullable Dynamic member(Map<String, Dynamic> members, String name) {
        var exact = members.get(name);
        if (exact != null) {
            return exact;
        }
        for (var member : members.entrySet()) {
            if (Values.equalIgnoringCase(member.getKey(), name)) {
                return member.getValue();
            }
        }
        return null;
    }
}
