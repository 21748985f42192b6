package io.muster.policy.alias;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One row of an alias catalogue: where the value of that name stands in resources of that type.
///
/// @param path in every API version that [#versioned] does not name
/// @param tokenType JSON type of the value as the catalogue says it (`String`, `Array`, `NotSpecified`, ...), null when it does not
public record Alias(
        String name,
        String resourceType,
        String path,
        List<Versioned> versioned,
        Modifiable modifiable,
        @Nullable String tokenType) {

    /// A path of certain API versions.
    public record Versioned(String path, Set<String> apiVersions) {
        public Versioned {
            apiVersions = Set.copyOf(apiVersions);
        }
    }

    /// Whether modify and append may write through the alias. Absence of the attribute is not a no.
    public enum Modifiable {
        YES,
        NO,
        UNKNOWN
    }

    public Alias {
        versioned = List.copyOf(versioned);
    }

    public Alias(String name, String resourceType, String path) {
        this(name, resourceType, path, List.of(), Modifiable.UNKNOWN, null);
    }

    /// The path for a request or document of that API version; the default one when the version is not named or null.
    public String pathFor(@Nullable String apiVersion) {
        if (apiVersion != null) {
            for (var candidate : versioned) {
                if (candidate.apiVersions.contains(apiVersion)) {
                    return candidate.path;
                }
            }
        }
        return path;
    }
}
