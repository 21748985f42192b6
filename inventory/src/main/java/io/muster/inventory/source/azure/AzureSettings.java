package io.muster.inventory.source.azure;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How to reach Azure, or what plays it, and how hard to ask.
///
/// @param endpoint of Azure Resource Manager; plain HTTP only with a static token
/// @param trustStore PEM file of certificates to trust beside the JDK's own; null for none
/// @param tenantId empty when it does not matter
/// @param subscriptions to collect; empty for all that the credential can read
/// @param tables to collect; see [#DEFAULT_TABLES]
/// @param instanceViews whether machines are asked for what runs on them, versions for their replication and uniform sets for their instances
/// @param pageSize rows of a Resource Graph page, 1 to 1000
/// @param concurrency compute reads at a time
/// @param readsPerSecond compute reads of one subscription; 0 for no limit of our own
public record AzureSettings(
        URI endpoint,
        AzureCredential credential,
        @Nullable Path trustStore,
        String tenantId,
        List<String> subscriptions,
        List<String> tables,
        boolean instanceViews,
        int pageSize,
        int concurrency,
        int readsPerSecond,
        Duration responseTimeout,
        RetrySettings retry) {
    public static final URI PUBLIC_CLOUD = URI.create("https://management.azure.com");
    public static final List<String> DEFAULT_TABLES =
            List.of("resourcecontainers", "resources", "computeresources");

    /// What Azure Resource Manager lets a caller read of a subscription each second.
    private static final int READS_OF_AZURE = 25;

    public AzureSettings {
        subscriptions = List.copyOf(subscriptions);
        tables = List.copyOf(tables);
        if (pageSize < 1 || pageSize > 1000) {
            throw new IllegalArgumentException("a page has 1 to 1000 rows, not " + pageSize);
        }
        if (concurrency < 1) {
            throw new IllegalArgumentException("concurrency must be at least 1");
        }
        if (endpoint.getHost() == null
                || !(endpoint.getScheme().equals("https") || endpoint.getScheme().equals("http"))) {
            throw new IllegalArgumentException("'" + endpoint + "' is no http or https address");
        }
        if (endpoint.getScheme().equals("http")
                && !(credential instanceof AzureCredential.StaticToken)) {
            throw new IllegalArgumentException(
                    "'" + endpoint + "': a real credential is never sent over plain HTTP");
        }
    }

    /// The usual settings for an endpoint and credential.
    public static AzureSettings of(URI endpoint, AzureCredential credential) {
        return new AzureSettings(
                endpoint,
                credential,
                null,
                "",
                List.of(),
                DEFAULT_TABLES,
                true,
                1000,
                16,
                isAzure(endpoint) ? READS_OF_AZURE : 0,
                Duration.ofSeconds(60),
                RetrySettings.DEFAULT);
    }

    private static boolean isAzure(URI endpoint) {
        String host = String.valueOf(endpoint.getHost()).toLowerCase(Locale.ROOT);
        return host.startsWith("management.")
                && List.of(".azure.com", ".chinacloudapi.cn", ".usgovcloudapi.net").stream()
                        .anyMatch(host::endsWith);
    }

    public AzureSettings withReadsPerSecond(int reads) {
        return new AzureSettings(
                endpoint,
                credential,
                trustStore,
                tenantId,
                subscriptions,
                tables,
                instanceViews,
                pageSize,
                concurrency,
                reads,
                responseTimeout,
                retry);
    }

    public AzureSettings withTrustStore(@Nullable Path pem) {
        return new AzureSettings(
                endpoint,
                credential,
                pem,
                tenantId,
                subscriptions,
                tables,
                instanceViews,
                pageSize,
                concurrency,
                readsPerSecond,
                responseTimeout,
                retry);
    }

    public AzureSettings withPageSize(int rows) {
        return new AzureSettings(
                endpoint,
                credential,
                trustStore,
                tenantId,
                subscriptions,
                tables,
                instanceViews,
                rows,
                concurrency,
                readsPerSecond,
                responseTimeout,
                retry);
    }

    public AzureSettings withTables(List<String> chosen) {
        return new AzureSettings(
                endpoint,
                credential,
                trustStore,
                tenantId,
                subscriptions,
                chosen,
                instanceViews,
                pageSize,
                concurrency,
                readsPerSecond,
                responseTimeout,
                retry);
    }

    public AzureSettings withSubscriptions(List<String> chosen) {
        return new AzureSettings(
                endpoint,
                credential,
                trustStore,
                tenantId,
                chosen,
                tables,
                instanceViews,
                pageSize,
                concurrency,
                readsPerSecond,
                responseTimeout,
                retry);
    }

    public AzureSettings withRetry(RetrySettings changed) {
        return new AzureSettings(
                endpoint,
                credential,
                trustStore,
                tenantId,
                subscriptions,
                tables,
                instanceViews,
                pageSize,
                concurrency,
                readsPerSecond,
                responseTimeout,
                changed);
    }
}
