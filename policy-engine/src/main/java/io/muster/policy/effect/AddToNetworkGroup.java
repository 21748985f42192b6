package io.muster.policy.effect;

import io.muster.core.value.Dynamic;

/// `addToNetworkGroup`: adds virtual networks to a network group in Microsoft.Network.Data. Recognised; never evaluated here.
///
/// @param details as written
public record AddToNetworkGroup(Dynamic details) implements Effect {
    @Override
    public EffectKind kind() {
        return EffectKind.ADD_TO_NETWORK_GROUP;
    }
}
