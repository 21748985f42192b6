package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.definition.Assignment;
import io.muster.policy.definition.Parameter;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicySetDefinition;
import io.muster.policy.definition.Selector;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.expression.EvaluationFailure;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.ExpressionEvaluator;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.expression.function.FunctionLibrary;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Assignment to the policies it puts in force: parameters handed down from assignment to initiative to member, versions and effects overridden.
public final class AssignmentCompiler {
    private final PolicyCatalog catalog;
    private final PolicyCompiler compiler;

    public AssignmentCompiler(PolicyCatalog catalog, FieldResolver fields) {
        this.catalog = catalog;
        this.compiler = new PolicyCompiler(fields);
    }

    /// The policies in force because of an assignment. A faulty member is reported and left out; the others stay.
    public List<AssignedPolicy> compile(Assignment assignment, Faults faults) {
        String id = assignment.policyDefinitionId();
        if (id.toLowerCase(Locale.ROOT).contains("/policysetdefinitions/")) {
            var set = catalog.set(id, assignment.definitionVersion());
            if (set.isPresent()) {
                return members(assignment, set.get(), faults);
            }
        } else {
            var wanted = versions(assignment, "", assignment.definitionVersion());
            var definition = catalog.definition(id, wanted.version());
            if (definition.isPresent()) {
                var binding =
                        new Binding(
                                assignment,
                                null,
                                null,
                                wanted,
                                version ->
                                        ParameterValues.bind(
                                                version.parameters(),
                                                assignment.parameters(),
                                                "/properties/parameters",
                                                faults));
                var policy = policy(binding, definition.get(), faults);
                return policy == null ? List.of() : List.of(policy);
            }
        }
        faults.report(
                PolicyFault.ASSIGNMENT_DEFINITION_NOT_FOUND,
                "/properties/policyDefinitionId",
                "There is no definition '%s'.".formatted(id));
        return List.of();
    }

    /// Which versions of a definition an assignment asks for.
    ///
    /// @param located overrides of the version for some locations, first to last
    /// @param version for all others; null for the latest
    private record Wanted(List<Assignment.EffectOverride> located, @Nullable String version) {}

    private static Wanted versions(
            Assignment assignment, String referenceId, @Nullable String otherwise) {
        List<Assignment.EffectOverride> located = new ArrayList<>();
        for (var override : assignment.overrides()) {
            if (override.version() == null || !mayMatch(override, referenceId)) {
                continue;
            }
            if (!isLocated(override)) {
                return new Wanted(located, override.version());
            }
            located.add(override);
        }
        return new Wanted(located, otherwise);
    }

    /// What puts a definition in force.
    ///
    /// @param values those that it hands to a version of the definition, by lower-case name
    private record Binding(
            Assignment assignment,
            @Nullable PolicySetDefinition set,
            PolicySetDefinition.@Nullable Member member,
            Wanted wanted,
            Function<PolicyDefinition, Map<String, Dynamic>> values) {
        String referenceId() {
            return member == null ? "" : member.referenceId();
        }
    }

    private List<AssignedPolicy> members(
            Assignment assignment, PolicySetDefinition set, Faults faults) {
        var values =
                ParameterValues.bind(
                        set.parameters(),
                        assignment.parameters(),
                        "/properties/parameters",
                        faults);
        List<AssignedPolicy> policies = new ArrayList<>();
        for (var member : set.members()) {
            var wanted = versions(assignment, member.referenceId(), member.definitionVersion());
            var definition = catalog.definition(member.definitionId(), wanted.version());
            if (definition.isEmpty()) {
                faults.report(
                        PolicyFault.SET_MEMBER_NOT_FOUND,
                        "/properties/policyDefinitionId",
                        "The initiative's member '%s' is the definition '%s', which is not there."
                                .formatted(member.referenceId(), member.definitionId()));
                continue;
            }
            var binding =
                    new Binding(
                            assignment,
                            set,
                            member,
                            wanted,
                            version -> handedDown(member, version.parameters(), values, faults));
            var policy = policy(binding, definition.get(), faults);
            if (policy != null) {
                policies.add(policy);
            }
        }
        return policies;
    }

    private static Map<String, Dynamic> handedDown(
            PolicySetDefinition.Member member,
            Map<String, Parameter> parameters,
            Map<String, Dynamic> setValues,
            Faults faults) {
        Map<String, Dynamic> given = new LinkedHashMap<>();
        var evaluator =
                new ExpressionEvaluator(
                        FunctionLibrary.POLICY,
                        key ->
                                key.equals("parameters")
                                        ? arguments -> parameter(setValues, arguments)
                                        : null);
        member.parameters()
                .forEach((name, value) -> {
                    if (!parameters.containsKey(name.toLowerCase(Locale.ROOT))) {
                        faults.report(
                                PolicyFault.SET_MEMBER_PARAMETER_UNKNOWN,
                                "/properties/policyDefinitionId",
                                "The initiative's member '%s' gives a value to '%s', which its definition does not have."
                                        .formatted(member.referenceId(), name));
                        return;
                    }
                    given.put(name, computed(value, evaluator, member, faults));
                });
        return ParameterValues.bind(parameters, given, "/properties/parameters", faults);
    }

