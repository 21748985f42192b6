package io.muster.policy.definition;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionOperator;
import io.muster.policy.condition.ConditionReader;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.FieldReference;
import io.muster.policy.condition.Language;
import io.muster.policy.effect.Effect;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.effect.EffectReader;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.Members;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads policy definitions: a bare rule, the `properties` alone, or a whole resource. Every fault is reported with its place.
public final class PolicyDefinitionReader {
    private static final int MAX_PARAMETERS = 20;
    private static final int MAX_CONDITIONS = 4_096;
    private static final int MAX_THEN_CONDITIONS = 128;
    private static final int MAX_FUNCTIONS = 2_048;
    private static final Set<String> POLICY_TYPES =
            Set.of("builtin", "custom", "static", "notspecified");

    private final FieldResolver fields;

    public PolicyDefinitionReader(FieldResolver fields) {
        this.fields = fields;
    }

    /// A definition and what there is to say of it.
    ///
    /// @param definition null when an error was found
    public record Result(@Nullable PolicyDefinition definition, List<Diagnostic> diagnostics) {
        public Result {
            diagnostics = List.copyOf(diagnostics);
        }

        /// The definition.
        ///
        /// @throws DiagnosticException when an error was found
        public PolicyDefinition orThrow() throws DiagnosticException {
            if (definition == null) {
                throw new DiagnosticException(
                        diagnostics.stream().filter(d -> d.severity() == Severity.ERROR).toList());
            }
            return definition;
        }
    }

    /// Reads a definition from its text.
    public Result read(SourceText source) {
        Dynamic document;
        try {
            document = Json.parse(source.text());
        } catch (JsonException fault) {
            return new Result(null, List.of(invalid(source, fault)));
        }
        var faults = Faults.in(source);
        DuplicateMembers.report(source, faults);
        return read(document, faults);
    }

    static Diagnostic invalid(SourceText source, JsonException fault) {
        return Diagnostic.error(
                        PolicyFault.INVALID_JSON.code(),
                        source,
                        SourceSpan.at(offset(source, fault)),
                        "The text is no JSON: " + fault.getMessage() + ".")
                .withPointer(fault.pointer());
    }

    private static int offset(SourceText source, JsonException fault) {
        int offset = 0;
        String text = source.text();
        for (long line = 1; line < fault.line(); line++) {
            int end = text.indexOf('\n', offset);
            if (end < 0) {
                break;
            }
            offset = end + 1;
        }
        return Math.clamp(offset + fault.column() - 1, 0, text.length());
    }

    /// Reads a definition that came as part of something else; `name` is what diagnostics call it.
    public Result read(String name, Dynamic document) {
        return read(document, Faults.in(name, document));
    }

    private Result read(Dynamic document, Faults faults) {
        var definition = definition(document, faults);
        return new Result(faults.hasErrors() ? null : definition, faults.all());
    }

    private @Nullable PolicyDefinition definition(Dynamic document, Faults faults) {
        if (!(document instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.DEFINITION_NOT_OBJECT,
                    "",
                    "A policy definition must be an object.");
            return null;
        }
        MemberChecks.texts(document, "", faults, "id", "name");
        if (Members.has(document, "properties")
                && !Members.has(document, "policyRule")
                && !Members.has(document, "if")) {
            return properties(
                    document.getIgnoreCase("properties"), "/properties", document, faults);
        }
        if (Members.has(document, "if") || Members.has(document, "then")) {
            var properties = Dynamic.bag().put("mode", "All").put("policyRule", document).build();
            return rule(properties, document, "", Dynamic.EMPTY_BAG, Map.of(), faults);
        }
        return properties(document, "", document, faults);
    }

    private @Nullable PolicyDefinition properties(
            Dynamic properties, String pointer, Dynamic document, Faults faults) {
        if (!(properties instanceof Dynamic.Bag)) {
            faults.report(
                    PolicyFault.DEFINITION_NOT_OBJECT, pointer, "'properties' must be an object.");
            return null;
        }
        checkTexts(properties, pointer, faults);
        var parameters =
                ParameterReader.read(
                        properties.getIgnoreCase("parameters"),
                        Faults.below(pointer, "parameters"),
                        MAX_PARAMETERS,
                        properties
                                .getIgnoreCase("policyType")
                                .textOr("")
                                .equalsIgnoreCase("BuiltIn"),
                        faults);
        var rule = properties.getIgnoreCase("policyRule");
        if (rule.isNull()) {
            faults.report(
                    PolicyFault.MISSING_POLICY_RULE, pointer, "The definition has no policyRule.");
            return null;
        }
        String at = Faults.below(pointer, Members.spelling(properties, "policyRule"));
        return rule(properties, rule, at, document, parameters, faults);
    }

