package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.simulator.estate.KeptState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Resource providers and features a subscription is registered for. Every provider is, until somebody unregisters it; features are not. Guarded by the simulator's lock.
final class Registrations implements KeptState {
    private static final Pattern PROVIDER =
            Pattern.compile(
                    "/subscriptions/([^/]+)/providers/([^/]+\\.[^/]+)(?:/(register|unregister))?",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern FEATURE =
            Pattern.compile(
                    "/subscriptions/([^/]+)/providers/Microsoft\\.Features/providers/([^/]+)/features/([^/]+)(?:/(register|unregister))?",
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern PROVIDERS =
            Pattern.compile("/subscriptions/([^/]+)/providers", Pattern.CASE_INSENSITIVE);

    /// What the tenant has, whatever its subscriptions are registered for.
    private static final Pattern OF_TENANT =
            Pattern.compile("/providers(?:/([^/]+\\.[^/]+))?", Pattern.CASE_INSENSITIVE);

    private static final Pattern FEATURES =
            Pattern.compile(
                    "/subscriptions/([^/]+)/providers/Microsoft\\.Features/(?:providers/([^/]+)/)?features",
                    Pattern.CASE_INSENSITIVE);

    /// Providers whose resources an estate has rules for.
    private static final List<String> KNOWN =
            List.of(
                    "Microsoft.Authorization",
                    "Microsoft.Compute",
                    "Microsoft.Features",
                    "Microsoft.Insights",
                    "Microsoft.ManagedIdentity",
                    "Microsoft.Network",
                    "Microsoft.PolicyInsights",
                    "Microsoft.ResourceGraph",
                    "Microsoft.Resources",
                    "Microsoft.Storage");

    /// Regions open only to subscriptions that asked: Azure's access-restricted second regions.
    private static final List<String> RESTRICTED =
            List.of(
                    "brazilsoutheast",
                    "francesouth",
                    "germanynorth",
                    "norwaywest",
                    "southafricawest",
                    "switzerlandwest",
                    "uaecentral");

    private final Map<String, String> states = new LinkedHashMap<>();

    static boolean isRegistrationPath(String path) {
        return PROVIDER.matcher(path).matches()
                || FEATURE.matcher(path).matches()
                || PROVIDERS.matcher(path).matches()
                || FEATURES.matcher(path).matches()
                || OF_TENANT.matcher(path).matches();
    }

    /// A change of a registration: the right that it needs, at the subscription.
    record Change(ResourceId scope, String type, String suffix) {}

    /// Empty when nothing is changed.
    Optional<Change> scopeOfChange(ArmRequest request) {
        var feature = FEATURE.matcher(request.path());
        if (feature.matches() && feature.group(4) != null) {
            return Optional.of(
                    new Change(
                            subscription(feature.group(1)),
                            "Microsoft.Features/providers/features",
                            feature.group(4).toLowerCase(Locale.ROOT) + "/action"));
        }
        var provider = PROVIDER.matcher(request.path());
        if (provider.matches() && provider.group(3) != null) {
            return Optional.of(
                    new Change(
                            subscription(provider.group(1)),
                            provider.group(2),
                            provider.group(3).toLowerCase(Locale.ROOT) + "/action"));
        }
        return Optional.empty();
    }

    private static ResourceId subscription(String id) {
        return ResourceId.parse("/subscriptions/" + id);
    }

    /// Refuses to write a resource of a provider that its subscription is not registered for.
    void check(ArmRequest request, ResourceId id) {
        if (states.isEmpty() || !List.of("PUT", "PATCH").contains(request.method())) {
            return;
        }
        var subscription = id.subscriptionId();
        if (subscription.isPresent()
                && !registered(subscription.get() + "/" + id.namespace(), "Registered")) {
            throw new ArmFault(
                    409,
                    "MissingSubscriptionRegistration",
                    "The subscription is not registered to use namespace '"
                            + id.namespace()
                            + "'. See https://aka.ms/rps-not-found for how to register"
                            + " subscriptions.");
        }
    }

    private boolean registered(String key, String otherwise) {
        return states.getOrDefault(key.toLowerCase(Locale.ROOT), otherwise).equals("Registered");
    }

    @Override
    public String kind() {
        return "registration";
    }

    @Override
    public void export(Consumer<Dynamic> sink) {
        states.forEach((key, state) ->
                sink.accept(Dynamic.bag().put("of", key).put("state", state).build()));
    }

    @Override
    public void take(Dynamic kept) {
        states.put(kept.get("of").textOr(""), kept.get("state").textOr(""));
    }

    ArmResponse route(ArmRequest request) {
        var feature = FEATURE.matcher(request.path());
        if (feature.matches()) {
            return feature(
                    request,
                    feature.group(1),
                    feature.group(2),
                    feature.group(3),
                    feature.group(4));
        }
        var provider = PROVIDER.matcher(request.path());
        if (provider.matches()) {
            return provider(request, provider.group(1), provider.group(2), provider.group(3));
        }
        var features = FEATURES.matcher(request.path());
        if (features.matches()) {
            return features(request, features.group(1), features.group(2));
        }
        var providers = PROVIDERS.matcher(request.path());
        if (providers.matches()) {
            return providers(request, providers.group(1));
        }
        var ofTenant = OF_TENANT.matcher(request.path());
        if (ofTenant.matches()) {
            return ofTenant(request, ofTenant.group(1));
        }
        throw new ArmFault(404, "NotFound", "There is nothing at '" + request.path() + "'.");
    }

    /// @param namespace null for all
    private static ArmResponse ofTenant(ArmRequest request, @Nullable String namespace) {
        requireRead(request);
        if (namespace == null) {
            return list(KNOWN.stream().map(Registrations::ofTenant).toList());
        }
        return KNOWN.stream()
                .filter(namespace::equalsIgnoreCase)
                .findFirst()
                .map(known -> ArmResponse.of(200, ofTenant(known)))
                .orElseThrow(() ->
                        new ArmFault(
                                404,
                                "InvalidResourceNamespace",
                                "The resource namespace '" + namespace + "' is invalid."));
    }

    private static Dynamic ofTenant(String namespace) {
        return Dynamic.bag()
                .put("id", "/providers/" + namespace)
                .put("namespace", namespace)
                .put("resourceTypes", Dynamic.EMPTY_ARRAY)
                .build();
    }

    private static void requireRead(ArmRequest request) {
        if (!request.method().equals("GET")) {
            throw new ArmFault(405, "MethodNotAllowed", "A registration can only be read here.");
        }
    }

    private ArmResponse providers(ArmRequest request, String subscription) {
        requireRead(request);
        return list(KNOWN.stream().map(known -> provider(subscription, known)).toList());
    }

    /// Those that somebody asked for: Azure publishes no list of all.
    ///
    /// @param namespace null for those of every provider
    private ArmResponse features(
            ArmRequest request, String subscription, @Nullable String namespace) {
        requireRead(request);
        String prefix =
                (subscription + "/" + (namespace == null ? "" : namespace + "/"))
                        .toLowerCase(Locale.ROOT);
        var out = new ArrayList<Dynamic>();
        states.forEach((key, state) -> {
            var parts = List.of(key.split("/", -1));
            if (key.startsWith(prefix) && parts.size() == 3) {
                out.add(feature(parts.get(0), parts.get(1), parts.get(2), state));
            }
        });
        return list(out);
    }

    private static ArmResponse list(List<Dynamic> items) {
        return ArmResponse.of(200, Dynamic.bag().put("value", Dynamic.array(items)).build());
    }

    private ArmResponse provider(
            ArmRequest request, String subscription, String namespace, @Nullable String action) {
        changed(request, subscription + "/" + namespace, action);
        return ArmResponse.of(200, provider(subscription, namespace));
    }

    private Dynamic provider(String subscription, String namespace) {
        return Dynamic.bag()
                .put("id", "/subscriptions/" + subscription + "/providers/" + namespace)
                .put("namespace", namespace)
                .put("registrationPolicy", "RegistrationRequired")
                .put("resourceTypes", Dynamic.EMPTY_ARRAY)
                .put(
                        "registrationState",
                        registered(subscription + "/" + namespace, "Registered")
                                ? "Registered"
                                : "NotRegistered")
                .build();
    }

    private ArmResponse feature(
            ArmRequest request,
            String subscription,
            String namespace,
            String name,
            @Nullable String action) {
        String key = subscription + "/" + namespace + "/" + name;
        changed(request, key, action);
        return ArmResponse.of(
                200,
                feature(
                        subscription,
                        namespace,
                        name,
                        registered(key, "NotRegistered") ? "Registered" : "NotRegistered"));
    }

    private static Dynamic feature(
            String subscription, String namespace, String name, String state) {
        return Dynamic.bag()
                .put(
                        "id",
                        "/subscriptions/"
                                + subscription
                                + "/providers/Microsoft.Features/providers/"
                                + namespace
                                + "/features/"
                                + name)
                .put("name", namespace + "/" + name)
                .put("type", "Microsoft.Features/providers/features")
                .put("properties", Dynamic.bag().put("state", state).build())
                .build();
    }

    private void changed(ArmRequest request, String key, @Nullable String action) {
        String at = key.toLowerCase(Locale.ROOT);
        if (action != null) {
            if (!request.method().equals("POST")) {
                throw new ArmFault(405, "MethodNotAllowed", "Registration is asked for by POST.");
            }
            states.put(at, action.equalsIgnoreCase("register") ? "Registered" : "NotRegistered");
        } else if (!request.method().equals("GET")) {
            throw new ArmFault(405, "MethodNotAllowed", "A registration can only be read here.");
        }
    }

    /// The feature that a subscription lacks to use a region; empty when it lacks none. Azure publishes no names for these: ours is the region's.
    Optional<String> missingFeature(String subscription, String region) {
        if (!RESTRICTED.contains(region)) {
            return Optional.empty();
        }
        String feature = "Microsoft.Compute/Region-" + region;
        String state =
                states.getOrDefault(
                        (subscription + "/" + feature).toLowerCase(Locale.ROOT), "NotRegistered");
        return state.equals("Registered") ? Optional.empty() : Optional.of(feature);
    }
}
