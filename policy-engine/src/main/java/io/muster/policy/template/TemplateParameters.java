package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// The given values of a template's parameters, checked against their declarations.
final class TemplateParameters {
    private TemplateParameters() {}

    /// Given values by name in lower case; those left to their defaults are absent.
    static Map<String, Dynamic> bind(Dynamic declared, Dynamic given, DeployedResources resources)
            throws TemplateException {
        var values = new HashMap<String, Dynamic>();
        var unknown = new ArrayList<String>();
        for (var parameter : given.members().entrySet()) {
            if (declared.getIgnoreCase(parameter.getKey()).isNull()) {
                unknown.add(parameter.getKey());
                continue;
            }
            var reference = parameter.getValue().getIgnoreCase("reference");
            if (!reference.isNull()) {
                values.put(
                        parameter.getKey().toLowerCase(Locale.ROOT),
                        secret(parameter.getKey(), reference, resources));
                continue;
            }
            values.put(
                    parameter.getKey().toLowerCase(Locale.ROOT),
                    parameter.getValue().getIgnoreCase("value"));
        }
        if (!unknown.isEmpty()) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The following parameters were supplied, but do not correspond to any parameters defined in the template: '"
                            + String.join(", ", unknown)
                            + "'. The parameters defined in the template are: '"
                            + String.join(", ", declared.members().keySet())
                            + "'. Please see https://aka.ms/arm-pass-parameter-values for usage details.'.");
        }
        for (var parameter : declared.members().entrySet()) {
            var value = values.get(parameter.getKey().toLowerCase(Locale.ROOT));
            boolean hasDefault =
                    parameter.getValue().members().keySet().stream()
                            .anyMatch("defaultValue"::equalsIgnoreCase);
            if (value == null && !hasDefault) {
                throw new TemplateException(
                        "Deployment template validation failed: 'The value for the template parameter '"
                                + parameter.getKey()
                                + "' is not provided. Please see https://aka.ms/arm-pass-parameter-values for usage details.'.");
            }
            if (value != null) {
                check(parameter.getKey(), parameter.getValue(), value);
            }
        }
        return values;
    }

    private static Dynamic secret(String parameter, Dynamic reference, DeployedResources resources)
            throws TemplateException {
        return resources
                .secret(
                        reference.getIgnoreCase("keyVault").getIgnoreCase("id").textOr(""),
                        reference.getIgnoreCase("secretName").textOr(""),
                        reference.getIgnoreCase("secretVersion").textOr(""))
                .map(Dynamic::of)
                .orElseThrow(() ->
                        new TemplateException(
                                "Deployment template validation failed: 'The parameter '"
                                        + parameter
                                        + "' refers to a key vault that cannot be read here.'."));
    }

    /// Checks a value, given or defaulted, against type, allowed values and bounds.
    static void check(String name, Dynamic declaration, Dynamic value) throws TemplateException {
        String type = declaration.getIgnoreCase("type").textOr("").toLowerCase(Locale.ROOT);
        boolean nullable = declaration.getIgnoreCase("nullable").boolOr(false);
        boolean fits =
                switch (type) {
                    case "string", "securestring" -> value instanceof Dynamic.Text;
                    case "int" -> value instanceof Dynamic.Whole;
                    case "bool" -> value instanceof Dynamic.Bool;
                    case "array" -> value instanceof Dynamic.Array;
                    case "object", "secureobject" -> value instanceof Dynamic.Bag;
                    default ->
                            throw new TemplateException(
                                    "Deployment template validation failed: 'The template parameter '"
                                            + name
                                            + "' has no valid type.'.");
                };
        if (!fits && !(nullable && value.isNull())) {
            throw new TemplateException(
                    "Deployment template validation failed: 'Template parameter JToken type is not valid. Expected '"
                            + type
                            + "'. The parameter is '"
                            + name
                            + "'. Please see https://aka.ms/resource-manager-parameter-types for usage details.'.");
        }
        var allowed = declaration.getIgnoreCase("allowedValues");
        if (allowed instanceof Dynamic.Array(var items)
                && !items.contains(value)
                && !(value instanceof Dynamic.Array(var chosen) && items.containsAll(chosen))) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The provided value for the template parameter '"
                            + name
                            + "' is not valid. The value '"
                            + value.textOr(io.muster.core.json.Json.write(value))
                            + "' is not part of the allowed value(s).'.");
        }
        long size =
                switch (value) {
                    case Dynamic.Text(var text) -> text.length();
                    case Dynamic.Array(var list) -> list.size();
                    case Dynamic.Whole(var number) -> number;
                    default -> 0;
                };
        boolean isNumber = value instanceof Dynamic.Whole;
        var least = declaration.getIgnoreCase(isNumber ? "minValue" : "minLength");
        var most = declaration.getIgnoreCase(isNumber ? "maxValue" : "maxLength");
        if (size < least.longOr(Long.MIN_VALUE) || size > most.longOr(Long.MAX_VALUE)) {
            throw new TemplateException(
                    "Deployment template validation failed: 'The provided value for the template parameter '"
                            + name
                            + "' is not valid: its "
                            + (isNumber ? "value" : "length")
                            + " is "
                            + size
                            + ".'.");
        }
    }
}
