package io.muster.service.remediation;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.annotation.Requires;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.remediation.Campaigns;
import io.muster.remediation.campaign.Trigger;
import io.muster.service.fleet.AfterCollection;
import io.muster.service.fleet.Fleet;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/// Tells campaigns of gallery application versions that a collection found and the one before had not, or not ready yet.
@Singleton
@Requires(property = "muster.azure.endpoint")
final class PublishedVersions implements AfterCollection {
    private static final String TYPE = "microsoft.compute/galleries/applications/versions";

    private final Fleet fleet;
    private final BeanProvider<Campaigns> campaigns;
    private Set<ResourceId> known;

    /// Whether anything was ever collected: what the first collection finds is not new.
    private boolean collected;

    // Campaigns depend on what runs after a collection: they are looked up when they are needed.
    PublishedVersions(Fleet fleet, BeanProvider<Campaigns> campaigns) {
        this.fleet = fleet;
        this.campaigns = campaigns;
        this.known = ready(fleet.snapshot());
        this.collected = fleet.snapshot().count() > 0;
    }

    @Override
    public synchronized void run() {
        var now = ready(fleet.snapshot());
        boolean first = !collected;
        collected |= fleet.snapshot().count() > 0;
        Set<ResourceId> published = new HashSet<>(now);
        published.removeAll(known);
        known = now;
        if (first || published.isEmpty()) {
            return;
        }
        var applications =
                published.stream()
                        .flatMap(version -> version.parent().stream())
                        .collect(Collectors.toUnmodifiableSet());
        campaigns
                .get()
                .fire(
                        trigger ->
                                trigger instanceof Trigger.GalleryVersion(var application)
                                        && applications.contains(application),
                        "Published: "
                                + published.stream()
                                        .map(id -> id.fullName())
                                        .sorted()
                                        .collect(Collectors.joining(", "))
                                + ".");
    }

    /// The versions that machines can get as the newest.
    private static Set<ResourceId> ready(Snapshot snapshot) {
        Set<ResourceId> versions = new HashSet<>();
        for (var segment : snapshot.segmentsOf(TYPE)) {
            segment.rows()
                    .live()
                    .forEach(row -> {
                        var version = segment.resource(row);
                        var properties = version.getIgnoreCase("properties");
                        boolean excluded =
                                properties
                                        .getIgnoreCase("publishingProfile")
                                        .getIgnoreCase("excludeFromLatest")
                                        .boolOr(false);
                        String state =
                                properties.getIgnoreCase("provisioningState").textOr("Succeeded");
                        if (!excluded && state.equalsIgnoreCase("Succeeded")) {
                            versions.add(ResourceId.parse(version.get("id").textOr("")));
                        }
                    });
        }
        return versions;
    }
}
