package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.List;

/// `denyAction`: a matching resource is Protected; the named action (only `delete` exists) on it is refused with 403.
///
/// @param denyWithGroup whether deleting the resource group is refused because of the resource
public record DenyAction(List<String> actions, boolean denyWithGroup) implements Effect {
    public DenyAction {
        actions = List.copyOf(actions);
    }

    @Override
    public EffectKind kind() {
        return EffectKind.DENY_ACTION;
    }

    static DenyAction read(Dynamic details, String pointer, EffectReader reader) {
        List<String> actions = new ArrayList<>();
        var names = details.getIgnoreCase("actionNames");
        if (names.items().isEmpty()) {
            reader.report(
                    PolicyFault.DENY_ACTION_WITHOUT_NAMES, pointer, "The details name no actions.");
            actions.add("delete");
        }
        for (int i = 0; i < names.items().size(); i++) {
            String name = names.items().get(i).textOr("");
            if (!name.equalsIgnoreCase("delete")
                    && !EffectReader.isExpression(names.items().get(i))) {
                reader.report(
                        PolicyFault.DENY_ACTION_NAME_UNKNOWN,
                        Faults.below(Faults.below(pointer, "actionNames"), i),
                        "The action '%s' cannot be denied; 'delete' can.".formatted(name));
            }
            actions.add(name);
        }
        var cascade = details.getIgnoreCase("cascadeBehaviors").getIgnoreCase("resourceGroup");
        String behavior = cascade.textOr("deny");
        if (!behavior.equalsIgnoreCase("allow")
                && !behavior.equalsIgnoreCase("deny")
                && !EffectReader.isExpression(cascade)) {
            reader.report(
                    PolicyFault.CASCADE_BEHAVIOR_UNKNOWN,
                    Faults.below(Faults.below(pointer, "cascadeBehaviors"), "resourceGroup"),
                    "The cascade behaviour is allow or deny.");
        }
        return new DenyAction(actions, !behavior.equalsIgnoreCase("allow"));
    }
}
