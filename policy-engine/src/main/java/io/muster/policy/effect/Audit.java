package io.muster.policy.effect;

/// `audit`: A matching resource is NonCompliant; a request that makes one gets a warning in the activity log.
public record Audit() implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.AUDIT;
    }
}
