package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.MergePatch;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.AzureError;
import io.muster.inventory.vm.VmApplicationErrors;
import io.muster.simulator.estate.StoredResource;
import io.muster.simulator.estate.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Galleries, applications and application versions: validations, what cannot change, replication that takes time.
final class GalleryWrites {
    private static final String GALLERIES = "Microsoft.Compute/galleries";
    private static final String APPLICATIONS = GALLERIES + "/applications";
    private static final String VERSIONS = APPLICATIONS + "/versions";

    /// The types of which there are resources.
    static final List<String> TYPES =
            List.of(
                    GALLERIES,
                    APPLICATIONS,
                    VERSIONS,
                    GalleryImages.DEFINITIONS,
                    GalleryImages.VERSIONS);

    private final Cloud cloud;
    private final Admission admission;
    private final GalleryImages images;
    private final Identities identities;
    private final ApplicationVersions versions;

    GalleryWrites(
            Cloud cloud,
            Blobs blobs,
            Registrations registrations,
            Admission admission,
            GalleryImages images,
            Identities identities) {
        this.images = images;
        this.identities = identities;
        this.versions = new ApplicationVersions(cloud, blobs, registrations, identities);
        this.admission = admission;
        this.cloud = cloud;
    }

    static boolean isGalleryType(String type) {
        return type.toLowerCase(Locale.ROOT).startsWith(GALLERIES.toLowerCase(Locale.ROOT));
    }

    ArmResponse get(ArmRequest request, ResourceId id) {
        var stored = cloud.get(id);
        boolean replication =
                request.parameter("$expand").orElse("").equalsIgnoreCase("ReplicationStatus");
        return ArmResponse.of(200, shown(stored.json(), replication)).with("ETag", stored.etag());
    }

    /// As the API gives it: an application has no provisioning state there.
    static Dynamic shown(Dynamic json, boolean withReplication) {
        if (json.get("type").textOr("").equalsIgnoreCase(APPLICATIONS)) {
            return json.with("properties", json.get("properties").without("provisioningState"));
        }
        return withReplication
                ? json
                : json.with("properties", json.get("properties").without("replicationStatus"));
    }

