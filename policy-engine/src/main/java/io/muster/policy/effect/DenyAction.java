package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.List;

/// `denyAction`: a matching resource is Protected; the named action (only `delete` exists) on it is refused with 403.
///
/// @param actionNames an array of texts once it is computed
/// @param cascade `allow` or `deny` once it is computed: whether the resource group may be deleted in spite of the resource
public record DenyAction(TemplateValue actionNames, TemplateValue cascade) implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.DENY_ACTION;
    }

    /// Whether deleting the resource itself is refused.
    public boolean deniesDelete() {
        return actionNames instanceof TemplateValue.Literal(var names, _)
                && names.items().stream()
                        .anyMatch(name -> name.textOr("").equalsIgnoreCase("delete"));
    }

    /// Whether deleting the resource's group is refused because of the resource.
    public boolean deniesDeleteWithGroup() {
        return deniesDelete()
                && !(cascade instanceof TemplateValue.Literal(var behavior, _)
                        && behavior.textOr("").equalsIgnoreCase("allow"));
    }

    static DenyAction read(Dynamic details, String pointer, EffectReader reader) {
        var names = details.getIgnoreCase("actionNames");
        String namesAt = Faults.below(pointer, "actionNames");
        boolean computed = EffectReader.isExpression(names);
        if (!computed && names.items().isEmpty()) {
            reader.report(
                    PolicyFault.DENY_ACTION_WITHOUT_NAMES, pointer, "The details name no actions.");
            names = Dynamic.array(List.of(Dynamic.of("delete")));
        }
        for (int i = 0; i < names.items().size(); i++) {
            String name = names.items().get(i).textOr("");
            if (!name.equalsIgnoreCase("delete")
                    && !EffectReader.isExpression(names.items().get(i))) {
                reader.report(
                        PolicyFault.DENY_ACTION_NAME_UNKNOWN,
                        Faults.below(namesAt, i),
                        "The action '%s' cannot be denied; 'delete' can.".formatted(name));
            }
        }
        String cascadeAt = Faults.below(Faults.below(pointer, "cascadeBehaviors"), "resourceGroup");
        var cascade = details.getIgnoreCase("cascadeBehaviors").getIgnoreCase("resourceGroup");
        String behavior = cascade.textOr("deny");
        if (!behavior.equalsIgnoreCase("allow")
                && !behavior.equalsIgnoreCase("deny")
                && !EffectReader.isExpression(cascade)) {
            reader.report(
                    PolicyFault.CASCADE_BEHAVIOR_UNKNOWN,
                    cascadeAt,
                    "The cascade behaviour is allow or deny.");
        }
        return new DenyAction(
                reader.value(names, namesAt), reader.value(Dynamic.of(behavior), cascadeAt));
    }
}
