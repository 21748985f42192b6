package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `modify`: changes tags, the identity or modifiable aliases of a request; a remediation task does the same to existing resources.
///
/// @param roles role definitions that the assignment's identity needs
/// @param conflictEffect what to do when an operation cannot be done: `audit`, `deny` or `disabled`
public record Modify(List<String> roles, TemplateValue conflictEffect, List<Operation> operations)
        implements Effect {

    /// One change.
    ///
    /// @param value null for `remove`
    /// @param condition null when it always applies
    public record Operation(
            OperationKind kind,
            TemplateValue field,
            @Nullable TemplateValue value,
            @Nullable TemplateValue condition) {}

    /// What an operation does.
    public enum OperationKind {
        ADD("add"),
        ADD_OR_REPLACE("addOrReplace"),
        REMOVE("remove");

        private final String wireName;

        OperationKind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        public static Optional<OperationKind> parse(String name) {
            for (var kind : values()) {
                if (kind.wireName.equalsIgnoreCase(name)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    private static final Set<String> RESOURCE_FUNCTIONS =
            Set.of("field", "resourcegroup", "subscription");

    private static final Set<String> MEMBERS =
            Set.of("roledefinitionids", "conflicteffect", "operations");

    public Modify {
        roles = List.copyOf(roles);
        operations = List.copyOf(operations);
    }

    @Override
    public EffectKind kind() {
        return EffectKind.MODIFY;
    }

    static Modify read(Dynamic details, String pointer, EffectReader reader) {
        var deny = TemplateValue.literal(Dynamic.of("deny"));
        if (!reader.isObject(details, pointer, EffectKind.MODIFY)) {
            return new Modify(List.of(), deny, List.of());
        }
        reader.checkMembers(details, pointer, MEMBERS);
        var roles = reader.roles(details, pointer);
        var conflict = details.getIgnoreCase("conflictEffect");
        var conflictEffect =
                conflict.isNull()
                        ? deny
                        : reader.value(conflict, Faults.below(pointer, "conflictEffect"));
        if (conflictEffect instanceof TemplateValue.Literal(var value, _)
                && !Set.of("audit", "deny", "disabled")
                        .contains(value.textOr("").toLowerCase(Locale.ROOT))) {
            reader.report(
                    PolicyFault.CONFLICT_EFFECT_UNKNOWN,
                    Faults.below(pointer, "conflictEffect"),
                    "The conflict effect is audit, deny or disabled.");
        }
        String at = Faults.below(pointer, "operations");
        List<Operation> operations = new ArrayList<>();
        if (!(details.getIgnoreCase("operations") instanceof Dynamic.Array(var items))
                || items.isEmpty()) {
            reader.report(
                    PolicyFault.MISSING_OPERATIONS, pointer, "The details have no operations.");
        } else {
            for (int i = 0; i < items.size(); i++) {
                var operation = operation(items.get(i), Faults.below(at, i), reader);
                if (operation != null) {
                    operations.add(operation);
                }
            }
        }
        return new Modify(roles, conflictEffect, operations);
    }

    private static @Nullable Operation operation(
            Dynamic item, String pointer, EffectReader reader) {
        if (!(item instanceof Dynamic.Bag)) {
            reader.report(
                    PolicyFault.OPERATION_NOT_OBJECT, pointer, "An operation must be an object.");
            return null;
        }
        String name = item.getIgnoreCase("operation").textOr("");
        var kind = OperationKind.parse(name);
        if (kind.isEmpty()) {
            reader.report(
                    PolicyFault.UNKNOWN_OPERATION,
                    pointer,
                    "'%s' is no operation: add, addOrReplace and remove are.".formatted(name));
        }
        var field = item.getIgnoreCase("field");
        if (!(field instanceof Dynamic.Text)) {
            reader.report(
                    PolicyFault.OPERATION_WITHOUT_FIELD, pointer, "The operation names no field.");
        }
        if (kind.isEmpty() || !(field instanceof Dynamic.Text)) {
            return null;
        }
        String fieldAt = Faults.below(pointer, "field");
        var target = reader.value(field, fieldAt);
        reader.checkWritable(target, fieldAt);
        boolean removes = kind.get() == OperationKind.REMOVE;
        var value = item.getIgnoreCase("value");
        if (removes && !value.isNull()) {
            reader.report(
                    PolicyFault.OPERATION_WITH_SUPERFLUOUS_VALUE,
                    Faults.below(pointer, "value"),
                    "'remove' takes no value.");
        }
        if (!removes && value.isNull()) {
            reader.report(
                    PolicyFault.OPERATION_WITHOUT_VALUE, pointer, "The operation has no value.");
        }
        if (removes
                && target instanceof TemplateValue.Literal(Dynamic.Text(var text), _)
                && !text.toLowerCase(Locale.ROOT).startsWith("tags")) {
            reader.report(
                    PolicyFault.REMOVE_OF_OTHER_THAN_TAG, fieldAt, "'remove' is for tags only.");
        }
        var condition = item.getIgnoreCase("condition");
        if (!condition.isNull()
                && !(condition instanceof Dynamic.Bool)
                && !EffectReader.isExpression(condition)) {
            reader.report(
                    PolicyFault.OPERATION_CONDITION_MALFORMED,
                    Faults.below(pointer, "condition"),
                    "An operation's condition is an expression that yields a boolean.");
        }
        var computed =
                condition.isNull()
                        ? null
                        : reader.value(condition, Faults.below(pointer, "condition"));
        if (computed != null) {
            checkCondition(computed, Faults.below(pointer, "condition"), reader);
        }
        return new Operation(
                kind.get(),
                target,
                removes ? null : reader.value(value, Faults.below(pointer, "value")),
                computed);
    }

    /// Whether an operation is done must not hang on the resource (section 12).
    private static void checkCondition(
            TemplateValue condition, String pointer, EffectReader reader) {
        for (var each : condition.expressions()) {
            each.expression()
                    .calls()
                    .filter(call -> RESOURCE_FUNCTIONS.contains(call.key()))
                    .findFirst()
                    .ifPresent(call ->
                            reader.report(
                                    PolicyFault.OPERATION_CONDITION_MALFORMED,
                                    pointer,
                                    "An operation's condition cannot call '%s'."
                                            .formatted(call.name())));
        }
    }
}
