package io.muster.policy.template;

import io.muster.core.value.Dynamic;
import java.util.Set;

/// A resource as a deployment would write it.
///
/// @param body the request's body with `id`, `name` and `type` filled in
/// @param unresolved expressions that could not be computed without deploying; they stand in the body as written
public record ExpandedResource(
        String id, String type, String apiVersion, Dynamic body, Set<String> unresolved) {
    public ExpandedResource {
        unresolved = Set.copyOf(unresolved);
    }
}
