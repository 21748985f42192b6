package io.muster.policy.alias;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.function.Values;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Alias names to paths, and the [FieldResolver] over them. Immutable apart from a cache of resolved paths; safe for several threads.
///
/// A complete catalogue (imported) knows every alias there is. An incomplete one answers for names it lacks by the convention `type/x.y` is `properties.x.y`.
public final class AliasCatalog implements FieldResolver {
    private static final int MAX_CACHED = 200_000;
    private static final Resolution ELSEWHERE = new Resolution.Elsewhere();
    private static final Resolution UNKNOWN = new Resolution.Unknown();

    private static final Pattern PLACE = Pattern.compile("\\[[0-9]+]");

    private static final Set<String> CUT_OF_DISKS =
            Set.of(
                    "microsoft.compute/imagepublisher",
                    "microsoft.compute/imageoffer",
                    "microsoft.compute/imagesku",
                    "microsoft.compute/imageversion");

    private final Map<String, List<Alias>> byName;
    private final boolean complete;
    private final Map<CacheKey, Resolution> resolved = new ConcurrentHashMap<>();

    private record CacheKey(String field, String type, @Nullable String apiVersion) {}

    private AliasCatalog(Map<String, List<Alias>> byName, boolean complete) {
        this.byName = byName;
        this.complete = complete;
    }

    /// The names that do not follow the convention and that the project's own policies use; everything else by convention.
    public static AliasCatalog conventional() {
        return new AliasCatalog(index(AliasExceptions.ALIASES), false);
    }

    /// Exactly these names.
    public static AliasCatalog complete(Collection<Alias> aliases) {
        return new AliasCatalog(index(aliases), true);
    }

    /// These names over the own exceptions, the rest by convention.
    public static AliasCatalog partial(Collection<Alias> aliases) {
        List<Alias> all = new ArrayList<>(aliases);
        all.addAll(AliasExceptions.ALIASES);
        return new AliasCatalog(index(all), false);
    }

    private static Map<String, List<Alias>> index(Collection<Alias> aliases) {
        Map<String, List<Alias>> byName = HashMap.newHashMap(aliases.size());
        for (var alias : aliases) {
            byName.merge(
                    key(alias.name()),
                    List.of(alias),
                    (had, more) -> {
                        List<Alias> both = new ArrayList<>(had);
                        both.addAll(more);
                        return List.copyOf(both);
                    });
        }
        return Map.copyOf(byName);
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    public int size() {
        return byName.size();
    }

    public boolean isComplete() {
        return complete;
    }

    /// The row of that name for that resource type.
    public Optional<Alias> find(String name, String resourceType) {
        var rows = byName.getOrDefault(key(name), List.of());
        for (var alias : rows) {
            if (alias.resourceType().equalsIgnoreCase(resourceType)) {
                return Optional.of(alias);
            }
        }
        // Some catalogues list the aliases of a child type with its parent; the name says whose
        // they are.
        int end = name.lastIndexOf('/');
        return !rows.isEmpty() && end > 0 && name.substring(0, end).equalsIgnoreCase(resourceType)
                ? Optional.of(rows.getFirst())
                : Optional.empty();
    }

    @Override
    public Resolution resolve(String field, String resourceType, @Nullable String apiVersion) {
        var cacheKey = new CacheKey(field, resourceType, apiVersion);
        var known = resolved.get(cacheKey);
        if (known == null) {
            known = resolveNow(field, resourceType, apiVersion);
            // Names may come from expressions over outside data: the cache must not grow with them.
            if (resolved.size() < MAX_CACHED) {
                resolved.put(cacheKey, known);
            }
        }
        return known;
    }

    private Resolution resolveNow(String field, String resourceType, @Nullable String apiVersion) {
        // Of a disk these are cut out of an image's id by a pattern that no catalogue at hand
        // tells: the whole id would be the wrong value.
        if (resourceType.equalsIgnoreCase("Microsoft.Compute/disks")
                && CUT_OF_DISKS.contains(key(field))) {
            return ELSEWHERE;
        }
        var alias = find(field, resourceType);
        if (alias.isPresent()) {
            return new Resolution.Found(FieldPath.parse(alias.get().pathFor(apiVersion)));
        }
        // Some catalogues list an array under its `[*]` name only.
        var starred =
                field.endsWith("[*]") ? Optional.<Alias>empty() : find(field + "[*]", resourceType);
        if (starred.isPresent()) {
            String path = starred.get().pathFor(apiVersion);
            return new Resolution.Found(
                    FieldPath.parse(
                            path.endsWith("[*]") ? path.substring(0, path.length() - 3) : path));
        }
        if (byName.containsKey(key(field)) || byName.containsKey(key(field + "[*]"))) {
            return ELSEWHERE;
        }
        if (complete) {
            return UNKNOWN;
        }
        if (!isAliasShaped(field)) {
            return UNKNOWN;
        }
        return AliasConvention.path(field, resourceType)
                .<Resolution>map(path -> new Resolution.Found(FieldPath.parse(path)))
                .orElse(ELSEWHERE);
    }

    @Override
    public boolean isKnown(String field) {
        return byName.containsKey(key(field))
                || byName.containsKey(key(field + "[*]"))
                || (!complete && isAliasShaped(field));
    }

    /// No alias names one element of an array by its place.
    private static boolean isAliasShaped(String field) {
        int slash = field.indexOf('/');
        return slash > 0 && slash < field.length() - 1 && !PLACE.matcher(field).find();
    }

    @Override
    public Alias.Modifiable modifiable(
            String field, String resourceType, @Nullable String apiVersion) {
        String plain = field.endsWith("[*]") ? field.substring(0, field.length() - 3) : field;
        return find(field, resourceType)
                .or(() -> find(plain, resourceType))
                .or(() -> find(plain + "[*]", resourceType))
                .map(alias -> alias.modifiableIn(apiVersion))
                .orElse(Alias.Modifiable.UNKNOWN);
    }

    @Override
    public boolean isArray(String field, String resourceType) {
        return !field.endsWith("[*]")
                && (find(field + "[*]", resourceType).isPresent()
                        || find(field, resourceType)
                                .map(alias -> "Array".equalsIgnoreCase(alias.tokenType()))
                                .orElse(false));
    }

    @Override
    public boolean takes(
            String field, String resourceType, @Nullable String apiVersion, Dynamic value) {
        String type =
                find(field, resourceType)
                        .map(alias -> alias.tokenTypeIn(apiVersion))
                        .orElse("Any")
                        .toLowerCase(Locale.ROOT);
        return switch (type) {
            case "string" -> value instanceof Dynamic.Text;
            case "boolean" -> value instanceof Dynamic.Bool;
            case "integer" -> value instanceof Dynamic.Whole;
            case "number" -> Values.isNumber(value);
            case "object" -> value instanceof Dynamic.Bag;
            case "array" -> value instanceof Dynamic.Array;
            // Any, NotSpecified, and what a later catalogue may name.
            default -> true;
        };
    }
}
