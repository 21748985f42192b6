package io.muster.policy.effect;

import io.muster.core.value.Dynamic;

/// `mutate`: changes Kubernetes objects in Microsoft.Kubernetes.Data. Recognised; never evaluated here.
///
/// @param details as written
public record Mutate(Dynamic details) implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.MUTATE;
    }
}
