package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.Alias;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.condition.ConditionReader;
import io.muster.policy.expression.ExpressionParser;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What the effects read their details with.
///
/// @param types the resource types that the rule's `if` asks for; they tell whether an alias may be written
public record EffectReader(
        ConditionReader conditions, FieldResolver fields, Faults faults, List<String> types) {
    private static final Set<String> WRITABLE_FIELDS = Set.of("tags", "identity.type");

    public EffectReader {
        types = List.copyOf(types);
    }

    void report(PolicyFault fault, String pointer, String message) {
        faults.report(fault, pointer, message);
    }

    TemplateValue value(Dynamic value, String pointer) {
        return conditions.value(value, pointer);
    }

    /// Whether details are there as an object; reported when not.
    boolean isObject(Dynamic details, String pointer, EffectKind kind) {
        if (details.isNull()) {
            report(
                    PolicyFault.MISSING_DETAILS,
                    pointer,
                    "The effect '%s' needs details.".formatted(kind.wireName()));
            return false;
        }
        if (!(details instanceof Dynamic.Bag)) {
            report(
                    PolicyFault.DETAILS_NOT_OBJECT,
                    pointer,
                    "The details of '%s' must be an object.".formatted(kind.wireName()));
            return false;
        }
        return true;
    }

    /// Reports members that the effect does not have.
    void checkMembers(Dynamic object, String pointer, Set<String> known) {
        for (var name : object.members().keySet()) {
            if (!known.contains(name.toLowerCase(Locale.ROOT))) {
                report(
                        PolicyFault.UNKNOWN_DETAILS_MEMBER,
                        Faults.below(pointer, name),
                        "The details have no member '%s'.".formatted(name));
            }
        }
    }

    /// The role definitions that an effect needs.
    List<String> roles(Dynamic details, String pointer) {
        var ids = details.getIgnoreCase("roleDefinitionIds");
        if (ids.isNull()) {
            report(
                    PolicyFault.MISSING_ROLE_DEFINITION_IDS,
                    pointer,
                    "The details name no roleDefinitionIds.");
            return List.of();
        }
        List<String> roles = new ArrayList<>();
        if (ids instanceof Dynamic.Array(var items)) {
            for (var item : items) {
                item.asText().ifPresent(roles::add);
            }
        }
        if (!(ids instanceof Dynamic.Array(var items))
                || roles.size() != items.size()
                || roles.isEmpty()) {
            report(
                    PolicyFault.ROLE_DEFINITION_IDS_MALFORMED,
                    Faults.below(pointer, "roleDefinitionIds"),
                    "'roleDefinitionIds' must be an array of role definition IDs.");
        }
        return roles;
    }

    /// Reports a field that modify and append cannot write.
    void checkWritable(TemplateValue field, String pointer) {
        if (!(field instanceof TemplateValue.Literal(Dynamic.Text(var name), _))) {
            return;
        }
        if (name.indexOf('/') > 0) {
            conditions.checkField(field, pointer);
        }
        String key = name.toLowerCase(Locale.ROOT);
        boolean tag = key.startsWith("tags.") || key.startsWith("tags[");
        if (tag || WRITABLE_FIELDS.contains(key)) {
            return;
        }
        if (name.indexOf('/') < 0) {
            report(
                    PolicyFault.OPERATION_FIELD_NOT_WRITABLE,
                    pointer,
                    "The field '%s' cannot be written.".formatted(name));
        } else if (!types.isEmpty()
                && types.stream()
                        .allMatch(t -> fields.modifiable(name, t, null) == Alias.Modifiable.NO)) {
            report(
                    PolicyFault.ALIAS_NOT_MODIFIABLE,
                    pointer,
                    "The alias '%s' is not modifiable.".formatted(name));
        }
    }

    static boolean isExpression(Dynamic value) {
        return value instanceof Dynamic.Text(var text) && ExpressionParser.isExpression(text);
    }
}
