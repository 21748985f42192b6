package io.muster.policy.effect;

import io.muster.core.value.Dynamic;

/// `auditAction`: seen in one built-in. Recognised; never evaluated.
///
/// @param details as written
public record AuditAction(Dynamic details) implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.AUDIT_ACTION;
    }
}