    ArmResponse put(ArmRequest request, ResourceId id, boolean patch) {
        cloud.requireContainer(id);
        id.parent()
                .filter(parent -> isGalleryType(parent.type().toString()))
                .ifPresent(parent -> {
                    requireNotDeleting(cloud.estate().find(parent), patch ? "PATCH" : "PUT");
                    if (cloud.estate().find(parent).isEmpty()) {
                        throw Cloud.noParent(parent);
                    }
                });
        var stored = cloud.estate().find(id);
        if (patch && stored.isEmpty()) {
            throw ArmFault.notFound(id);
        }
        Cloud.requireMatch(request, stored);
        requireNotDeleting(stored, patch ? "PATCH" : "PUT");
        var body = Cloud.body(request);
        if (body.get("name")
                .asText()
                .filter(name -> !name.equalsIgnoreCase(id.name()))
                .isPresent()) {
            throw ArmFault.of(VmApplicationErrors.nameMismatch());
        }
        if (patch) {
            body = MergePatch.apply(stored.orElseThrow().json(), BodyForm.asked(body));
        }
        String type = canonicalType(id);
        var json = Cloud.named(id, type, body);
        if (type.equals(GALLERIES)) {
            json = GallerySharing.written(id, json, stored.map(StoredResource::json));
        }
        json = admission.admit(request, identities.checked(request, id, json, stored));
        BodyForm.requireLocation(json);
        var before = stored.map(StoredResource::json).orElse(Dynamic.NULL);
        if (!before.isNull()
                && !Location.normalise(before.get("location").textOr(""))
                        .equals(Location.normalise(json.get("location").textOr("")))) {
            throw new ArmFault(
                    409,
                    "InvalidResourceLocation",
                    "The resource '"
                            + id.name()
                            + "' already exists in location '"
                            + before.get("location").textOr("")
                            + "'. A resource with the same name cannot be created in location '"
                            + json.get("location").textOr("")
                            + "'.");
        }
        if (type.equals(APPLICATIONS) || type.equals(GalleryImages.DEFINITIONS)) {
            GalleryForm.requireDefinition(
                    type.equals(APPLICATIONS) ? "galleryApplication" : "galleryImage", json);
        }
        if (type.equals(VERSIONS) || type.equals(GalleryImages.VERSIONS)) {
            GalleryForm.requireVersion(
                    type.equals(VERSIONS) ? "galleryApplicationVersion" : "galleryImageVersion",
                    json);
            json = GalleryForm.withoutReadOnly(json, before);
        }
        switch (type) {
            case APPLICATIONS -> checkApplication(id, json, before);
            case VERSIONS -> json = versions.checked(id, json, before);
            case GALLERIES -> checkGallery(id, json, stored.isEmpty());
            case GalleryImages.DEFINITIONS -> {
                checkName(id.name(), cloud.settings().limits().galleryNameCharacters());
                json = images.definition(id, json, before);
            }
            case GalleryImages.VERSIONS -> json = images.version(id, json, before);
            default -> checkName(id.name(), cloud.settings().limits().galleryNameCharacters());
        }
        boolean version = type.equals(VERSIONS) || type.equals(GalleryImages.VERSIONS);
        json = withState(json, stored.isEmpty() ? "Creating" : "Updating");
        if (version) {
            json = withReplication(json, "Replicating", 0);
        }
        cloud.estate().put(json);
        var operation = cloud.operations().startWrite(id);
        if (version) {
            cloud.agenda()
                    .at(
                            cloud.now().plus(cloud.settings().operationTime().dividedBy(2)),
                            new Task.ShowReplication(id, operation.name));
        }
        cloud.agenda()
                .at(
                        cloud.now().plus(cloud.settings().operationTime()),
                        new Task.SettleGallery(id, operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        var written = cloud.get(id);
        var answer =
                ArmResponse.of(stored.isEmpty() ? 201 : 200, shown(written.json(), false))
                        .with("ETag", written.etag());
        return cloud.operations()
                .follow(
                        answer,
                        request,
                        operation,
                        id.subscriptionId().orElse(""),
                        json.get("location").textOr(""));
    }

    private static String canonicalType(ResourceId id) {
        String type = id.type().toString();
        for (String known : TYPES) {
            if (known.equalsIgnoreCase(type)) {
                return known;
            }
        }
        return type;
    }

    void showReplication(ResourceId id, String operation) {
        if (cloud.operations().isUnderWay(id, operation)) {
            cloud.estate().update(id, at -> withReplication(at, "Replicating", 50));
        }
    }

    /// What was written is there, and replicated.
    void settle(ResourceId id, String operation) {
        boolean version = id.isOfType(VERSIONS) || id.isOfType(GalleryImages.VERSIONS);
        if (!cloud.operations().ends(id, operation)) {
            return;
        }
        cloud.estate()
                .update(
                        id,
                        json -> {
                            var done = withState(json, "Succeeded");
                            return version ? withReplication(done, "Completed", 100) : done;
                        });
        cloud.operations().finish(operation, null);
        if (id.isOfType(VERSIONS)) {
            // A task of its own: whatever comes of it, the version is published.
            id.parent()
                    .ifPresent(application ->
                            cloud.agenda().at(cloud.now(), new Task.Publish(application)));
        }
    }

    private static boolean isDeleting(StoredResource stored) {
        return stored.properties().get("provisioningState").textOr("").equals("Deleting");
    }

    private static void requireNotDeleting(Optional<StoredResource> stored, String operation) {
        stored.filter(GalleryWrites::isDeleting)
                .ifPresent(s -> {
                    throw ArmFault.of(
                            VmApplicationErrors.markedForDeletion(operation, s.id().name()));
                });
    }

    /// Names are unique in a subscription; so many a region.
    private void checkGallery(ResourceId id, Dynamic json, boolean created) {
        checkName(id.name(), cloud.settings().limits().galleryNameCharacters());
        if (!id.name().matches("[A-Za-z0-9]([A-Za-z0-9._]*[A-Za-z0-9])?")) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The gallery name '"
                            + id.name()
                            + "' is invalid: letters and digits, with dots and underscores"
                            + " inside.");
        }
        if (!created) {
            return;
        }
        String region = Location.normalise(json.get("location").textOr(""));
        int inRegion = 0;
        var subscription = ResourceId.parse("/subscriptions/" + id.subscriptionId().orElse(""));
        for (var gallery : cloud.estate().below(subscription, "microsoft.compute/galleries")) {
            if (gallery.id().name().equalsIgnoreCase(id.name())) {
                throw new ArmFault(
                        409,
                        "Conflict",
                        "The gallery name '"
                                + id.name()
                                + "' is already used in resource group '"
                                + gallery.id().resourceGroup().orElse("")
                                + "' of the subscription.");
            }
            if (Location.normalise(gallery.json().get("location").textOr("")).equals(region)) {
                inRegion++;
            }
        }
        if (inRegion >= cloud.settings().limits().galleriesPerRegion()) {
            throw new ArmFault(
                    409,
                    "QuotaExceeded",
                    "The subscription has "
                            + inRegion
                            + " galleries in "
                            + region
                            + "; the limit is "
                            + cloud.settings().limits().galleriesPerRegion()
                            + ".");
        }
    }

