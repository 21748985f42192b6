package io.muster.policy.alias;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Where an alias leads when no catalogue says: below `properties`, except for what stands at the root of every ARM resource.
final class AliasConvention {
    private static final Set<String> ROOT =
            Set.of(
                    "sku",
                    "kind",
                    "identity",
                    "zones",
                    "plan",
                    "tags",
                    "location",
                    "managedby",
                    "extendedlocation",
                    "etag",
                    "systemdata");

    private AliasConvention() {}

    /// The path of the alias in resources of that type; empty when the alias belongs to another type.
    static Optional<String> path(String alias, String resourceType) {
        int length = resourceType.length();
        if (alias.length() <= length + 1
                || alias.charAt(length) != '/'
                || !alias.regionMatches(true, 0, resourceType, 0, length)) {
            return Optional.empty();
        }
        String rest = alias.substring(length + 1);
        // A further segment names a child type.
        if (rest.indexOf('/') >= 0) {
            return Optional.empty();
        }
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '.' && rest.charAt(end) != '[') {
            end++;
        }
        boolean root = ROOT.contains(rest.substring(0, end).toLowerCase(Locale.ROOT));
        return Optional.of(root ? rest : "properties." + rest);
    }
}
