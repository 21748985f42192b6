package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A version of a gallery application: the thing that is deployed
/// (`Microsoft.Compute/galleries/applications/versions`).
///
/// @param number null when the name is no `Major.Minor.Patch`
/// @param provisioningState `Succeeded`, `Creating`, `Updating`, `Failed`, `Deleting`, `Migrating`;
///     empty when the resource does not say
/// @param excludeFromLatest the version-wide flag; regions have their own
/// @param targetRegions as published; empty means the home location alone
/// @param replication per region, by normalised name; null when the resource was read without
///     `$expand=ReplicationStatus`
/// @param endOfLife informational by default; null when not set
public record GalleryApplicationVersion(
        ResourceId id,
        @Nullable VersionNumber number,
        String location,
        String provisioningState,
        boolean excludeFromLatest,
        List<TargetRegion> targetRegions,
        int replicaCount,
        ManageActions actions,
        PackageSettings settings,
        String mediaLink,
        String defaultConfigurationLink,
        String storageAccountType,
        @Nullable Instant publishedDate,
        @Nullable Instant endOfLife,
        boolean allowDeletionOfReplicatedLocations,
        @Nullable Map<String, Replication> replication,
        String aggregatedReplicationState,
        Dynamic resource) {
    public static final String TYPE = "microsoft.compute/galleries/applications/versions";

    /// The tag that tells Muster a package's size in bytes, which no Azure API reports.
    public static final String PACKAGE_BYTES_TAG = "muster-package-bytes";

    public GalleryApplicationVersion {
        targetRegions = List.copyOf(targetRegions);
        replication = replication == null ? null : Map.copyOf(replication);
    }

    /// @param region normalised
    /// @param replicas at least 1; the version's own count where the region names none
    public record TargetRegion(
            String region, int replicas, boolean excludeFromLatest, String storageAccountType) {}

    /// The commands run in the guest.
    ///
    /// @param update empty when there is none: an update then removes the old and installs the new
    ///     version
    public record ManageActions(String install, String remove, String update) {
        public boolean hasUpdate() {
            return !update.isEmpty();
        }

        /// As much of each as Azure takes: what is looked for in them costs no more than that.
        ManageActions within(int characters) {
            return new ManageActions(
                    within(install, characters),
                    within(remove, characters),
                    within(update, characters));
        }

        private static String within(String command, int characters) {
            return command.length() > characters ? command.substring(0, characters) : command;
        }
    }

    /// @param packageFileName empty: the package lies under the application's name without extension
    /// @param rerunAfterReboot whether an operation cut off by a reboot is run again
    public record PackageSettings(
            String packageFileName, String configFileName, boolean rerunAfterReboot) {}

    /// Replication to one region.
    public record Replication(
            String region, ReplicationState state, String details, int progress) {}

    /// How far a region's copy is.
    public enum ReplicationState {
        UNKNOWN,
        REPLICATING,
        COMPLETED,
        FAILED;

        static ReplicationState parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "replicating" -> REPLICATING;
                case "completed" -> COMPLETED;
                case "failed" -> FAILED;
                default -> UNKNOWN;
            };
        }
    }

    /// The version of a resource; empty when it is none.
    public static Optional<GalleryApplicationVersion> read(Dynamic resource) {
        return ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""))
                .filter(id -> id.isOfType(TYPE))
                .map(id -> read(id, resource));
    }

    private static GalleryApplicationVersion read(ResourceId id, Dynamic resource) {
        var properties = resource.getIgnoreCase("properties");
        var publishing = properties.getIgnoreCase("publishingProfile");
        var actions = publishing.getIgnoreCase("manageActions");
        var settings = publishing.getIgnoreCase("settings");
        var source = publishing.getIgnoreCase("source");
        int replicaCount = positive(publishing.getIgnoreCase("replicaCount"), 1);
        String storage = publishing.getIgnoreCase("storageAccountType").textOr("Standard_LRS");
        var regions =
                publishing.getIgnoreCase("targetRegions").items().stream()
                        .map(region ->
                                new TargetRegion(
                                        Location.normalise(region.getIgnoreCase("name").textOr("")),
                                        positive(
                                                region.getIgnoreCase("regionalReplicaCount"),
                                                replicaCount),
                                        region.getIgnoreCase("excludeFromLatest").boolOr(false),
                                        region.getIgnoreCase("storageAccountType").textOr(storage)))
                        .toList();
        var status = properties.getIgnoreCase("replicationStatus");
        return new GalleryApplicationVersion(
                id,
                VersionNumber.parse(id.name()).orElse(null),
                Location.normalise(resource.getIgnoreCase("location").textOr("")),
                properties.getIgnoreCase("provisioningState").textOr(""),
                publishing.getIgnoreCase("excludeFromLatest").boolOr(false),
                regions,
                replicaCount,
                new ManageActions(
                        actions.getIgnoreCase("install").textOr(""),
                        actions.getIgnoreCase("remove").textOr(""),
                        actions.getIgnoreCase("update").textOr("")),
                new PackageSettings(
                        settings.getIgnoreCase("packageFileName").textOr(""),
                        settings.getIgnoreCase("configFileName").textOr(""),
                        settings.getIgnoreCase("scriptBehaviorAfterReboot")
                                .textOr("None")
                                .equalsIgnoreCase("Rerun")),
                source.getIgnoreCase("mediaLink").textOr(""),
                source.getIgnoreCase("defaultConfigurationLink").textOr(""),
                storage,
                GalleryApplication.instant(publishing.getIgnoreCase("publishedDate")),
                GalleryApplication.instant(publishing.getIgnoreCase("endOfLifeDate")),
                properties
                        .getIgnoreCase("safetyProfile")
                        .getIgnoreCase("allowDeletionOfReplicatedLocations")
                        // What is left out forbids nothing: false blocks.
                        .boolOr(true),
                replication(status),
                status.getIgnoreCase("aggregatedState").textOr(""),
                resource);
    }

    private static @Nullable Map<String, Replication> replication(Dynamic status) {
        if (!(status.getIgnoreCase("summary") instanceof Dynamic.Array(var summary))) {
            return null;
        }
        var replication = new HashMap<String, Replication>();
        for (var region : summary) {
            String name = Location.normalise(region.getIgnoreCase("region").textOr(""));
            replication.put(
                    name,
                    new Replication(
                            name,
                            ReplicationState.parse(region.getIgnoreCase("state").textOr("")),
                            region.getIgnoreCase("details").textOr(""),
                            Math.clamp(region.getIgnoreCase("progress").longOr(0), 0, 100)));
        }
        return replication;
    }

    private static int positive(Dynamic value, int otherwise) {
        long number = value.longOr(otherwise);
        return number < 1 || number > Integer.MAX_VALUE ? otherwise : (int) number;
    }

    public String name() {
        return id.name();
    }

    public ResourceId applicationId() {
        return id.parent().orElseThrow();
    }

    /// Whether it can be deployed where its copies are complete. One that is being updated or migrated was provisioned before, and its copies stay: were it none,
    /// a change of its tags would take every machine that follows `latest` back to the version before.
    public boolean isProvisioned() {
        return switch (provisioningState.toLowerCase(Locale.ROOT)) {
            // A file written by hand may leave the state out; Azure never does.
            case "", "succeeded", "updating", "migrating" -> true;
            default -> false;
        };
    }

    /// The published copy for a region; the home location counts when no region is named at all.
    public Optional<TargetRegion> target(String region) {
        String name = Location.normalise(region);
        return targets().stream().filter(t -> t.region().equals(name)).findFirst();
    }

    /// The regions it is published to: those that it names, else its home.
    public List<TargetRegion> targets() {
        return targetRegions.isEmpty()
                ? List.of(new TargetRegion(location, replicaCount, false, storageAccountType))
                : targetRegions;
    }

    /// How far the copy in a region is. Where no status was read (`$expand` is needed for it) a
    /// provisioned version counts as complete in each region it names: provisioning ends when
    /// replication does.
    public ReplicationState replicationIn(String region) {
        String name = Location.normalise(region);
        if (replication != null) {
            var copy = replication.get(name);
            return copy == null ? ReplicationState.UNKNOWN : copy.state();
        }
        return isProvisioned() && target(name).isPresent()
                ? ReplicationState.COMPLETED
                : ReplicationState.UNKNOWN;
    }

    public boolean isExcludedIn(String region) {
        return excludeFromLatest
                || target(region).map(TargetRegion::excludeFromLatest).orElse(false);
    }

    public boolean isPastEndOfLife(Instant now) {
        return endOfLife != null && !now.isBefore(endOfLife);
    }

    /// The package's size, from the tag that says it; empty when nobody said.
    public OptionalLong packageBytes() {
        var tag = resource.getIgnoreCase("tags").getIgnoreCase(PACKAGE_BYTES_TAG);
        try {
            long bytes =
                    tag instanceof Dynamic.Text(var text) ? Long.parseLong(text) : tag.longOr(-1);
            return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }

    /// What storing the version is billed by.
    public StorageCost storageCost() {
        int replicas = 0;
        int copies = 0;
        for (var region : targets()) {
            replicas = (int) Math.min(Integer.MAX_VALUE, (long) replicas + region.replicas());
            copies += region.region().equals(location) ? 0 : 1;
        }
        var bytes = packageBytes();
        return new StorageCost(
                replicas,
                copies,
                bytes.isPresent() ? times(bytes.getAsLong(), replicas) : null,
                bytes.isPresent() ? times(bytes.getAsLong(), copies) : null);
    }

    /// The most there is where a tag says more than can be counted.
    private static long times(long bytes, int count) {
        return Math.multiplyHigh(bytes, count) != 0 || bytes * count < 0
                ? Long.MAX_VALUE
                : bytes * count;
    }

    /// @param replicas over all regions
    /// @param egressCopies first copies into regions other than the home one; later replicas of a
    ///     region cost no egress
    /// @param storedBytes package size times replicas; null when the size is not known
    /// @param egressBytes package size times egress copies; null when the size is not known
    public record StorageCost(
            int replicas,
            int egressCopies,
            @Nullable Long storedBytes,
            @Nullable Long egressBytes) {}
}
