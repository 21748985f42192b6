package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import java.util.List;
import java.util.Locale;

/// One resource that a template writes.
///
/// @param key what `dependsOn` may name it by beside its id and its plain name: the symbolic name or the copy's name; empty for none
/// @param id of the resource
/// @param apiVersion as the template says
/// @param conditional false when its `condition` does not hold: it counts as done
/// @param dependsOn ids, names or symbolic names
/// @param source the resource in the template, its expressions not computed: `reference()` must see what was deployed before
/// @param copyName of the loop that it, or the resource around it, is a turn of; empty for none
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

    /// Whether a dependency means this resource: its id, the end of it (`Ns/type/name`), its name, its symbolic name or its loop.
    public boolean isNamed(String dependency) {
        return id.equalsIgnoreCase(dependency)
                || name.equalsIgnoreCase(dependency)
                || (!key.isEmpty() && key.equalsIgnoreCase(dependency))
                || (isOfLoop()
                        && (copyName.equalsIgnoreCase(dependency)
                                || turn().equalsIgnoreCase(dependency)))
                || isGroup(dependency)
                || (dependency.indexOf('/') > 0
                        && id.toLowerCase(Locale.ROOT)
                                .endsWith("/" + dependency.toLowerCase(Locale.ROOT)));
    }

    /// `resourceId()` of a resource group gives `/subscriptions/s/providers/Microsoft.Resources/resourceGroups/g`, which is not the group's id.
    private boolean isGroup(String dependency) {
        String way = "/providers/microsoft.resources/resourcegroups/";
        String lower = dependency.toLowerCase(Locale.ROOT);
        int at = lower.indexOf(way);
        return at >= 0
                && id.equalsIgnoreCase(
                        lower.substring(0, at)
                                + "/resourcegroups/"
                                + lower.substring(at + way.length()));
    }

    /// Whether it is one turn of a loop itself, not a child of one.
    boolean isOfLoop() {
        return copyIndex >= 0 && !source.getIgnoreCase("copy").isNull();
    }

    /// What one turn of a loop is called: `name[0]`.
    String turn() {
        return key + "[" + copyIndex + "]";
    }

    PlannedResource withDependencies(List<String> all) {
        return new PlannedResource(
                key, name, id, apiVersion, conditional, all, source, copyName, copyIndex);
    }
}
