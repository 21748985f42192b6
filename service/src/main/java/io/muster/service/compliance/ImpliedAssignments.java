package io.muster.service.compliance;

import io.muster.core.value.Dynamic;
import io.muster.policy.definition.Parameter;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyObjectReader;
import io.muster.policy.fault.Faults;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/// Assignments for a folder that has none: each initiative, and each definition that is in no initiative of the folder, on the whole
/// tenant with its parameters' defaults.
public final class ImpliedAssignments {
    private static final String ASSIGNMENTS =
            "/providers/Microsoft.Authorization/policyAssignments/";

    private ImpliedAssignments() {}

    /// @param catalog with the assignments
    /// @param left names of what cannot be assigned because a parameter has no default
    public record Result(PolicyCatalog catalog, List<String> left) {}

    public static Result in(PolicyCatalog catalog) {
        var members = new HashSet<String>();
        catalog.sets()
                .forEach(set ->
                        set.members()
                                .forEach(m ->
                                        members.add(m.definitionId().toLowerCase(Locale.ROOT))));
        var left = new ArrayList<String>();
        var result = catalog;
        for (var set : catalog.sets()) {
            if (hasDefaults(set.parameters().values())) {
                result = assign(result, set.id(), set.name(), set.displayName());
            } else {
                left.add(set.name());
            }
        }
        for (var definition : catalog.definitions()) {
            if (members.contains(definition.id().toLowerCase(Locale.ROOT))) {
                continue;
            }
            if (hasDefaults(definition.parameters().values())) {
                result =
                        assign(
                                result,
                                definition.id(),
                                definition.name(),
                                definition.displayName());
            } else {
                left.add(definition.name());
            }
        }
        return new Result(result, List.copyOf(left));
    }

    private static boolean hasDefaults(Collection<Parameter> parameters) {
        return parameters.stream().allMatch(p -> p.defaultValue() != null);
    }

    private static PolicyCatalog assign(
            PolicyCatalog catalog, String definitionId, String name, String displayName) {
        var json =
                Dynamic.bag()
                        .put("id", ASSIGNMENTS + name)
                        .put("name", name)
                        .put("type", "Microsoft.Authorization/policyAssignments")
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put("displayName", displayName)
                                        .put("policyDefinitionId", definitionId)
                                        .build())
                        .build();
        return PolicyObjectReader.assignment(json, Faults.in(name, json))
                .map(catalog::with)
                .orElse(catalog);
    }
}
