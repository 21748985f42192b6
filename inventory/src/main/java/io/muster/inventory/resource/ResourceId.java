package io.muster.inventory.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The id of an Azure resource. Equal ignoring case; keeps the case it was written in. Immutable.
///
/// | id | type | name |
/// |---|---|---|
/// | `/subscriptions/S` | `Microsoft.Resources/subscriptions` | `S` |
/// | `/subscriptions/S/resourceGroups/G` | `Microsoft.Resources/subscriptions/resourceGroups` | `G`
/// | `{group}/providers/N/t/a/u/b` | `N/t/u` | `b` |
/// | `/providers/Microsoft.Management/managementGroups/M` | `{N}/managementGroups` | `M` |
/// | `{any of these}/providers/N/t/a` | `N/t` | `a`: an extension resource |
public final class ResourceId implements Comparable<ResourceId> {
    /// Segments that Azure never exceeds; longer text is refused rather than taken apart.
    private static final int MAX_SEGMENTS = 64;

    private final String text;
    private final String key;

    /// How many segments the text has. They are cut from it when asked for: kept, they would be four times its bytes.
    private final int size;

    /// Index of the last `providers` segment; -1 when there is none.
    private final int providers;

    /// Put together when first asked for; two threads may both do it, and find the same.
    private @Nullable ResourceType type;

    private ResourceId(String text, int size, int providers) {
        this.text = text;
        this.key = text.toLowerCase(Locale.ROOT);
        this.size = size;
        this.providers = providers;
    }

    /// The id of that text.
    ///
    /// @throws IllegalArgumentException when it is no resource id; the message says why
    public static ResourceId parse(String text) {
        return switch (read(text)) {
            case Outcome.Read(var id) -> id;
            case Outcome.Fault(var why) ->
                    throw new IllegalArgumentException("'" + text + "' is no resource id: " + why);
        };
    }

    /// The id of that text; empty when it is none.
    public static Optional<ResourceId> tryParse(String text) {
        return switch (read(text)) {
            case Outcome.Read(var id) -> Optional.of(id);
            case Outcome.Fault _ -> Optional.empty();
        };
    }

    private sealed interface Outcome {
        record Read(ResourceId id) implements Outcome {}

        record Fault(String why) implements Outcome {}
    }

    private static Outcome read(String written) {
        String text = written.endsWith("/") ? written.substring(0, written.length() - 1) : written;
        if (!text.startsWith("/")) {
            return new Outcome.Fault("it must begin with '/'");
        }
        var segments = segments(text);
        if (segments.size() > MAX_SEGMENTS) {
            return new Outcome.Fault("it has more than " + MAX_SEGMENTS + " segments");
        }
        if (segments.stream().anyMatch(String::isBlank)) {
            return new Outcome.Fault("a segment is empty");
        }
        String first = segments.getFirst();
        if (!first.equalsIgnoreCase("subscriptions") && !first.equalsIgnoreCase("providers")) {
            return new Outcome.Fault("it must begin with /subscriptions/ or /providers/");
        }
        int last = -1;
        // The parts before, between and after `providers` are pairs of a type and a name (a
        // `providers` part has the namespace before its pairs). Only the place of a type can hold
        // the keyword: a resource may be named "providers".
        int at = 0;
        while (at < segments.size()) {
            if (segments.get(at).equalsIgnoreCase("providers")) {
                last = at;
                at += 2;
                if (at > segments.size()) {
                    return new Outcome.Fault("a provider namespace is missing after 'providers'");
                }
                if (at == segments.size()) {
                    return new Outcome.Fault(
                            "a resource type is missing after '" + segments.get(at - 1) + "'");
                }
                if (segments.get(at).equalsIgnoreCase("providers")) {
                    return new Outcome.Fault(
                            "a resource type is missing after '" + segments.get(at - 1) + "'");
                }
            } else {
                if (at + 1 == segments.size()) {
                    return new Outcome.Fault("a name is missing after '" + segments.get(at) + "'");
                }
                at += 2;
            }
        }
        return new Outcome.Read(new ResourceId(text, segments.size(), last));
    }

    private static List<String> segments(String text) {
        return List.of(text.substring(1).split("/", -1));
    }

    /// The place of a segment's first character; of the one behind the last segment, a character behind the text.
    private int start(int segment) {
        int at = 1;
        for (int i = 0; i < segment; i++) {
            int slash = text.indexOf('/', at);
            at = slash < 0 ? text.length() + 1 : slash + 1;
        }
        return at;
    }

    private String segment(int index) {
        int from = start(index);
        int end = text.indexOf('/', from);
        return end < 0 ? text.substring(from) : text.substring(from, end);
    }

    private boolean hasSegment(int index, String word) {
        int from = start(index);
        int end = text.indexOf('/', from);
        return (end < 0 ? text.length() : end) - from == word.length()
                && text.regionMatches(true, from, word, 0, word.length());
    }

