package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// All galleries, applications and versions of an inventory. Immutable, shared freely.
public final class GalleryCatalog {
    public static final GalleryCatalog EMPTY = of(List.of());

    private static final Comparator<GalleryApplicationVersion> NEWEST_FIRST =
            Comparator.comparing(
                            GalleryApplicationVersion::number,
                            Comparator.nullsFirst(Comparator.<VersionNumber>naturalOrder()))
                    .reversed()
                    .thenComparing(GalleryApplicationVersion::name);

    private final Map<ResourceId, Gallery> galleries = new LinkedHashMap<>();
    private final Map<ResourceId, GalleryApplication> applications = new LinkedHashMap<>();
    private final Map<ResourceId, GalleryApplicationVersion> versions = new LinkedHashMap<>();
    private final Map<ResourceId, List<GalleryApplicationVersion>> byApplication =
            new LinkedHashMap<>();

    private final TreeSet<Instant> endsOfLife = new TreeSet<>();

    private GalleryCatalog() {}

    /// What one resource is in a gallery.
    public sealed interface Part {
        record OfGallery(Gallery gallery) implements Part {}

        record OfApplication(GalleryApplication application) implements Part {}

        record OfVersion(GalleryApplicationVersion version) implements Part {}

        /// Another resource.
        record None() implements Part {}

        static Part read(Dynamic resource) {
            return Gallery.read(resource)
                    .<Part>map(OfGallery::new)
                    .or(() -> GalleryApplication.read(resource).map(OfApplication::new))
                    .or(() -> GalleryApplicationVersion.read(resource).map(OfVersion::new))
                    .orElseGet(None::new);
        }
    }

    /// The catalog of those resources; whatever is no part of a gallery is passed over.
    public static GalleryCatalog of(Iterable<? extends Dynamic> resources) {
        var parts = new ArrayList<Part>();
        resources.forEach(resource -> parts.add(Part.read(resource)));
        return ofParts(parts);
    }

    /// The same of resources that were read already.
    public static GalleryCatalog ofParts(Iterable<? extends Part> parts) {
        var catalog = new GalleryCatalog();
        for (var part : parts) {
            switch (part) {
                case Part.OfGallery(var gallery) -> catalog.galleries.put(gallery.id(), gallery);
                case Part.OfApplication(var application) ->
                        catalog.applications.put(application.id(), application);
                case Part.OfVersion(var version) -> catalog.versions.put(version.id(), version);
                case Part.None _ -> {}
            }
        }
        for (var version : catalog.versions.values()) {
            catalog.byApplication
                    .computeIfAbsent(version.applicationId(), _ -> new ArrayList<>())
                    .add(version);
            if (version.endOfLife() != null) {
                catalog.endsOfLife.add(version.endOfLife());
            }
        }
        catalog.byApplication.values().forEach(list -> list.sort(NEWEST_FIRST));
        return catalog;
    }

    public Collection<Gallery> galleries() {
        return List.copyOf(galleries.values());
    }

    public Collection<GalleryApplication> applications() {
        return List.copyOf(applications.values());
    }

    public Collection<GalleryApplicationVersion> versions() {
        return List.copyOf(versions.values());
    }

    public Optional<Gallery> gallery(ResourceId id) {
        return Optional.ofNullable(galleries.get(id));
    }

    public Optional<GalleryApplication> application(ResourceId id) {
        return Optional.ofNullable(applications.get(id));
    }

    public Optional<GalleryApplicationVersion> version(ResourceId id) {
        return Optional.ofNullable(versions.get(id));
    }

    /// The versions of an application, newest first; those whose name is no number come last.
    public List<GalleryApplicationVersion> versionsOf(ResourceId applicationId) {
        return List.copyOf(byApplication.getOrDefault(applicationId, List.of()));
    }

    /// The last end of life of a version that has come by then; empty when none has.
    public Optional<Instant> lastEndOfLife(Instant now) {
        return Optional.ofNullable(endsOfLife.floor(now));
    }
}
