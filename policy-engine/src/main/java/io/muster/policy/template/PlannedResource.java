package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import java.util.List;

/// One resource that a template writes.
///
/// @param key what `dependsOn` may name it by beside its id and its plain name: the symbolic name or the copy's name; empty for none
/// @param id of the resource
/// @param apiVersion as the template says
/// @param conditional false when its `condition` does not hold: it counts as done
/// @param dependsOn ids, names or symbolic names
/// @param source the resource in the template, its expressions not computed: `reference()` must see what was deployed before
/// @param copyIndex of the copy; -1 for none
public record PlannedResource(
        String key,
        String name,
        String id,
        String apiVersion,
        boolean conditional,
        List<String> dependsOn,
        Dynamic source,
        String copyName,
        int copyIndex) {
    public PlannedResource {
        dependsOn = List.copyOf(dependsOn);
    }
}