    private static void checkTexts(Dynamic properties, String pointer, Faults faults) {
        MemberChecks.described(properties, pointer, faults);
        MemberChecks.texts(properties, pointer, faults, "policyType", "version");
        if (properties.getIgnoreCase("policyType") instanceof Dynamic.Text(var type)
                && !POLICY_TYPES.contains(type.toLowerCase(Locale.ROOT))) {
            faults.report(
                    PolicyFault.UNKNOWN_POLICY_TYPE,
                    Faults.below(pointer, "policyType"),
                    "'%s' is no policy type.".formatted(type));
        }
        if (properties.getIgnoreCase("version") instanceof Dynamic.Text(var version)
                && !version.matches("[0-9]+\\.[0-9]+\\.[0-9]+(-[A-Za-z0-9.-]+)?")) {
            faults.report(
                    PolicyFault.MALFORMED_VERSION,
                    Faults.below(pointer, "version"),
                    "'%s' is no version of the form 1.2.3.".formatted(version));
        }
    }

    private @Nullable PolicyDefinition rule(
            Dynamic properties,
            Dynamic rule,
            String pointer,
            Dynamic document,
            Map<String, Parameter> parameters,
            Faults faults) {
        var mode = mode(properties, pointer, faults);
        if (!(rule instanceof Dynamic.Bag(var members))) {
            faults.report(
                    PolicyFault.POLICY_RULE_NOT_OBJECT, pointer, "'policyRule' must be an object.");
            return null;
        }
        for (var name : members.keySet()) {
            String key = name.toLowerCase(Locale.ROOT);
            // A bare rule in a file may say which schema it has.
            if (!Set.of("if", "then", "$schema").contains(key)) {
                faults.report(
                        PolicyFault.UNKNOWN_RULE_MEMBER,
                        Faults.below(pointer, name),
                        "A rule has no member '%s'.".formatted(name));
            }
        }
        Map<String, String> types = new HashMap<>();
        parameters.forEach((key, parameter) -> types.put(key, parameter.type().key()));
        var conditions = new ConditionReader(new Language(types, fields), faults);
        Constraint condition = null;
        if (!Members.has(rule, "if")) {
            faults.report(PolicyFault.MISSING_IF, pointer, "The rule has no 'if'.");
        } else if (mode instanceof PolicyMode.ResourceProvider) {
            // The provider's own language: nothing here evaluates it.
            condition = new Constraint.AnyOf(List.of(), pointer);
        } else {
            condition =
                    conditions.read(
                            rule.getIgnoreCase("if"),
                            Faults.below(pointer, Members.spelling(rule, "if")));
            if (conditions.conditions() > MAX_CONDITIONS) {
                faults.report(
                        PolicyFault.TOO_MANY_CONDITIONS,
                        Faults.below(pointer, "if"),
                        "The rule has %d conditions; %d are allowed."
                                .formatted(conditions.conditions(), MAX_CONDITIONS));
            }
            if (conditions.functions() > MAX_FUNCTIONS) {
                faults.report(
                        PolicyFault.TOO_MANY_FUNCTIONS,
                        Faults.below(pointer, "if"),
                        "The rule calls %d functions; %d calls are allowed."
                                .formatted(conditions.functions(), MAX_FUNCTIONS));
            }
        }
        if (!Members.has(rule, "then")) {
            faults.report(PolicyFault.MISSING_THEN, pointer, "The rule has no 'then'.");
            return null;
        }
        var then = rule.getIgnoreCase("then");
        String thenAt = Faults.below(pointer, Members.spelling(rule, "then"));
        var effect = then(then, thenAt, mode, parameters, condition, conditions, faults);
        if (condition == null || effect == null) {
            return null;
        }
        return new PolicyDefinition(
                document.getIgnoreCase("id").textOr(""),
                document.getIgnoreCase("name").textOr(""),
                properties.getIgnoreCase("displayName").textOr(""),
                properties.getIgnoreCase("policyType").textOr("Custom"),
                mode,
                properties
                        .getIgnoreCase("version")
                        .textOr(
                                properties
                                        .getIgnoreCase("metadata")
                                        .getIgnoreCase("version")
                                        .textOr("1.0.0")),
                properties.getIgnoreCase("metadata"),
                parameters,
                condition,
                effect,
                then.getIgnoreCase("details"),
                Faults.below(thenAt, Members.spelling(then, "details")),
                properties);
    }

    private static PolicyMode mode(Dynamic properties, String pointer, Faults faults) {
        var written = properties.getIgnoreCase("mode");
        if (written.isNull()) {
            return new PolicyMode.Indexed();
        }
        var mode = PolicyMode.parse(written.textOr(""));
        if (mode.isEmpty()) {
            int end = pointer.lastIndexOf('/');
            faults.report(
                    PolicyFault.UNKNOWN_MODE,
                    Faults.below(end < 0 ? "" : pointer.substring(0, end), "mode"),
                    "There is no mode '%s'.".formatted(written.textOr("")),
                    "modes are All, Indexed and those of resource providers (Microsoft.Kubernetes.Data, ...)");
        }
        return mode.orElseGet(PolicyMode.Indexed::new);
    }

