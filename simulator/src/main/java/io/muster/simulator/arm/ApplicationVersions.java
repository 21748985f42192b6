package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.VersionNumber;
import io.muster.inventory.vm.VmApplicationErrors;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// What the write of an application version is refused for: its name, commands, files, regions, dates and packages, and what of it cannot change any more. Guarded by the
/// simulator's lock.
///
/// Source: compute-gallery-2023-07-03, GalleryApplicationVersion.
final class ApplicationVersions {
    private final Cloud cloud;
    private final Blobs blobs;
    private final Registrations registrations;
    private final Identities identities;

    ApplicationVersions(
            Cloud cloud, Blobs blobs, Registrations registrations, Identities identities) {
        this.cloud = cloud;
        this.blobs = blobs;
        this.registrations = registrations;
        this.identities = identities;
    }

    /// The version to store, with the regions and the date that a body leaves out.
    ///
    /// @param before null value for a new one
    Dynamic checked(ResourceId id, Dynamic json, Dynamic before) {
        if (VersionNumber.parse(id.name()).isEmpty()) {
            throw ArmFault.of(VmApplicationErrors.invalidVersionName());
        }
        var publishing = json.path("properties", "publishingProfile");
        require(publishing.path("source", "mediaLink"), "publishingProfile.source.mediaLink");
        require(
                publishing.path("manageActions", "install"),
                "publishingProfile.manageActions.install");
        require(
                publishing.path("manageActions", "remove"),
                "publishingProfile.manageActions.remove");
        for (String action : List.of("install", "remove", "update")) {
            if (publishing.path("manageActions", action).textOr("").length()
                    > cloud.settings().limits().scriptCharacters()) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "The value of parameter"
                                + " 'galleryApplicationVersion.properties.publishingProfile.manageActions."
                                + action
                                + "' is longer than "
                                + cloud.settings().limits().scriptCharacters()
                                + " characters.");
            }
        }
        checkReplicas(publishing.get("replicaCount"));
        checkSettings(publishing);
        var regions = targetRegions(publishing, json.get("location").textOr(""));
        checkEndOfLife(publishing.get("endOfLifeDate"), before);
        if (!before.isNull()) {
            checkUnchanged(publishing, before.path("properties", "publishingProfile"));
        }
        checkRegions(id, regions, before);
        checkPackage(id, publishing);
        var completed = publishing.with("targetRegions", regions);
        if (publishing.get("publishedDate").isNull()) {
            completed = completed.with("publishedDate", Dynamic.of(cloud.now().toString()));
        }
        return json.with("properties", json.get("properties").with("publishingProfile", completed));
    }

    private static void require(Dynamic value, String path) {
        if (value.textOr("").isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "Required parameter 'galleryApplicationVersion.properties."
                            + path
                            + "' is missing (null).");
        }
    }

    private void checkSettings(Dynamic publishing) {
        for (String name : List.of("packageFileName", "configFileName")) {
            if (publishing.path("settings", name).textOr("").length()
                    > cloud.settings().limits().scriptCharacters()) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "The value of parameter"
                                + " 'galleryApplicationVersion.properties.publishingProfile.settings."
                                + name
                                + "' is longer than "
                                + cloud.settings().limits().scriptCharacters()
                                + " characters.");
            }
        }
        oneOf(
                publishing.path("settings", "scriptBehaviorAfterReboot"),
                "settings.scriptBehaviorAfterReboot",
                List.of("None", "Rerun"));
        oneOf(
                publishing.get("storageAccountType"),
                "storageAccountType",
                List.of("Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS"));
        oneOf(publishing.get("replicationMode"), "replicationMode", List.of("Full", "Shallow"));
    }

    private static void oneOf(Dynamic value, String name, List<String> allowed) {
        if (!value.isNull() && allowed.stream().noneMatch(value.textOr("")::equalsIgnoreCase)) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + value.textOr("")
                            + "' of parameter"
                            + " 'galleryApplicationVersion.properties.publishingProfile."
                            + name
                            + "' is invalid: one of "
                            + String.join(", ", allowed)
                            + ".");
        }
    }

    /// Regions that need a feature, replicas that may not go, and so many versions a region.
    private void checkRegions(ResourceId id, Dynamic regions, Dynamic before) {
        String subscription = id.subscriptionId().orElse("");
        var named = new HashSet<String>();
        for (var region : regions.items()) {
            String name = Location.normalise(region.get("name").textOr(""));
            named.add(name);
            registrations
                    .missingFeature(subscription, name)
                    .ifPresent(feature -> {
                        throw ArmFault.of(
                                VmApplicationErrors.regionFeatureMissing(
                                        region.get("name").textOr(""), feature));
                    });
        }
        var had = new HashSet<String>();
        for (var region : before.path("properties", "publishingProfile", "targetRegions").items()) {
            String name = Location.normalise(region.get("name").textOr(""));
            had.add(name);
            if (!named.contains(name)
                    && !before.path(
                                    "properties",
                                    "safetyProfile",
                                    "allowDeletionOfReplicatedLocations")
                            .boolOr(true)) {
                throw new ArmFault(
                        409,
                        "OperationNotAllowed",
                        "The replica in "
                                + name
                                + " cannot be removed:"
                                + " safetyProfile.allowDeletionOfReplicatedLocations is false.");
            }
        }
        named.removeAll(had);
        int limit = cloud.settings().limits().versionsPerRegion();
        var all =
                cloud.estate().galleries().versions().stream()
                        .filter(v ->
                                v.id().subscriptionId()
                                        .filter(subscription::equalsIgnoreCase)
                                        .isPresent())
                        .toList();
        for (String region : named) {
            long there = all.stream().filter(v -> v.target(region).isPresent()).count();
            if (there >= limit) {
                throw new ArmFault(
                        409,
                        "QuotaExceeded",
                        "The subscription has "
                                + there
                                + " application versions in "
                                + region
                                + "; the limit is "
                                + limit
                                + ".");
            }
        }
    }

    private void checkPackage(ResourceId id, Dynamic publishing) {
        var identity =
                cloud.estate()
                        .find(id.top())
                        .map(gallery -> identities.userAssigned(gallery.json()))
                        .orElse(List.of());
        var limits = cloud.settings().limits();
        refuse(
                blobs.refuse(
                        publishing.path("source", "mediaLink").textOr(""),
                        limits.packageBytes(),
                        identity));
        String configuration = publishing.path("source", "defaultConfigurationLink").textOr("");
        if (!configuration.isEmpty()) {
            refuse(blobs.refuse(configuration, limits.configurationBytes(), identity));
        }
    }

    private static void refuse(Optional<AzureError> error) {
        error.ifPresent(found -> {
            throw ArmFault.of(found);
        });
    }

    private void checkReplicas(Dynamic count) {
        if (count instanceof Dynamic.Whole(var value)
                && (value < 1 || value > cloud.settings().limits().replicasPerRegion())) {
            throw ArmFault.of(VmApplicationErrors.replicaCountOutOfRange(value));
        }
    }

    private Dynamic targetRegions(Dynamic publishing, String home) {
        var regions = publishing.get("targetRegions").items();
        if (regions.isEmpty()) {
            return TargetRegions.ofHome(publishing, home);
        }
        var seen = new HashSet<String>();
        var names = new ArrayList<String>();
        for (var region : regions) {
            String name = Location.normalise(region.get("name").textOr(""));
            names.add(region.get("name").textOr(""));
            if (!seen.add(name)) {
                throw ArmFault.of(VmApplicationErrors.duplicateRegion());
            }
            if (!region.get("encryption").isNull()) {
                throw ArmFault.of(VmApplicationErrors.encryptionNotSupported());
            }
            checkReplicas(region.get("regionalReplicaCount"));
        }
        if (!seen.contains(Location.normalise(home))) {
            throw ArmFault.of(
                    VmApplicationErrors.homeRegionMissing(String.join(", ", names), home));
        }
        return Dynamic.array(regions);
    }

    private void checkEndOfLife(Dynamic date, Dynamic before) {
        if (date.isNull()
                || date.equals(before.path("properties", "publishingProfile", "endOfLifeDate"))) {
            return;
        }
        Optional<Instant> when;
        try {
            when = Optional.of(OffsetDateTime.parse(date.textOr("")).toInstant());
        } catch (DateTimeParseException notADate) {
            when = Optional.empty();
        }
        if (when.isEmpty() || !when.get().isAfter(cloud.now())) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + date.textOr("")
                            + "' of parameter"
                            + " 'galleryApplicationVersion.properties.publishingProfile.endOfLifeDate'"
                            + " must be a valid future date.");
        }
    }

    private static void checkUnchanged(Dynamic now, Dynamic before) {
        for (String action : List.of("install", "remove", "update")) {
            if (!now.path("manageActions", action).equals(before.path("manageActions", action))) {
                throw ArmFault.of(VmApplicationErrors.actionChanged(action));
            }
        }
        for (String setting : List.of("packageFileName", "configFileName")) {
            if (!now.path("settings", setting).equals(before.path("settings", setting))) {
                throw ArmFault.of(VmApplicationErrors.fileNameChanged(setting));
            }
        }
        requireSame(
                now.path("settings", "scriptBehaviorAfterReboot").textOr("None"),
                before.path("settings", "scriptBehaviorAfterReboot").textOr("None"),
                "settings.scriptBehaviorAfterReboot");
        requireSame(
                now.get("storageAccountType").textOr("Standard_LRS"),
                before.get("storageAccountType").textOr("Standard_LRS"),
                "storageAccountType");
        for (String link : List.of("mediaLink", "defaultConfigurationLink")) {
            if (!withoutSas(now.path("source", link))
                    .equals(withoutSas(before.path("source", link)))) {
                throw new ArmFault(
                        409,
                        "PropertyChangeNotAllowed",
                        "Changing property"
                                + " 'galleryApplicationVersion.properties.publishingProfile.source."
                                + link
                                + "' is not allowed.");
            }
        }
    }

    private static void requireSame(String now, String before, String property) {
        if (!now.equalsIgnoreCase(before)) {
            throw new ArmFault(
                    409,
                    "PropertyChangeNotAllowed",
                    "Changing property 'galleryApplicationVersion.properties.publishingProfile."
                            + property
                            + "' is not allowed.");
        }
    }

    private static String withoutSas(Dynamic link) {
        String url = link.textOr("");
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