    /// As written, without a slash at its end.
    public String text() {
        return text;
    }

    /// The text in lower case: the same for equal ids.
    public String key() {
        return key;
    }

    public Optional<String> subscriptionId() {
        return hasSegment(0, "subscriptions") ? Optional.of(segment(1)) : Optional.empty();
    }

    /// In the case it was written in.
    public Optional<String> resourceGroup() {
        return size >= 4 && hasSegment(0, "subscriptions") && hasSegment(2, "resourceGroups")
                ? Optional.of(segment(3))
                : Optional.empty();
    }

    /// The provider namespace of the resource itself (of the last `providers`).
    public String namespace() {
        return providers < 0 ? "Microsoft.Resources" : segment(providers + 1);
    }

    public ResourceType type() {
        var known = type;
        if (known == null) {
            var name = new StringBuilder(namespace());
            var segments = segments(text);
            for (int i = firstPair(); i < size; i += 2) {
                name.append('/').append(segments.get(i));
            }
            known = ResourceType.parse(name.toString());
            type = known;
        }
        return known;
    }

    /// Whether the resource is of that type, written in whatever case.
    public boolean isOfType(String type) {
        return type().is(type);
    }

    /// The resource's own name: the last segment.
    public String name() {
        return text.substring(text.lastIndexOf('/') + 1);
    }

    /// The names of the resource and its parents, outermost first: `vm1, VMAppExtension`.
    public List<String> names() {
        var names = new ArrayList<String>();
        var segments = segments(text);
        for (int i = firstPair(); i < size; i += 2) {
            names.add(segments.get(i + 1));
        }
        return names;
    }

    /// The names joined by slashes, as templates and policy name a child: `vm1/VMAppExtension`.
    public String fullName() {
        return String.join("/", names());
    }

    /// The parent resource: `.../virtualMachines/vm1` of one of its extensions. Empty for a
    /// top-level resource, whose container is its [#scope].
    public Optional<ResourceId> parent() {
        return size - firstPair() <= 2 ? Optional.empty() : Optional.of(ofFirst(size - 2));
    }

    /// The outermost resource of a chain of parents; itself when top-level.
    public ResourceId top() {
        return ofFirst(firstPair() + 2);
    }

    /// What the resource lies in: its group, subscription or management group, the resource that an
    /// extension resource extends, or the tenant.
    public Scope scope() {
        if (providers < 0) {
            return size == 2 ? Scope.TENANT : Scope.of(ofFirst(size - 2));
        }
        return providers == 0 ? Scope.TENANT : Scope.of(ofFirst(providers));
    }

    /// Whether the resource extends another resource (its scope is a resource, not a container).
    public boolean isExtension() {
        return scope() instanceof Scope.Resource;
    }

    /// Whether this id is the other one or lies below it, by whole segments: `/a/bc` is not under
    /// `/a/b`.
    public boolean isUnder(ResourceId other) {
        return key.startsWith(other.key)
                && (key.length() == other.key.length() || key.charAt(other.key.length()) == '/');
    }

    /// Whether this id is the scope or lies below it by its own text. Which subscriptions a
    /// management group holds does not stand in ids: there, see [ManagementHierarchy].
    public boolean isUnder(Scope scope) {
        return scope instanceof Scope.Tenant || isUnder(parse(scope.id()));
    }

    /// The id of a child resource.
    public ResourceId child(String type, String name) {
        if (isPlain(type) && isPlain(name) && size + 2 <= MAX_SEGMENTS) {
            return new ResourceId(text + "/" + type + "/" + name, size + 2, providers);
        }
        return parse(text + "/" + type + "/" + name);
    }

    private static boolean isPlain(String segment) {
        return !segment.isBlank()
                && segment.indexOf('/') < 0
                && !segment.equalsIgnoreCase("providers");
    }

    /// The id of an extension resource.
    public ResourceId extension(String namespace, String type, String name) {
        return parse(text + "/providers/" + namespace + "/" + type + "/" + name);
    }

    /// The name that follows that type segment: `valueOf("galleries")`; the first when it occurs
    /// more than once.
    public Optional<String> valueOf(String typeSegment) {
        int i = 0;
        while (i + 1 < size) {
            if (hasSegment(i, typeSegment)) {
                return Optional.of(segment(i + 1));
            }
            i += 2;
        }
        return Optional.empty();
    }

    private int firstPair() {
        return providers < 0 ? 0 : providers + 2;
    }

    private ResourceId ofFirst(int count) {
        int end = start(count) - 1;
        if (count > providers + 2) {
            // Whole pairs are cut off behind the last namespace: what is left was read already.
            return end == text.length()
                    ? this
                    : new ResourceId(text.substring(0, end), count, providers);
        }
        return parse(text.substring(0, end));
    }

    @Override
    public int compareTo(ResourceId other) {
        return key.compareTo(other.key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceId id && key.equals(id.key);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
