package io.muster.service.http.policy;

import io.muster.core.value.Dynamic;
import io.muster.policy.definition.PolicySetDefinition;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.http.errors.ArmException;
import io.muster.service.http.route.ArmAnswer;
import io.muster.service.http.route.ArmCall;
import io.muster.service.http.route.ArmRoute;
import io.muster.service.http.route.ArmRoutes;
import io.muster.service.http.route.Pages;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Policy metadata: what the controls of a standard are. Azure keeps their texts; here they are what the groups of the kept initiatives say of them (`additionalMetadataId`).
/// Source: policyinsights-policyMetadata-2024-10-01.
@Singleton
final class PolicyMetadataResource implements ArmRoutes {
    private static final String PATH = "/providers/Microsoft.PolicyInsights/policyMetadata";

    private final FleetCompliance compliance;

    PolicyMetadataResource(FleetCompliance compliance) {
        this.compliance = compliance;
    }

    @Override
    public List<ArmRoute> routes() {
        return List.of(ArmRoute.get(PATH, this::list), ArmRoute.get(PATH + "/{name}", this::get));
    }

    /// By id in lower case: the first initiative that names one tells of it.
    private Map<String, PolicySetDefinition.Group> known() {
        var known = new TreeMap<String, PolicySetDefinition.Group>();
        for (var set : compliance.current().engine().catalog().sets()) {
            for (var group : set.groups()) {
                String id = group.additionalMetadataId().toLowerCase(Locale.ROOT);
                if (id.startsWith(PATH.toLowerCase(Locale.ROOT) + "/")) {
                    known.putIfAbsent(id, group);
                }
            }
        }
        return known;
    }

    private ArmAnswer list(ArmCall call) throws ArmException {
        // A list leaves the long texts out.
        var values = known().values().stream().map(group -> metadata(group, false)).toList();
        return Pages.of(call, values, Integer.MAX_VALUE, PolicyLists.PAGE);
    }

    private ArmAnswer get(ArmCall call) throws ArmException {
        String name = call.name("name");
        var group = known().get((PATH + "/" + name).toLowerCase(Locale.ROOT));
        if (group == null) {
            throw new ArmException(
                    404,
                    "PolicyMetadataNotFound",
                    "The policy metadata '%s' could not be found: no initiative that is kept here names it."
                            .formatted(name));
        }
        return ArmAnswer.ok(metadata(group, true));
    }

    private static Dynamic metadata(PolicySetDefinition.Group group, boolean whole) {
        String id = group.additionalMetadataId();
        var properties =
                Dynamic.bag()
                        .put("metadataId", group.name())
                        .put("category", group.category())
                        .put("title", group.displayName())
                        .put("owner", "")
                        .put("additionalContentUrl", Dynamic.NULL)
                        .put("metadata", Dynamic.EMPTY_BAG);
        if (whole) {
            properties.put("description", group.description()).put("requirements", "");
        }
        return Dynamic.bag()
                .put("properties", properties.build())
                .put("id", id)
                .put("name", id.substring(id.lastIndexOf('/') + 1))
                .put("type", "Microsoft.PolicyInsights/policyMetadata")
                .build();
    }
}