    private static Dynamic computed(
            TemplateValue value,
            ExpressionEvaluator evaluator,
            PolicySetDefinition.Member member,
            Faults faults) {
        try {
            return value.evaluate(evaluator);
        } catch (EvaluationFailure failure) {
            faults.report(
                    PolicyFault.SET_MEMBER_PARAMETERS_MALFORMED,
                    "/properties/policyDefinitionId",
                    "A value of the initiative's member '%s' fails: %s."
                            .formatted(member.referenceId(), failure.reason()));
            return Dynamic.NULL;
        }
    }

    private static Dynamic parameter(Map<String, Dynamic> values, List<Dynamic> arguments)
            throws EvaluationFailure {
        String name = arguments.size() == 1 ? arguments.getFirst().textOr("") : "";
        var value = values.get(name.toLowerCase(Locale.ROOT));
        if (value == null) {
            throw new EvaluationFailure("there is no parameter '" + name + "'");
        }
        return value;
    }

    private @Nullable AssignedPolicy policy(
            Binding binding, PolicyDefinition definition, Faults faults) {
        var assignment = binding.assignment();
        List<AssignedPolicy.Alternative> rules = new ArrayList<>();
        for (var override : binding.wanted().located()) {
            var other = catalog.definition(definition.id(), override.version());
            if (other.isEmpty()) {
                faults.report(
                        PolicyFault.ASSIGNMENT_DEFINITION_NOT_FOUND,
                        "/properties/overrides",
                        "There is no version '%s' of the definition '%s'."
                                .formatted(override.version(), definition.id()));
                continue;
            }
            addRules(binding, List.of(override), other.get(), faults, rules);
        }
        addRules(binding, List.of(), definition, faults, rules);
        // The last holds for what no override selects; a fault that was reported may have left it
        // out.
        if (rules.isEmpty() || !rules.getLast().overrides().isEmpty()) {
            return null;
        }
        requireIdentity(assignment, rules, faults);
        var rule = rules.removeLast().rule();
        return AssignedPolicy.of(assignment, binding.set(), binding.member(), rule, rules);
    }

    /// An effect that some resources have by an override needs the identity as one that all have does.
    private static void requireIdentity(
            Assignment assignment, List<AssignedPolicy.Alternative> rules, Faults faults) {
        rules.stream()
                .map(each -> each.rule().effect().kind())
                .filter(EffectKind::isRemediable)
                .distinct()
                .forEach(kind -> {
                    if (!assignment.hasIdentity()) {
                        faults.report(
                                PolicyFault.IDENTITY_REQUIRED,
                                "",
                                "The effect '%s' needs an identity of the assignment '%s'."
                                        .formatted(kind.wireName(), assignment.name()));
                    }
                });
    }

    /// The rules of one version: with the effects that overrides give it for some locations, first to last, and the one for all others.
    ///
    /// @param chosen the override that chose the version; empty for the one that holds everywhere else
    private void addRules(
            Binding binding,
            List<Assignment.EffectOverride> chosen,
            PolicyDefinition definition,
            Faults faults,
            List<AssignedPolicy.Alternative> into) {
        var values = binding.values().apply(definition);
        // A parameter without a value was reported: there is nothing to evaluate.
        if (!values.keySet().containsAll(definition.parameters().keySet())) {
            return;
        }
        EffectKind everywhere = null;
        for (var override : binding.assignment().overrides()) {
            // What an override says of other members is nothing to this one.
            if (override.effect() == null || !mayMatch(override, binding.referenceId())) {
                continue;
            }
            if (!isAllowed(definition, override.effect())) {
                faults.report(
                        PolicyFault.OVERRIDE_EFFECT_NOT_ALLOWED,
                        "/properties/overrides",
                        "The effect '%s' is not among those that '%s' allows."
                                .formatted(override.effect().wireName(), definition.displayName()));
                continue;
            }
            if (!isLocated(override)) {
                // Those behind it are never asked.
                everywhere = override.effect();
                break;
            }
            var other = compiler.compile(definition, values, override.effect(), faults);
            if (other != null) {
                into.add(
                        new AssignedPolicy.Alternative(
                                Stream.concat(chosen.stream(), Stream.of(override)).toList(),
                                other));
            }
        }
        var rule = compiler.compile(definition, values, everywhere, faults);
        if (rule != null) {
            into.add(new AssignedPolicy.Alternative(chosen, rule));
        }
    }

    private static boolean isLocated(Assignment.EffectOverride override) {
        return override.selectors().stream()
                .anyMatch(s -> s.kind() == Selector.Kind.RESOURCE_LOCATION);
    }

    private static boolean mayMatch(Assignment.EffectOverride override, String referenceId) {
        return override.selectors().stream()
                .filter(s -> s.kind() == Selector.Kind.POLICY_DEFINITION_REFERENCE_ID)
                .allMatch(s -> s.matches(Dynamic.NULL, referenceId));
    }

    /// Whether the effect's own parameter allows an effect; a fixed effect allows any that fits its details.
    private static boolean isAllowed(PolicyDefinition definition, EffectKind effect) {
        if (!(definition.effect()
                        instanceof
                        TemplateValue.Computed(Expression.Call(_, var key, var arguments), _)
                && key.equals("parameters")
                && arguments.size() == 1
                && arguments.getFirst() instanceof Expression.Literal(var name))) {
            return true;
        }
        var parameter = definition.parameters().get(name.textOr("").toLowerCase(Locale.ROOT));
        return parameter == null
                || parameter.allowedValues().isEmpty()
                || parameter.allowedValues().stream()
                        .anyMatch(v -> v.textOr("").equalsIgnoreCase(effect.wireName()));
    }
}
