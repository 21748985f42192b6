package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.Locale;
import java.util.Set;

/// `manual`: people attest; until one does, the default state holds.
public record Manual(TemplateValue defaultState) implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.MANUAL;
    }

    static Manual read(Dynamic details, String pointer, EffectReader reader) {
        var state = details.getIgnoreCase("defaultState");
        if (state.isNull()) {
            return new Manual(TemplateValue.literal(Dynamic.of("Unknown")));
        }
        String at = Faults.below(pointer, "defaultState");
        var value = reader.value(state, at);
        if (value instanceof TemplateValue.Literal(var literal, _)
                && !Set.of("unknown", "compliant", "noncompliant")
                        .contains(literal.textOr("").replace("-", "").toLowerCase(Locale.ROOT))) {
            reader.report(
                    PolicyFault.DEFAULT_STATE_UNKNOWN,
                    at,
                    "The default state is Unknown, Compliant or Non-compliant.");
        }
        return new Manual(value);
    }
}
