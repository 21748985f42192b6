package io.muster.inventory.source.azure;

/// Who asks.
public sealed interface AzureCredential {

    /// What the environment gives: variables, workload or managed identity, developer logins.
    record Default() implements AzureCredential {}

    /// A service principal.
    record ClientSecret(String tenantId, String clientId, String secret)
            implements AzureCredential {
        @Override
        public String toString() {
            return "ClientSecret[" + tenantId + ", " + clientId + "]";
        }
    }

    /// A fixed bearer token: what a simulated Azure takes.
    record StaticToken(String token) implements AzureCredential {
        @Override
        public String toString() {
            return "StaticToken[]";
        }
    }
}
