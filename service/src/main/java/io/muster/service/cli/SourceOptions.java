package io.muster.service.cli;

import io.muster.inventory.source.ResourceSource;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.inventory.source.json.JsonSource;
import io.muster.inventory.source.json.JsonSourceOptions;
import io.muster.service.fleet.FleetSources;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that name what to collect from: Azure, or files.
final class SourceOptions {
    @Option(
            names = "--azure",
            paramLabel = "URL",
            arity = "0..1",
            fallbackValue = "https://management.azure.com",
            description =
                    "Collect from Azure at this ARM endpoint (without a URL: the public cloud); signs in as the environment says, or with the token in MUSTER_AZURE_TOKEN")
    private @Nullable URI azure;

    @Option(
            names = "--azure-ca",
            paramLabel = "PEM",
            description = "Certificate authority of that endpoint")
    private @Nullable Path authority;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Collect from these files or folders, too")
    private List<Path> files = new ArrayList<>();

    /// As the server's properties: remediation writes to where is collected from.
    Map<String, Object> properties() {
        var properties = new LinkedHashMap<String, Object>();
        if (azure != null) {
            properties.put("muster.azure.endpoint", azure.toString());
            String token = System.getenv("MUSTER_AZURE_TOKEN");
            if (token != null) {
                properties.put("muster.azure.token", token);
            }
            if (authority != null) {
                properties.put("muster.azure.trust-store", authority.toAbsolutePath().toString());
            }
        }
        return properties;
    }

    boolean isGiven() {
        return azure != null || !files.isEmpty();
    }

    FleetSources sources(InstantSource clock) throws SourceException, BadInput {
        return sources(clock, true);
    }

    /// @param keepGoing whether a file that cannot be read is passed over
    FleetSources sources(InstantSource clock, boolean keepGoing) throws SourceException, BadInput {
        var sources = new ArrayList<ResourceSource>();
        if (azure != null) {
            String token = System.getenv("MUSTER_AZURE_TOKEN");
            try {
                var settings =
                        AzureSettings.of(
                                        azure,
                                        token == null
                                                ? new AzureCredential.Default()
                                                : new AzureCredential.StaticToken(token))
                                .withTrustStore(authority);
                sources.add(new AzureSource("azure", settings, clock));
            } catch (IllegalArgumentException invalid) {
                throw new BadInput(String.valueOf(invalid.getMessage()), invalid);
            }
        }
        if (!files.isEmpty()) {
            sources.add(
                    JsonSource.ofPaths(
                            "files",
                            files,
                            JsonSourceOptions.DEFAULT.withKeepGoing(keepGoing),
                            clock));
        }
        return new FleetSources(sources);
    }
}
