package io.muster.policy.definition;

import java.util.Locale;
import java.util.Optional;

/// Which resources a definition is about.
public sealed interface PolicyMode {

    /// Resource groups, subscriptions and every resource type.
    record All() implements PolicyMode {}

    /// Resource types that support tags and location.
    record Indexed() implements PolicyMode {}

    /// Evaluated by a resource provider (`Microsoft.Kubernetes.Data`, ...), not by Azure Resource Manager: accepted, never applicable here.
    record ResourceProvider(String name) implements PolicyMode {}

    /// The mode of that name, ignoring case; empty when there is none such.
    static Optional<PolicyMode> parse(String name) {
        String key = name.toLowerCase(Locale.ROOT);
        if (key.equals("all")) {
            return Optional.of(new All());
        }
        if (key.equals("indexed")) {
            return Optional.of(new Indexed());
        }
        return key.startsWith("microsoft.") && key.endsWith(".data")
                ? Optional.of(new ResourceProvider(name))
                : Optional.empty();
    }

    default String wireName() {
        return switch (this) {
            case All() -> "All";
            case Indexed() -> "Indexed";
            case ResourceProvider(var name) -> name;
        };
    }
}