    private @Nullable TemplateValue then(
            Dynamic then,
            String pointer,
            PolicyMode mode,
            Map<String, Parameter> parameters,
            @Nullable Constraint condition,
            ConditionReader conditions,
            Faults faults) {
        if (!(then instanceof Dynamic.Bag(var members))) {
            faults.report(PolicyFault.THEN_NOT_OBJECT, pointer, "'then' must be an object.");
            return null;
        }
        for (var name : members.keySet()) {
            if (!name.equalsIgnoreCase("effect") && !name.equalsIgnoreCase("details")) {
                faults.report(
                        PolicyFault.UNKNOWN_THEN_MEMBER,
                        Faults.below(pointer, name),
                        "'then' has no member '%s'.".formatted(name));
            }
        }
        if (!Members.has(then, "effect")) {
            faults.report(PolicyFault.MISSING_EFFECT, pointer, "'then' has no effect.");
            return null;
        }
        String effectAt = Faults.below(pointer, Members.spelling(then, "effect"));
        var written = then.getIgnoreCase("effect");
        if (!(written instanceof Dynamic.Text)) {
            faults.report(PolicyFault.EFFECT_NOT_TEXT, effectAt, "The effect must be a text.");
            return null;
        }
        var effect = conditions.value(written, effectAt);
        if (mode instanceof PolicyMode.ResourceProvider) {
            return effect;
        }
        var details = then.getIgnoreCase("details");
        String detailsAt = Faults.below(pointer, Members.spelling(then, "details"));
        var reader =
                new EffectReader(
                        conditions,
                        fields,
                        faults,
                        condition == null ? List.of() : types(condition));
        var kinds = kinds(effect, effectAt, parameters, faults);
        // auditIfNotExists and deployIfNotExists share their details: reading them once is enough.
        if (kinds.contains(EffectKind.DEPLOY_IF_NOT_EXISTS)) {
            kinds.remove(EffectKind.AUDIT_IF_NOT_EXISTS);
        }
        for (var kind : kinds) {
            if (mode instanceof PolicyMode.All || mode instanceof PolicyMode.Indexed) {
                if (kind == EffectKind.MUTATE || kind == EffectKind.ADD_TO_NETWORK_GROUP) {
                    faults.report(
                            PolicyFault.EFFECT_NOT_IN_MODE,
                            effectAt,
                            "The effect '%s' is for a resource provider's mode."
                                    .formatted(kind.wireName()));
                    continue;
                }
            }
            int before = conditions.conditions();
            Effect.read(kind, details, detailsAt, reader);
            if (conditions.conditions() - before > MAX_THEN_CONDITIONS) {
                faults.report(
                        PolicyFault.TOO_MANY_CONDITIONS,
                        detailsAt,
                        "The details have %d conditions; %d are allowed."
                                .formatted(conditions.conditions() - before, MAX_THEN_CONDITIONS));
            }
        }
        return effect;
    }

    /// The effects that the rule can have: the one written, or what its parameter may be.
    private static EnumSet<EffectKind> kinds(
            TemplateValue effect,
            String pointer,
            Map<String, Parameter> parameters,
            Faults faults) {
        var kinds = EnumSet.noneOf(EffectKind.class);
        List<String> names = new ArrayList<>();
        if (effect instanceof TemplateValue.Literal(Dynamic.Text(var name), _)) {
            names.add(name);
        } else if (effect
                        instanceof
                        TemplateValue.Computed(
                                Expression.Call(_, var key, List<Expression> arguments),
                                _)
                && key.equals("parameters")
                && arguments.size() == 1
                && arguments.getFirst() instanceof Expression.Literal(Dynamic.Text(var name))) {
            var parameter = parameters.get(name.toLowerCase(Locale.ROOT));
            if (parameter != null) {
                parameter.allowedValues().forEach(value -> names.add(value.textOr("")));
                if (parameter.defaultValue() != null) {
                    names.add(parameter.defaultValue().textOr(""));
                }
            }
        }
        for (var name : names) {
            var kind = EffectKind.parse(name);
            if (kind.isPresent()) {
                kinds.add(kind.get());
            } else {
                faults.report(
                        PolicyFault.UNKNOWN_EFFECT,
                        pointer,
                        "There is no effect '%s'.".formatted(name));
            }
        }
        return kinds;
    }

    /// The resource types that a condition asks for by name.
    public static List<String> types(Constraint condition) {
        List<String> types = new ArrayList<>();
        for (var each : condition.conditions()) {
            if (each.left() instanceof Constraint.LeftSide.Field(_, FieldReference.Known(var known))
                    && known == FieldReference.BuiltIn.TYPE
                    && each.operand() instanceof TemplateValue.Literal(var operand, _)) {
                if (each.operator() == ConditionOperator.EQUALS) {
                    operand.asText().ifPresent(types::add);
                } else if (each.operator() == ConditionOperator.IN) {
                    operand.items().forEach(item -> item.asText().ifPresent(types::add));
                }
            }
        }
        return types;
    }
}
