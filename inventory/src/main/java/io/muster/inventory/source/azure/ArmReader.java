package io.muster.inventory.source.azure;

import com.azure.resourcemanager.resources.ResourceManager;
import com.azure.resourcemanager.resources.fluent.ResourceManagementClient;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.ResourceType;
import io.muster.inventory.source.azure.AnswerCapture.Answers;
import io.muster.inventory.source.azure.Retrying.FailedRequestException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Reads any resource of a subscription from Azure Resource Manager itself, which is never behind. Thread-safe.
///
/// By the newest API version of its type that is no preview, as Resource Graph does: azure/governance/resource-graph/concepts/explore-resources.
final class ArmReader {
    private static final String SUBSCRIPTIONS = "2022-12-01";

    /// How long what a provider says of its API versions holds.
    private static final Duration HOLDS = Duration.ofDays(1);

    private final AzureConnection connection;
    private final SubscriptionReads reads;
    private final InstantSource clock;
    private final Map<String, ResourceManagementClient> clients = new ConcurrentHashMap<>();
    private final Map<String, Versions> providers = new ConcurrentHashMap<>();

    ArmReader(AzureConnection connection, SubscriptionReads reads, InstantSource clock) {
        this.connection = connection;
        this.reads = reads;
        this.clock = clock;
    }

    /// The newest API version of each of a provider's types, by the type in lower case.
    private record Versions(Map<String, String> byType, Instant until) {
        Versions {
            byType = Map.copyOf(byType);
        }
    }

    /// A subscription; empty when there is none of that id.
    Optional<Dynamic> subscription(String id) throws FailedRequestException, InterruptedException {
        return get(id, ResourceId.parse("/subscriptions/" + id), SUBSCRIPTIONS);
    }

    /// The API version to ask for a type with; empty where its provider names none.
    Optional<String> apiVersion(String subscription, ResourceType type)
            throws FailedRequestException, InterruptedException {
        String full = type.lower();
        int slash = full.indexOf('/');
        if (slash < 0) {
            return Optional.empty();
        }
        String namespace = full.substring(0, slash);
        @Nullable Versions known = providers.get(namespace);
        if (known == null || known.until().isBefore(clock.instant())) {
            known = versions(subscription, namespace);
            providers.put(namespace, known);
        }
        return Optional.ofNullable(known.byType().get(full.substring(slash + 1)));
    }

    private Versions versions(String subscription, String namespace)
            throws FailedRequestException, InterruptedException {
        var provider =
                reads.found(
                        subscription,
                        () -> {
                            var answers = new Answers();
                            client(subscription)
                                    .getProviders()
                                    .getWithResponse(namespace, null, answers.context());
                            return answers.json();
                        });
        var versions = new HashMap<String, String>();
        for (var type : provider.orElse(Dynamic.NULL).get("resourceTypes").items()) {
            type.get("apiVersions").items().stream()
                    .flatMap(version -> version.asText().stream())
                    .max(
                            Comparator.comparing((String version) -> !version.contains("preview"))
                                    .thenComparing(Comparator.naturalOrder()))
                    .ifPresent(version ->
                            versions.put(
                                    type.get("resourceType").textOr("").toLowerCase(Locale.ROOT),
                                    version));
        }
        return new Versions(versions, clock.instant().plus(HOLDS));
    }

    /// A resource as ARM has it; empty when it is not there.
    Optional<Dynamic> resource(ResourceId id, String apiVersion)
            throws FailedRequestException, InterruptedException {
        return get(id.subscriptionId().orElseThrow(), id, apiVersion);
    }

    private Optional<Dynamic> get(String subscription, ResourceId id, String apiVersion)
            throws FailedRequestException, InterruptedException {
        return reads.found(
                subscription,
                () -> {
                    var answers = new Answers();
                    client(subscription)
                            .getResources()
                            .getByIdWithResponse(path(id), apiVersion, answers.context());
                    return ComputeReader.about(id, answers.json());
                });
    }

    private ResourceManagementClient client(String subscription) {
        return clients.computeIfAbsent(
                subscription,
                s ->
                        ResourceManager.authenticate(connection.pipeline(), connection.profile(s))
                                .withSubscription(s)
                                .serviceClient());
    }

    /// As the SDK wants it behind its slash. A name may have what no address has.
    private static String path(ResourceId id) {
        try {
            return new URI(null, null, id.text(), null).getRawPath().substring(1);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
