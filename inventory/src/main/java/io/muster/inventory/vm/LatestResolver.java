package io.muster.inventory.vm;

import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.GalleryApplicationVersion.ReplicationState;
import io.muster.inventory.vm.Resolution.PassedOver;
import io.muster.inventory.vm.Resolution.Reason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Says which version of an application a machine gets. `latest` is the highest number among the
/// versions that are provisioned, not excluded (as a whole or in the machine's region) and
/// replicated to that region; a version that is named is taken even when excluded.
///
/// Safe for many threads; answers are kept per application and region.
public final class LatestResolver {
    private final GalleryCatalog catalog;
    private final ResolutionSettings settings;
    private final Instant now;
    private final Map<Key, Resolution> latest = new ConcurrentHashMap<>();

    private record Key(ResourceId application, String region) {}

    /// @param now decides what is past its end of life
    public LatestResolver(GalleryCatalog catalog, ResolutionSettings settings, Instant now) {
        this.catalog = catalog;
        this.settings = settings;
        this.now = now;
    }

    public GalleryCatalog catalog() {
        return catalog;
    }

    /// The version that a reference means on a machine of that region and operating system.
    ///
    /// @param system null when not known: then any application fits
    public Resolution resolve(
            ApplicationReference reference, String region, @Nullable OperatingSystem system) {
        var application = catalog.application(reference.applicationId());
        if (application.isEmpty() && catalog.versionsOf(reference.applicationId()).isEmpty()) {
            return new Resolution.Unresolved(
                    VmApplicationErrors.applicationMissing(reference.text()), java.util.List.of());
        }
        var resolution =
                reference.isLatest()
                        ? latest(reference.applicationId(), region)
                        : named(reference, region);
        return resolution instanceof Resolution.Resolved(var version, var passedOver)
                ? mismatch(application, version, system)
                        .<Resolution>map(error -> new Resolution.Unresolved(error, passedOver))
                        .orElse(resolution)
                : resolution;
    }

    public Resolution resolve(ApplicationReference reference, Machine machine) {
        return resolve(reference, machine.location(), machine.system());
    }

    /// What `latest` of an application means in a region, whatever the machine's operating system.
    public Resolution latest(ResourceId applicationId, String region) {
        return latest.computeIfAbsent(
                new Key(applicationId, Location.normalise(region)), this::findLatest);
    }

    private Resolution findLatest(Key key) {
        var passedOver = new ArrayList<PassedOver>();
        for (var version : catalog.versionsOf(key.application())) {
            var refused = refuse(version, key.region());
            if (refused.isEmpty()) {
                return new Resolution.Resolved(version, passedOver);
            }
            passedOver.add(refused.get());
        }
        return new Resolution.Unresolved(
                VmApplicationErrors.notReplicated(
                        key.application().child("versions", ApplicationReference.LATEST).text(),
                        key.region()),
                passedOver);
    }

    /// Why `latest` does not mean a version in a region; empty when it may.
    public Optional<PassedOver> refuse(GalleryApplicationVersion version, String region) {
        if (version.number() == null) {
            return passed(version, Reason.NAME_IS_NO_NUMBER, "its name is not Major.Minor.Patch");
        }
        if (!version.isProvisioned()) {
            return passed(
                    version,
                    Reason.NOT_PROVISIONED,
                    "its provisioning state is " + version.provisioningState());
        }
        if (version.excludeFromLatest()) {
            return passed(version, Reason.EXCLUDED_FROM_LATEST, "it is excluded from latest");
        }
        if (version.isExcludedIn(region)) {
            return passed(
                    version,
                    Reason.EXCLUDED_IN_REGION,
                    "it is excluded from latest in " + Location.normalise(region));
        }
        var unavailable = unavailable(version, region);
        if (unavailable.isPresent()) {
            return unavailable;
        }
        if (settings.endOfLifeBlocks() && version.isPastEndOfLife(now)) {
            return passed(
                    version, Reason.PAST_END_OF_LIFE, "its end of life was " + version.endOfLife());
        }
        return Optional.empty();
    }

    private Optional<PassedOver> unavailable(GalleryApplicationVersion version, String region) {
        var state = version.replicationIn(region);
        if (state == ReplicationState.COMPLETED) {
            return Optional.empty();
        }
        if (version.target(region).isEmpty()) {
            return passed(
                    version,
                    Reason.NOT_PUBLISHED_TO_REGION,
                    "it is not published to " + Location.normalise(region));
        }
        return settings.replicationRequired()
                ? passed(
                        version,
                        Reason.NOT_REPLICATED,
                        "its replication to "
                                + Location.normalise(region)
                                + " is "
                                + state.name().toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    private static Optional<PassedOver> passed(
            GalleryApplicationVersion version, Reason reason, String because) {
        return Optional.of(new PassedOver(version, reason, because));
    }

    private Resolution named(ApplicationReference reference, String region) {
        var version = catalog.version(reference.versionId());
        if (version.isEmpty()) {
            return new Resolution.Unresolved(
                    VmApplicationErrors.applicationMissing(reference.text()), java.util.List.of());
        }
        if (!version.get().isProvisioned() || unavailable(version.get(), region).isPresent()) {
            return new Resolution.Unresolved(
                    VmApplicationErrors.notReplicated(reference.text(), Location.normalise(region)),
                    java.util.List.of());
        }
        return new Resolution.Resolved(version.get(), java.util.List.of());
    }

    private Optional<AzureError> mismatch(
            Optional<GalleryApplication> application,
            GalleryApplicationVersion version,
            @Nullable OperatingSystem system) {
        var supported = application.map(GalleryApplication::supportedOs);
        if (system != null && supported.isPresent() && supported.get() != system) {
            return Optional.of(
                    VmApplicationErrors.operatingSystemMismatch(
                            version.name(), supported.get(), system));
        }
        var endOfLife = version.endOfLife();
        return settings.endOfLifeBlocks() && endOfLife != null && version.isPastEndOfLife(now)
                ? Optional.of(VmApplicationErrors.deprecated(version.name(), endOfLife.toString()))
                : Optional.empty();
    }
}
