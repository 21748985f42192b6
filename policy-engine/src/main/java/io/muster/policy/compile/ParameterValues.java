package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.definition.Parameter;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import io.muster.policy.schema.JsonSchema;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// Values for the parameters of a definition or initiative: what was given, else the default (azure-policy.md section 3).
public final class ParameterValues {
    private ParameterValues() {}

    /// The values by lower-case name. What is missing, unknown, of another type or not allowed is reported below `pointer`.
    ///
    /// @param given plain values by name, in whatever case
    public static Map<String, Dynamic> bind(
            Map<String, Parameter> parameters,
            Map<String, Dynamic> given,
            String pointer,
            Faults faults) {
        Map<String, Dynamic> values = new HashMap<>();
        given.forEach((name, value) -> {
            var parameter = parameters.get(name.toLowerCase(Locale.ROOT));
            String at = Faults.below(pointer, name);
            if (parameter == null) {
                faults.report(
                        PolicyFault.UNDEFINED_PARAMETER_VALUE,
                        at,
                        "A value is given for '%s', which is no parameter.".formatted(name));
                return;
            }
            check(parameter, value, at, faults);
            values.put(name.toLowerCase(Locale.ROOT), value);
        });
        parameters.forEach((key, parameter) -> {
            if (values.containsKey(key)) {
                return;
            }
            if (parameter.defaultValue() != null) {
                values.put(key, parameter.defaultValue());
            } else {
                faults.report(
                        PolicyFault.MISSING_PARAMETER_VALUE,
                        pointer,
                        "The parameter '%s' has neither a value nor a default."
                                .formatted(parameter.name()));
            }
        });
        return values;
    }

    private static void check(Parameter parameter, Dynamic value, String pointer, Faults faults) {
        if (!parameter.type().accepts(value)) {
            faults.report(
                    PolicyFault.PARAMETER_VALUE_OF_OTHER_TYPE,
                    pointer,
                    "The value of '%s' is no %s."
                            .formatted(parameter.name(), parameter.type().wireName()));
        } else if (!parameter.allows(value)) {
            faults.report(
                    PolicyFault.PARAMETER_VALUE_NOT_ALLOWED,
                    pointer,
                    "The value of '%s' is not among its allowed values."
                            .formatted(parameter.name()),
                    "allowed values are compared with their case");
        } else {
            parameter
                    .violation(value)
                    .ifPresent(fault ->
                            faults.report(
                                    PolicyFault.PARAMETER_VALUE_AGAINST_SCHEMA,
                                    pointer,
                                    "The value of '%s' does not meet its schema: %s."
                                            .formatted(parameter.name(), described(fault))));
        }
    }

    private static String described(JsonSchema.Fault fault) {
        return fault.pointer().isEmpty()
                ? "it " + fault.message()
                : "'" + fault.pointer() + "' " + fault.message();
    }
}
