package io.muster.policy.effect;

/// `disabled`: Nothing is evaluated and no state is kept.
public record Disabled() implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.DISABLED;
    }
}
