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
    static Map<String, Dynamic> bind(
            Dynamic declared, Dynamic given, TemplateTypes types, DeployedResources resources)
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
            if (value == null && !hasDefault && !types.isNullable(parameter.getValue())) {
                throw new TemplateException(
                        "Deployment template validation failed: 'The value for the template parameter '"
                                + parameter.getKey()
                                + "' is not provided. Please see https://aka.ms/arm-pass-parameter-values for usage details.'.");
            }
            if (value != null) {
                types.check("parameter", parameter.getKey(), parameter.getValue(), value);
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
}
