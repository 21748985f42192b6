package io.muster.service.config;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `muster.azure`: which Azure is collected and remediated, and by whom.
///
/// @param endpoint of Azure Resource Manager; absent: no Azure is read or written
/// @param token a fixed bearer token, for a simulated Azure; absent: the environment's own credential
/// @param trustStore PEM file of certificates to trust beside the JDK's
/// @param tenantId absent when it does not matter
/// @param subscriptions to collect; empty for all that can be read
@ConfigurationProperties("muster.azure")
public record AzureConfig(
        Optional<String> endpoint,
        Optional<String> token,
        Optional<String> trustStore,
        Optional<String> tenantId,
        List<String> subscriptions) {
    public AzureConfig {
        subscriptions = List.copyOf(subscriptions);
        endpoint.ifPresent(AzureConfig::check);
    }

    private static void check(String endpoint) {
        try {
            URI.create(endpoint);
        } catch (IllegalArgumentException notOne) {
            throw new IllegalArgumentException(
                    "muster.azure.endpoint must be an address such as https://management.azure.com, not "
                            + endpoint,
                    notOne);
        }
    }

    /// Empty when no endpoint is configured.
    public Optional<AzureSettings> settings() {
        return endpoint.map(address -> {
            AzureCredential credential =
                    token.<AzureCredential>map(AzureCredential.StaticToken::new)
                            .orElseGet(AzureCredential.Default::new);
            return AzureSettings.of(URI.create(address), credential)
                    .withTrustStore(trustStore.map(Path::of).orElse(null))
                    .withSubscriptions(subscriptions);
        });
    }

    @Override
    public String toString() {
        // The token is a secret: it is in no log.
        return "AzureConfig[" + endpoint.orElse("none") + "]";
    }
}
