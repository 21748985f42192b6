package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Something that campaigns may wait for. A store keeps it until they were told.
public sealed interface Happening {
    /// Versions of gallery applications that machines can get and could not before.
    ///
    /// @param versions never empty
    record Published(Set<ResourceId> versions) implements Happening {
        public Published {
            versions = some(versions);
        }
    }

    /// Azure says that these resources were changed.
    ///
    /// @param resources never empty
    record Changed(Set<ResourceId> resources) implements Happening {
        public Changed {
            resources = some(resources);
        }
    }

    private static Set<ResourceId> some(Set<ResourceId> ids) {
        if (ids.isEmpty()) {
            throw new IllegalArgumentException("nothing happened");
        }
        return Set.copyOf(ids);
    }

    /// What it is about.
    default Set<ResourceId> resources() {
        return switch (this) {
            case Published(var versions) -> versions;
            case Changed(var resources) -> resources;
        };
    }

    /// Whether a campaign with such a trigger is to run again.
    default boolean meets(Trigger trigger) {
        return switch (this) {
            case Published(var versions) ->
                    trigger instanceof Trigger.GalleryVersion(var application)
                            && versions.stream()
                                    .anyMatch(version ->
                                            version.parent()
                                                    .filter(application::equals)
                                                    .isPresent());
            case Changed(var resources) ->
                    trigger instanceof Trigger.Change change
                            && resources.stream()
                                    .anyMatch(id -> change.isAbout(id.type().toString()));
        };
    }

    /// A sentence for a campaign's log.
    default String text() {
        return switch (this) {
            case Published(var versions) ->
                    "Published: "
                            + versions.stream()
                                    .map(ResourceId::fullName)
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ".";
            case Changed(var resources) ->
                    resources.size() == 1
                            ? "1 resource changed."
                            : resources.size() + " resources changed.";
        };
    }

    /// `{"published": [id, ...]}` or `{"changed": [id, ...]}`.
    default Dynamic toDynamic() {
        var ids =
                resources().stream()
                        .sorted(Comparator.naturalOrder())
                        .map(id -> Dynamic.of(id.text()))
                        .toList();
        return Dynamic.bag()
                .put(
                        switch (this) {
                            case Published _ -> "published";
                            case Changed _ -> "changed";
                        },
                        Dynamic.array(ids))
                .build();
    }

    /// @throws IllegalArgumentException when [#toDynamic] did not write it
    static Happening fromDynamic(Dynamic value) {
        var published = value.get("published");
        return published.isNull()
                ? new Changed(ids(value.get("changed").items()))
                : new Published(ids(published.items()));
    }

    private static Set<ResourceId> ids(List<Dynamic> texts) {
        return texts.stream()
                .map(id -> ResourceId.parse(id.textOr("")))
                .collect(Collectors.toUnmodifiableSet());
    }
}
