package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.history.ChangeNotice;
import io.muster.inventory.resource.ResourceId;
import java.util.Comparator;
import java.util.LinkedHashMap;
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

    /// Azure says that resources were changed, and by whom.
    ///
    /// @param notices never empty; one a resource
    record Changed(List<ChangeNotice> notices) implements Happening {
        public Changed {
            var latest = new LinkedHashMap<ResourceId, ChangeNotice>();
            notices.forEach(notice -> latest.merge(notice.id(), notice, ChangeNotice::later));
            some(latest.keySet());
            notices = List.copyOf(latest.values());
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
            case Changed(var notices) ->
                    notices.stream().map(ChangeNotice::id).collect(Collectors.toUnmodifiableSet());
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
            case Changed(var notices) ->
                    trigger instanceof Trigger.Change change
                            && notices.stream()
                                    .anyMatch(notice ->
                                            change.isAbout(notice.id().type().toString()));
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
            case Changed(var notices) ->
                    notices.size() == 1
                            ? "1 resource changed."
                            : notices.size() + " resources changed.";
        };
    }

    /// `{"published": [id, ...]}` or `{"changed": [notice, ...]}`.
    default Dynamic toDynamic() {
        return switch (this) {
            case Published(var versions) ->
                    Dynamic.bag()
                            .put(
                                    "published",
                                    Dynamic.array(
                                            versions.stream()
                                                    .sorted(Comparator.naturalOrder())
                                                    .map(id -> Dynamic.of(id.text()))
                                                    .toList()))
                            .build();
            case Changed(var notices) ->
                    Dynamic.bag()
                            .put(
                                    "changed",
                                    Dynamic.array(
                                            notices.stream().map(ChangeNotice::toDynamic).toList()))
                            .build();
        };
    }

    /// @throws IllegalArgumentException when [#toDynamic] did not write it
    static Happening fromDynamic(Dynamic value) {
        var published = value.get("published");
        return published.isNull()
                ? new Changed(value.get("changed").items().stream().map(Happening::notice).toList())
                : new Published(
                        published.items().stream()
                                .map(id -> ResourceId.parse(id.textOr("")))
                                .collect(Collectors.toUnmodifiableSet()));
    }

    /// An earlier version kept the id alone.
    private static ChangeNotice notice(Dynamic kept) {
        return kept.asText()
                .map(id -> ChangeNotice.of(ResourceId.parse(id)))
                .orElseGet(() -> ChangeNotice.fromDynamic(kept));
    }
}
