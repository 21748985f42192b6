package io.muster.policy.effect;

/// `deny`: A request that makes a matching resource is refused with 403; an existing one is NonCompliant.
public record Deny() implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.DENY;
    }
}
