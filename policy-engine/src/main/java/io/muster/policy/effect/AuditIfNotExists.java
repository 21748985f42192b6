package io.muster.policy.effect;

/// `auditIfNotExists`: a matching resource is NonCompliant when no related resource satisfies the existence condition.
public record AuditIfNotExists(RelatedDetails related) implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.AUDIT_IF_NOT_EXISTS;
    }
}