    private void checkName(String name, int maximum) {
        boolean fits =
                !name.isEmpty()
                        && name.length() <= maximum
                        && name.chars()
                                .allMatch(c ->
                                        c < 128 && Character.isLetterOrDigit(c)
                                                || c == '-'
                                                || c == '.'
                                                || c == '_')
                        && !name.endsWith(".");
        if (!fits) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The name '"
                            + name
                            + "' is invalid: at most "
                            + maximum
                            + " letters, digits, '-', '.' and '_', and no '.' at its end.");
        }
    }

    private void checkApplication(ResourceId id, Dynamic json, Dynamic before) {
        checkName(id.name(), cloud.settings().limits().applicationNameCharacters());
        String system = json.path("properties", "supportedOSType").textOr("");
        if (!system.equals("Windows") && !system.equals("Linux")) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "Required parameter 'galleryApplication.properties.supportedOSType' is missing"
                            + " (null).");
        }
        if (!before.isNull()
                && !before.path("properties", "supportedOSType")
                        .equals(json.path("properties", "supportedOSType"))) {
            throw new ArmFault(
                    409,
                    "PropertyChangeNotAllowed",
                    "Changing property 'galleryApplication.properties.supportedOSType' is not"
                            + " allowed.");
        }
    }

    private static Dynamic withState(Dynamic json, String state) {
        return json.with(
                "properties", json.get("properties").with("provisioningState", Dynamic.of(state)));
    }

    private static Dynamic withReplication(Dynamic json, String state, int progress) {
        var known = new HashSet<String>();
        for (var summary : json.path("properties", "replicationStatus", "summary").items()) {
            if (summary.get("state").textOr("").equals("Completed")) {
                known.add(Location.normalise(summary.get("region").textOr("")));
            }
        }
        var out = new ArrayList<Dynamic>();
        boolean complete = true;
        for (var region : json.path("properties", "publishingProfile", "targetRegions").items()) {
            String name = Location.normalise(region.get("name").textOr(""));
            boolean there = known.contains(name) || state.equals("Completed");
            complete &= there;
            out.add(
                    Dynamic.bag()
                            .put("region", region.get("name").textOr(""))
                            .put("state", there ? "Completed" : state)
                            .put("details", "")
                            .put("progress", there ? 100 : progress)
                            .build());
        }
        return json.with(
                "properties",
                json.get("properties")
                        .with(
                                "replicationStatus",
                                Dynamic.bag()
                                        .put(
                                                "aggregatedState",
                                                complete ? "Completed" : "InProgress")
                                        .put("summary", Dynamic.array(out))
                                        .build()));
    }

    ArmResponse delete(ArmRequest request, ResourceId id) {
        cloud.requireContainer(id);
        var stored = cloud.estate().find(id);
        if (stored.isEmpty()) {
            return ArmResponse.empty(204);
        }
        Cloud.requireMatch(request, stored);
        var ongoing = cloud.operations().write(id);
        if (isDeleting(stored.get()) && ongoing.isPresent()) {
            return cloud.operations().accepted(request, ongoing.get(), stored.get());
        }
        if (!cloud.estate().below(id).isEmpty()) {
            throw new ArmFault(
                    409,
                    "CannotDeleteResource",
                    "Can not delete resource before nested resources are deleted.");
        }
        boolean version = stored.get().type().endsWith("/versions");
        if (version
                && !stored.get()
                        .json()
                        .path("properties", "safetyProfile", "allowDeletionOfReplicatedLocations")
                        .boolOr(true)) {
            throw ArmFault.of(
                    new AzureError(
                            409,
                            "OperationNotAllowed",
                            "The version '"
                                    + id.name()
                                    + "' cannot be deleted:"
                                    + " safetyProfile.allowDeletionOfReplicatedLocations is"
                                    + " false."));
        }
        cloud.estate().put(withState(stored.get().json(), "Deleting"));
        var operation = cloud.operations().startWrite(id);
        cloud.agenda()
                .at(
                        cloud.now().plus(cloud.settings().operationTime()),
                        new Task.Remove(id, operation.name));
        cloud.agenda().runUntil(cloud.clock().instant());
        return cloud.operations().accepted(request, operation, stored.get());
    }
}
