package io.muster.service.remediation;

import io.micronaut.context.BeanProvider;
import io.micronaut.context.annotation.Requires;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.remediation.Campaigns;
import io.muster.service.fleet.AfterCollection;
import io.muster.service.fleet.Fleet;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells campaigns of gallery application versions that a collection found and the one before had not, or not ready yet.
@Singleton
@Requires(property = "muster.azure.endpoint")
final class PublishedVersions implements AfterCollection {
    private static final String TYPE = "microsoft.compute/galleries/applications/versions";

    private final Fleet fleet;
    private final BeanProvider<Campaigns> campaigns;
    private @Nullable Snapshot told;

    // Campaigns depend on what runs after a collection: they are looked up when they are needed.
    PublishedVersions(Fleet fleet, BeanProvider<Campaigns> campaigns) {
        this.fleet = fleet;
        this.campaigns = campaigns;
    }

    /// Also to be called after a start: the process before may have died between a collection and this.
    @Override
    public synchronized void run() {
        var now = fleet.snapshot();
        // What was never collected tells nothing, and what the first collection finds is not new.
        if (now != told && now.count() > 0) {
            campaigns.get().published(ready(now));
            told = now;
        }
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
