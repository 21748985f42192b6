package io.muster.policy.alias;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
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
    ///
    /// @param apiVersions in lower case
    /// @param modifiable in those versions, whatever holds in the others
    /// @param tokenType in those versions; null when the catalogue does not say it of them
    public record Versioned(
            String path,
            Set<String> apiVersions,
            Modifiable modifiable,
            @Nullable String tokenType) {
        public Versioned {
            apiVersions =
                    apiVersions.stream()
                            .map(version -> version.toLowerCase(Locale.ROOT))
                            .collect(Collectors.toUnmodifiableSet());
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
        var own = in(apiVersion);
        return own == null ? path : own.path;
    }

    /// Whether modify may write in that API version.
    public Modifiable modifiableIn(@Nullable String apiVersion) {
        var own = in(apiVersion);
        return own == null || own.modifiable == Modifiable.UNKNOWN ? modifiable : own.modifiable;
    }

    /// The JSON type of the value in that API version.
    public @Nullable String tokenTypeIn(@Nullable String apiVersion) {
        var own = in(apiVersion);
        return own == null || own.tokenType == null ? tokenType : own.tokenType;
    }

    private @Nullable Versioned in(@Nullable String apiVersion) {
        if (apiVersion != null && !versioned.isEmpty()) {
            String version = apiVersion.toLowerCase(Locale.ROOT);
            for (var candidate : versioned) {
                if (candidate.apiVersions.contains(version)) {
                    return candidate;
                }
            }
        }
        return null;
    }
}
