package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.simulator.estate.KeptState;
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
        return PROVIDER.matcher(path).matches() || FEATURE.matcher(path).matches();
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
        throw new ArmFault(404, "NotFound", "There is nothing at '" + request.path() + "'.");
    }

    private ArmResponse provider(
            ArmRequest request, String subscription, String namespace, @Nullable String action) {
        String key = subscription + "/" + namespace;
        String state = changed(request, key, action, "Registered");
        return ArmResponse.of(
                200,
                Dynamic.bag()
                        .put("id", "/subscriptions/" + subscription + "/providers/" + namespace)
                        .put("namespace", namespace)
                        .put("registrationPolicy", "RegistrationRequired")
                        .put("resourceTypes", Dynamic.EMPTY_ARRAY)
                        .put("registrationState", state)
                        .build());
    }

    private ArmResponse feature(
            ArmRequest request,
            String subscription,
            String namespace,
            String name,
            @Nullable String action) {
        String key = subscription + "/" + namespace + "/" + name;
        String state = changed(request, key, action, "NotRegistered");
        return ArmResponse.of(
                200,
                Dynamic.bag()
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
                        .build());
    }

    private String changed(
            ArmRequest request, String key, @Nullable String action, String otherwise) {
        String at = key.toLowerCase(Locale.ROOT);
        if (action != null) {
            if (!request.method().equals("POST")) {
                throw new ArmFault(405, "MethodNotAllowed", "Registration is asked for by POST.");
            }
            states.put(at, action.equalsIgnoreCase("register") ? "Registered" : "NotRegistered");
        } else if (!request.method().equals("GET")) {
            throw new ArmFault(405, "MethodNotAllowed", "A registration can only be read here.");
        }
        return states.getOrDefault(at, otherwise);
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
