package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import java.util.Optional;

/// What a template can read of the cloud it is deployed to. An adapter answers from an estate, a snapshot or Azure itself.
public interface DeployedResources {

    /// A cloud in which there is nothing.
    DeployedResources NONE = _ -> Optional.empty();

    /// The whole resource as a GET answers it; ids ignore case. Also asked for resource groups, subscriptions and deployments.
    Optional<Dynamic> find(String id);

    /// The answer of a `list*` function: the POST of that action to the resource. Empty where it cannot be asked.
    ///
    /// @param function as the template writes it (`listKeys`)
    /// @param body of the request; null where the template gives none
    default Optional<Dynamic> list(String function, String id, String apiVersion, Dynamic body) {
        return Optional.empty();
    }

    /// The value of a key vault's secret, for a parameter given as `{"reference": {"keyVault": {"id"}, "secretName"}}`. Empty where it cannot be read.
    default Optional<String> secret(String vaultId, String name, String version) {
        return Optional.empty();
    }
}
