package io.muster.policy.compile;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionReader;
import io.muster.policy.condition.Constraint;
import io.muster.policy.condition.Language;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyDefinitionReader;
import io.muster.policy.definition.PolicyMode;
import io.muster.policy.effect.AddToNetworkGroup;
import io.muster.policy.effect.Append;
import io.muster.policy.effect.Audit;
import io.muster.policy.effect.AuditAction;
import io.muster.policy.effect.AuditIfNotExists;
import io.muster.policy.effect.Deny;
import io.muster.policy.effect.DenyAction;
import io.muster.policy.effect.DeployIfNotExists;
import io.muster.policy.effect.Disabled;
import io.muster.policy.effect.Effect;
import io.muster.policy.effect.EffectKind;
import io.muster.policy.effect.EffectReader;
import io.muster.policy.effect.Manual;
import io.muster.policy.effect.Modify;
import io.muster.policy.effect.Mutate;
import io.muster.policy.effect.RelatedDetails;
import io.muster.policy.expression.Expression;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Definition and parameter values to [CompiledRule].
public final class PolicyCompiler {
    private final FieldResolver fields;

    public PolicyCompiler(FieldResolver fields) {
        this.fields = fields;
    }

    /// The rule with its values; null when the effect cannot be decided, which is reported.
    ///
    /// @param parameters every parameter's value, by lower-case name
    public @Nullable CompiledRule compile(
            PolicyDefinition definition, Map<String, Dynamic> parameters, Faults faults) {
        return compile(definition, parameters, null, faults);
    }

    /// The same with another effect than the rule's own (an assignment's override).
    public @Nullable CompiledRule compile(
            PolicyDefinition definition,
            Map<String, Dynamic> parameters,
            @Nullable EffectKind override,
            Faults faults) {
        var folder = new Folder(parameters);
        var condition = folder.fold(definition.condition());
        var kind = override != null ? override : kind(definition, folder, faults);
        if (kind == null) {
            return null;
        }
        var effect = effect(definition, kind, condition, folder);
        var applicability = Applicability.of(condition, effect);
        return new CompiledRule(
                definition, parameters, condition, effect, applicability, readsIdentity(condition));
    }

    private static @Nullable EffectKind kind(
            PolicyDefinition definition, Folder folder, Faults faults) {
        if (folder.fold(definition.effect()) instanceof TemplateValue.Literal(var value, _)) {
            var kind = EffectKind.parse(value.textOr(""));
            if (kind.isPresent()) {
                return kind.get();
            }
        }
        faults.report(
                PolicyFault.UNKNOWN_EFFECT,
                definition.pointer(),
                "'%s' yields no effect.".formatted(definition.effect().shown()));
        return null;
    }

    private Effect effect(
            PolicyDefinition definition, EffectKind kind, Constraint condition, Folder folder) {
        if (definition.mode() instanceof PolicyMode.ResourceProvider) {
            return new Disabled();
        }
        Map<String, String> types = new HashMap<>();
        definition.parameters().forEach((key, parameter) -> types.put(key, parameter.type().key()));
        // The definition was checked when it was read; its faults need no second report.
        var unheard = Faults.in(definition.name(), definition.json());
        var reader =
                new EffectReader(
                        new ConditionReader(new Language(types, fields), unheard),
                        fields,
                        unheard,
                        PolicyDefinitionReader.types(condition));
        return fold(Effect.read(kind, definition.details(), definition.pointer(), reader), folder);
    }

    private static Effect fold(Effect effect, Folder folder) {
        return switch (effect) {
            case AuditIfNotExists(var related) -> new AuditIfNotExists(fold(related, folder));
            case DeployIfNotExists d -> {
                Map<String, TemplateValue> parameters = new LinkedHashMap<>();
                d.parameters().forEach((name, value) -> parameters.put(name, folder.fold(value)));
                yield new DeployIfNotExists(
                        fold(d.related(), folder),
                        d.roles(),
                        d.template(),
                        parameters,
                        d.mode(),
                        d.atSubscription(),
                        d.location() == null ? null : folder.fold(d.location()));
            }
            case Modify(var roles, var conflictEffect, var operations) ->
                    new Modify(
                            roles,
                            folder.fold(conflictEffect),
                            operations.stream()
                                    .map(o ->
                                            new Modify.Operation(
                                                    o.kind(),
                                                    folder.fold(o.field()),
                                                    foldOptional(o.value(), folder),
                                                    foldOptional(o.condition(), folder)))
                                    .toList());
            case Append(var fields) ->
                    new Append(
                            fields.stream()
                                    .map(f ->
                                            new Append.Field(
                                                    folder.fold(f.field()), folder.fold(f.value())))
                                    .toList());
            case Manual(var state) -> new Manual(folder.fold(state));
            case DenyAction(var names, var cascade) ->
                    new DenyAction(folder.fold(names), folder.fold(cascade));
            case Audit _, Deny _, Disabled _, Mutate _, AddToNetworkGroup _, AuditAction _ ->
                    effect;
        };
    }

    private static @Nullable TemplateValue foldOptional(
            @Nullable TemplateValue value, Folder folder) {
        return value == null ? null : folder.fold(value);
    }

    private static RelatedDetails fold(RelatedDetails related, Folder folder) {
        var condition = related.existenceCondition();
        return new RelatedDetails(
                folder.fold(related.type()),
                foldOptional(related.name(), folder),
                foldOptional(related.resourceGroupName(), folder),
                folder.fold(related.existenceScope()),
                condition == null ? null : folder.fold(condition),
                foldOptional(related.evaluationDelay(), folder));
    }

    /// Whether a rule reads `requestContext().identity` or the claims of a token.
    private static boolean readsIdentity(Constraint condition) {
        return condition.conditions().stream()
                .anyMatch(c ->
                        readsIdentity(c.operand())
                                || switch (c.left()) {
                                    case Constraint.LeftSide.Value(var value) ->
                                            readsIdentity(value);
                                    case Constraint.LeftSide.Field(var name, _) ->
                                            readsIdentity(name);
                                    case Constraint.LeftSide.FieldCount(var name, _, _) ->
                                            readsIdentity(name);
                                    case Constraint.LeftSide.ValueCount(var array, _, _) ->
                                            readsIdentity(array);
                                });
    }

    private static boolean readsIdentity(TemplateValue value) {
        return value.expressions().stream().anyMatch(e -> readsIdentity(e.expression()));
    }

    private static boolean readsIdentity(Expression expression) {
        return switch (expression) {
            case Expression.Literal _ -> false;
            case Expression.Member(var of, var name) ->
                    (name.equalsIgnoreCase("identity")
                                    && of instanceof Expression.Call call
                                    && call.key().equals("requestcontext"))
                            || readsIdentity(of);
            case Expression.Index(var of, var index) ->
                    (index instanceof Expression.Literal(var name)
                                    && name.textOr("").equalsIgnoreCase("identity")
                                    && of instanceof Expression.Call call
                                    && call.key().equals("requestcontext"))
                            || readsIdentity(of)
                            || readsIdentity(index);
            case Expression.Call call ->
                    call.key().equals("claims")
                            || call.arguments().stream().anyMatch(PolicyCompiler::readsIdentity);
        };
    }
}
