package io.muster.policy.definition;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.Members;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import io.muster.policy.schema.JsonSchema;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the `parameters` of a definition or initiative.
final class ParameterReader {
    private ParameterReader() {}

    /// By lower-case name, in the order written.
    static Map<String, Parameter> read(
            Dynamic node, String pointer, int maximum, boolean builtIn, Faults faults) {
        Map<String, Parameter> parameters = new LinkedHashMap<>();
        if (node.isNull()) {
            return parameters;
        }
        if (!(node instanceof Dynamic.Bag(var members))) {
            faults.report(
                    PolicyFault.PARAMETERS_NOT_OBJECT, pointer, "'parameters' must be an object.");
            return parameters;
        }
        // Microsoft's own definitions pass the limits now and then.
        if (members.size() > maximum && !builtIn) {
            faults.report(
                    PolicyFault.TOO_MANY_PARAMETERS,
                    pointer,
                    "There are %d parameters; %d are allowed.".formatted(members.size(), maximum));
        }
        members.forEach((name, value) -> {
            String at = Faults.below(pointer, name);
            var parameter = parameter(name, value, at, builtIn, faults);
            if (parameter != null
                    && parameters.put(name.toLowerCase(Locale.ROOT), parameter) != null) {
                faults.report(
                        PolicyFault.PARAMETER_DUPLICATE,
                        at,
                        "There are two parameters '%s'; their names ignore case.".formatted(name));
            }
        });
        return parameters;
    }

    private static @Nullable Parameter parameter(
            String name, Dynamic node, String pointer, boolean builtIn, Faults faults) {
        if (!(node instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.PARAMETER_NOT_OBJECT,
                    pointer,
                    "The parameter '%s' must be an object.".formatted(name));
            return null;
        }
        var written = node.getIgnoreCase("type");
        if (!(written instanceof Dynamic.Text(var typeName))) {
            faults.report(
                    PolicyFault.PARAMETER_WITHOUT_TYPE,
                    pointer,
                    "The parameter '%s' has no type.".formatted(name));
            return null;
        }
        var type = ParameterType.parse(typeName).orElse(null);
        if (type == null) {
            faults.report(
                    PolicyFault.PARAMETER_TYPE_UNKNOWN,
                    Faults.below(pointer, "type"),
                    "'%s' is no parameter type.".formatted(typeName),
                    "types are String, Array, Object, Boolean, Integer, Float and DateTime");
            return null;
        }
        var metadata = node.getIgnoreCase("metadata");
        if (!metadata.isNull() && !(metadata instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.PARAMETER_METADATA_NOT_OBJECT,
                    MemberChecks.at(node, pointer, "metadata"),
                    "The metadata of '%s' must be an object.".formatted(name));
        }
        var defaultValue = node.getIgnoreCase("defaultValue");
        var allowed = node.getIgnoreCase("allowedValues");
        String allowedAt = Faults.below(pointer, "allowedValues");
        if (!allowed.isNull() && !(allowed instanceof Dynamic.Array)) {
            faults.report(
                    PolicyFault.PARAMETER_ALLOWED_VALUES_NOT_ARRAY,
                    allowedAt,
                    "'allowedValues' must be an array.");
        }
        for (int i = 0; i < allowed.items().size(); i++) {
            var value = allowed.items().get(i);
            // The allowed values of an array are its elements, of whatever type.
            if (type != ParameterType.ARRAY && !type.accepts(value)) {
                faults.report(
                        PolicyFault.PARAMETER_ALLOWED_VALUE_OF_OTHER_TYPE,
                        Faults.below(allowedAt, i),
                        "An allowed value of '%s' is no %s.".formatted(name, type.wireName()));
            }
        }
        var parameter =
                new Parameter(
                        name,
                        type,
                        defaultValue.isNull() ? null : defaultValue,
                        allowed.items(),
                        schema(type, node, pointer, faults),
                        node.getIgnoreCase("metadata"));
        if (!builtIn) {
            checkDefault(parameter, Faults.below(pointer, "defaultValue"), faults);
        }
        return parameter;
    }

    private static @Nullable JsonSchema schema(
            ParameterType type, Dynamic node, String pointer, Faults faults) {
        var written = node.getIgnoreCase("schema");
        if (written.isNull()) {
            return null;
        }
        String at = Faults.below(pointer, Members.spelling(node, "schema"));
        if (type != ParameterType.OBJECT) {
            faults.report(
                    PolicyFault.PARAMETER_SCHEMA_WITHOUT_OBJECT,
                    at,
                    "Only a parameter of type Object has a schema.");
            return null;
        }
        var wrong = JsonSchema.faults(written);
        wrong.forEach(fault ->
                faults.report(
                        PolicyFault.PARAMETER_SCHEMA_MALFORMED,
                        at + fault.pointer(),
                        "The schema is none: %s.".formatted(fault.message())));
        JsonSchema.unchecked(written)
                .forEach(below ->
                        faults.report(
                                PolicyFault.PARAMETER_SCHEMA_UNCHECKED,
                                at + below,
                                "What '%s' says of values is not checked."
                                        .formatted(below.substring(below.lastIndexOf('/') + 1))));
        return wrong.isEmpty() ? JsonSchema.of(written) : null;
    }

    private static void checkDefault(Parameter parameter, String pointer, Faults faults) {
        var value = parameter.defaultValue();
        if (value == null) {
            return;
        }
        boolean computed =
                value instanceof Dynamic.Text(var text) && ExpressionParser.isExpression(text);
        if (!parameter.type().accepts(value) && !computed) {
            faults.report(
                    PolicyFault.PARAMETER_DEFAULT_OF_OTHER_TYPE,
                    pointer,
                    "The default value of '%s' is no %s."
                            .formatted(parameter.name(), parameter.type().wireName()));
        } else if (!parameter.allows(value)) {
            faults.report(
                    PolicyFault.PARAMETER_DEFAULT_NOT_ALLOWED,
                    pointer,
                    "The default value of '%s' is not among its allowed values."
                            .formatted(parameter.name()));
        } else {
            parameter
                    .violation(value)
                    .ifPresent(fault ->
                            faults.report(
                                    PolicyFault.PARAMETER_DEFAULT_AGAINST_SCHEMA,
                                    pointer + fault.pointer(),
                                    "The default value of '%s' does not meet its schema: it %s."
                                            .formatted(parameter.name(), fault.message())));
        }
    }
}
