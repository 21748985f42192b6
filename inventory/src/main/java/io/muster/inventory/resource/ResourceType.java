package io.muster.inventory.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A resource type: a provider namespace and one or more type names, as in
/// `Microsoft.Compute/virtualMachines/extensions`. Equal ignoring case; keeps the case it was
/// written in.
public final class ResourceType implements Comparable<ResourceType> {
    private final String text;
    private final String lower;

    private ResourceType(String text) {
        this.text = text;
        this.lower = text.toLowerCase(Locale.ROOT);
    }

    /// The type of that text.
    ///
    /// @throws IllegalArgumentException when it is not `namespace/type[/type...]`
    public static ResourceType parse(String text) {
        return tryParse(text)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "'" + text + "' is no resource type: namespace/type expected"));
    }

    /// The type of that text; empty when it is not `namespace/type[/type...]`.
    public static Optional<ResourceType> tryParse(String text) {
        int slash = text.indexOf('/');
        if (slash <= 0 || text.endsWith("/") || text.contains("//") || text.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new ResourceType(text));
    }

    /// As written.
    public String text() {
        return text;
    }

    /// In lower case, as Resource Graph answers it.
    public String lower() {
        return lower;
    }

    /// `Microsoft.Compute` of `Microsoft.Compute/virtualMachines/extensions`.
    public String namespace() {
        return text.substring(0, text.indexOf('/'));
    }

    /// The type names without the namespace, outermost first.
    public List<String> names() {
        var names = new ArrayList<>(List.of(text.split("/")));
        names.removeFirst();
        return List.copyOf(names);
    }

    /// The type of the parent resource; empty for a top-level type.
    public Optional<ResourceType> parent() {
        int last = text.lastIndexOf('/');
        return last == text.indexOf('/')
                ? Optional.empty()
                : Optional.of(new ResourceType(text.substring(0, last)));
    }

    public boolean isTopLevel() {
        return text.lastIndexOf('/') == text.indexOf('/');
    }

    /// Whether this is that type, written in whatever case.
    public boolean is(String type) {
        return lower.length() == type.length() && text.equalsIgnoreCase(type);
    }

    @Override
    public int compareTo(ResourceType other) {
        return lower.compareTo(other.lower);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceType type && lower.equals(type.lower);
    }

    @Override
    public int hashCode() {
        return lower.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
