package io.muster.remediation.apply.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.remediation.apply.ArmException;
import io.muster.remediation.apply.ArmFailure;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Which `api-version` a type is asked with: a known one for machines, else the newest stable one that its
/// provider offers.
final class ApiVersions {
    static final String COMPUTE = "2025-04-01";
    static final String RESOURCES = "2021-04-01";

    private static final Map<String, String> KNOWN =
            Map.of(
                    Machine.VM_TYPE,
                    COMPUTE,
                    Machine.SCALE_SET_TYPE,
                    COMPUTE,
                    Machine.INSTANCE_TYPE,
                    COMPUTE,
                    "microsoft.resources/subscriptions/resourcegroups",
                    RESOURCES,
                    "microsoft.resources/deployments",
                    RESOURCES);

    /// Reads `{sub}/providers/{ns}`.
    @FunctionalInterface
    interface Providers {
        Dynamic get(String path) throws ArmException, InterruptedException;
    }

    private final Providers providers;
    private final Map<String, String> found = new ConcurrentHashMap<>();

    ApiVersions(Providers providers) {
        this.providers = providers;
    }

    String of(ResourceId id) throws ArmException, InterruptedException {
        String type = id.type().lower();
        var known =
                Optional.ofNullable(KNOWN.get(type)).or(() -> Optional.ofNullable(found.get(type)));
        if (known.isPresent()) {
            return known.get();
        }
        String version = ask(id);
        found.put(type, version);
        return version;
    }

    private String ask(ResourceId id) throws ArmException, InterruptedException {
        String path =
                "/subscriptions/"
                        + id.subscriptionId().orElseThrow()
                        + "/providers/"
                        + id.namespace();
        String below = id.type().text().substring(id.namespace().length() + 1);
        for (var type : providers.get(path).getIgnoreCase("resourceTypes").items()) {
            if (type.getIgnoreCase("resourceType").textOr("").equalsIgnoreCase(below)) {
                var versions =
                        type.getIgnoreCase("apiVersions").items().stream()
                                .map(version -> version.textOr(""))
                                .filter(version -> !version.isEmpty())
                                .toList();
                var stable =
                        versions.stream()
                                .filter(v -> !v.toLowerCase(Locale.ROOT).contains("preview"))
                                .max(String::compareTo);
                var any = stable.or(() -> versions.stream().max(String::compareTo));
                if (any.isPresent()) {
                    return any.get();
                }
            }
        }
        throw new ArmException(
                new ArmFailure.Refused(
                        400,
                        "NoRegisteredProviderFound",
                        "No API version is known for the type '" + id.type().text() + "'."));
    }
}
