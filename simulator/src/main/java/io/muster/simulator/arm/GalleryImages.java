package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Machine;
import io.muster.inventory.vm.VersionNumber;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Image definitions and image versions of galleries: what is refused, and which version an image reference means. Guarded by the simulator's lock.
///
/// Source: azure/virtual-machines/azure-compute-gallery, compute-gallery-2023-07-03.
final class GalleryImages {
    static final String DEFINITIONS = "Microsoft.Compute/galleries/images";
    static final String VERSIONS = DEFINITIONS + "/versions";
    private static final String DEFINITION_TYPE = "microsoft.compute/galleries/images";
    private static final String VERSION_TYPE = DEFINITION_TYPE + "/versions";

    /// What cannot change once a definition is there.
    private static final List<String> FIXED =
            List.of("osType", "osState", "hyperVGeneration", "architecture", "identifier");

    /// Of an image reference: the version that a machine was made of.
    private static final String EXACT_VERSION = "exactVersion";

    private final Cloud cloud;

    GalleryImages(Cloud cloud) {
        this.cloud = cloud;
    }

    /// The definition to store: checked, and with its defaults.
    Dynamic definition(ResourceId id, Dynamic json, Dynamic before) {
        var properties = json.get("properties");
        oneOf(
                properties.get("osType"),
                "galleryImage.properties.osType",
                List.of("Windows", "Linux"));
        oneOf(
                properties.get("osState"),
                "galleryImage.properties.osState",
                List.of("Generalized", "Specialized"));
        for (String part : List.of("publisher", "offer", "sku")) {
            if (properties.path("identifier", part).textOr("").isEmpty()) {
                throw missing("galleryImage.properties.identifier." + part);
            }
        }
        if (properties.get("hyperVGeneration").isNull()) {
            properties = properties.with("hyperVGeneration", Dynamic.of("V1"));
        }
        if (before.isNull()) {
            requireNewTriple(id, properties.get("identifier"));
            requireRoom(
                    id,
                    Location.normalise(json.get("location").textOr("")),
                    DEFINITION_TYPE,
                    cloud.settings().azureLimits().imageDefinitionsPerRegion());
        } else {
            for (String name : FIXED) {
                if (!properties.get(name).equals(before.get("properties").get(name))) {
                    throw new ArmFault(
                            409,
                            "PropertyChangeNotAllowed",
                            "Changing property 'galleryImage.properties."
                                    + name
                                    + "' is not allowed.");
                }
            }
        }
        return json.with("properties", properties);
    }

    private void requireNewTriple(ResourceId id, Dynamic identifier) {
        for (var other : cloud.estate().below(id.top(), DEFINITION_TYPE)) {
            var known = other.properties().get("identifier");
            boolean same =
                    List.of("publisher", "offer", "sku").stream()
                            .allMatch(part ->
                                    known.get(part)
                                            .textOr("")
                                            .equalsIgnoreCase(identifier.get(part).textOr("")));
            if (same) {
                throw new ArmFault(
                        409,
                        "Conflict",
                        "The publisher, offer and SKU of image definition '"
                                + id.name()
                                + "' are those of '"
                                + other.id().name()
                                + "': they must be unique in the gallery.");
            }
        }
    }

    private void requireRoom(ResourceId id, String region, String type, int limit) {
        var subscription = ResourceId.parse("/subscriptions/" + id.subscriptionId().orElse(""));
        long there =
                cloud.estate().below(subscription, type).stream()
                        .filter(r ->
                                Location.normalise(r.json().get("location").textOr(""))
                                        .equals(region))
                        .count();
        if (there >= limit) {
            throw new ArmFault(
                    409,
                    "QuotaExceeded",
                    "The subscription has "
                            + there
                            + (type.equals(VERSION_TYPE)
                                    ? " image versions in "
                                    : " image definitions in ")
                            + region
                            + "; the limit is "
                            + limit
                            + ".");
        }
    }

    /// The version to store: checked, with its target regions filled in.
    Dynamic version(ResourceId id, Dynamic json, Dynamic before) {
        if (VersionNumber.parse(id.name()).isEmpty()) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The gallery image version name is invalid. The image version name should"
                            + " follow Major(int32).Minor(int32).Patch(int32) format, where int is"
                            + " between 0 and 2,147,483,647 (inclusive).");
        }
        var storage = json.path("properties", "storageProfile");
        var sources = sources(storage);
        if (sources.isEmpty()) {
            throw missing("galleryImageVersion.properties.storageProfile");
        }
        if (!before.isNull()
                && !sources.equals(sources(before.path("properties", "storageProfile")))) {
            throw new ArmFault(
                    409,
                    "PropertyChangeNotAllowed",
                    "Changing property 'galleryImageVersion.properties.storageProfile.source' is"
                            + " not allowed.");
        }
        String home = json.get("location").textOr("");
        var publishing = json.path("properties", "publishingProfile");
        var regions = regions(publishing, home);
        if (before.isNull()) {
            boolean generalized = isGeneralized(id);
            sources.forEach(source -> requireSource(source, regions, generalized));
            requireRoom(
                    id,
                    Location.normalise(home),
                    VERSION_TYPE,
                    cloud.settings().azureLimits().imageVersionsPerRegion());
        }
        if (publishing.isNull()) {
            publishing = Dynamic.EMPTY_BAG;
        }
        if (publishing.get("publishedDate").isNull()) {
            publishing = publishing.with("publishedDate", Dynamic.of(cloud.now().toString()));
        }
        return json.with(
                "properties",
                json.get("properties")
                        .with("publishingProfile", publishing.with("targetRegions", regions)));
    }

    /// An Azure VM, a managed image, a snapshot, a disk, a VHD or another version: all that the storage profile names.
    private static Set<String> sources(Dynamic storage) {
        var out = new HashSet<String>();
        add(out, storage.get("source"));
        add(out, storage.path("osDiskImage", "source"));
        for (var disk : storage.get("dataDiskImages").items()) {
            add(out, disk.get("source"));
        }
        return out;
    }

    private static void add(Set<String> out, Dynamic source) {
        for (String name : List.of("id", "uri", "virtualMachineId", "communityGalleryImageId")) {
            source.get(name).asText().filter(text -> !text.isEmpty()).ifPresent(out::add);
        }
    }

    /// A source in a resource group of the estate must be there, in one of the target regions. What lies elsewhere is taken as good.
    private void requireSource(String source, Dynamic regions, boolean generalized) {
        var id = ResourceId.tryParse(source);
        if (id.isEmpty() || !cloud.estate().hasContainer(id.get())) {
            return;
        }
        var stored = cloud.estate().find(id.get());
        if (stored.isEmpty()) {
            throw new ArmFault(
                    404,
                    "NotFound",
                    "The source '" + source + "' of the image version was not found.");
        }
        String region = Location.normalise(stored.get().json().get("location").textOr(""));
        boolean version = stored.get().type().equals(VERSION_TYPE);
        if (!version && !region.isEmpty() && !names(regions).contains(region)) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The target regions must contain the region of the source, " + region + ".");
        }
        if (stored.get().type().equals(Machine.VM_TYPE)
                && generalized != Power.isGeneralized(stored.get().json())) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The source '"
                            + source
                            + "' of the image version is "
                            + (generalized ? "not generalized" : "generalized")
                            + ", the image definition is "
                            + (generalized ? "generalized." : "specialized."));
        }
        requireFittingDisks(source, stored.get());
    }

    private boolean isGeneralized(ResourceId version) {
        return version.parent()
                .flatMap(cloud.estate()::find)
                .filter(d ->
                        d.properties().get("osState").textOr("").equalsIgnoreCase("Generalized"))
                .isPresent();
    }

    /// Of a machine, a managed image, a disk or a snapshot.
    private void requireFittingDisks(String source, StoredResource stored) {
        var sizes = new ArrayList<Dynamic>();
        sizes.add(stored.properties().get("diskSizeGB"));
        var storage = stored.properties().get("storageProfile");
        sizes.add(storage.path("osDisk", "diskSizeGB"));
        storage.get("dataDisks").items().forEach(disk -> sizes.add(disk.get("diskSizeGB")));
        int most = cloud.settings().azureLimits().imageDiskGigabytes();
        for (var size : sizes) {
            if (size.longOr(0) > most) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "A disk of the source '"
                                + source
                                + "' has "
                                + size.longOr(0)
                                + " GB; the maximum of an image version's disks is "
                                + most
                                + " GB.");
            }
        }
    }

    private static Set<String> names(Dynamic regions) {
        var out = new HashSet<String>();
        regions.items().forEach(r -> out.add(Location.normalise(r.get("name").textOr(""))));
        return out;
    }

    private Dynamic regions(Dynamic publishing, String home) {
        var regions = publishing.get("targetRegions").items();
        requireReplicas(publishing.get("replicaCount"));
        if (regions.isEmpty()) {
            return TargetRegions.ofHome(publishing, home);
        }
        var seen = new HashSet<String>();
        var named = new ArrayList<String>();
        for (var region : regions) {
            named.add(region.get("name").textOr(""));
            if (!seen.add(Location.normalise(region.get("name").textOr("")))) {
                throw ArmFault.badRequest(
                        "InvalidParameter",
                        "Duplicate regions are not allowed in target publishing regions.");
            }
            requireReplicas(region.get("regionalReplicaCount"));
        }
        if (!seen.contains(Location.normalise(home))) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "Gallery image version publishing profile regions "
                            + String.join(", ", named)
                            + " must contain the location of image version "
                            + home
                            + ".");
        }
        return Dynamic.array(regions);
    }

    private void requireReplicas(Dynamic count) {
        int most = cloud.settings().azureLimits().imageReplicas();
        if (count instanceof Dynamic.Whole(var value) && (value < 1 || value > most)) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value "
                            + value
                            + " of parameter"
                            + " 'galleryImageVersion.properties.publishingProfile.replicaCount' is"
                            + " out of range. The value must be between 1 and "
                            + most
                            + ", inclusive.");
        }
    }

    private static void oneOf(Dynamic value, String name, List<String> allowed) {
        if (value.textOr("").isEmpty()) {
            throw missing(name);
        }
        if (allowed.stream().noneMatch(value.textOr("")::equalsIgnoreCase)) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The value '"
                            + value.textOr("")
                            + "' of parameter '"
                            + name
                            + "' is invalid: one of "
                            + String.join(", ", allowed)
                            + ".");
        }
    }

    private static ArmFault missing(String name) {
        return ArmFault.badRequest(
                "InvalidParameter", "Required parameter '" + name + "' is missing (null).");
    }

    /// What a machine's or set's model gets of the gallery image that it names: the system of its disk, and the version that its reference means, which stays as long
    /// as the reference does. Images of galleries outside the estate are taken as good.
    ///
    /// @param before the model that was; null value for a new one
    /// @param model a VM's `properties`, or a set's `virtualMachineProfile`
    Dynamic applied(Dynamic before, Dynamic model, String region) {
        String reference = model.path("storageProfile", "imageReference", "id").textOr("");
        var named = ResourceId.tryParse(reference).filter(id -> isImage(id));
        if (named.isEmpty() || !cloud.estate().hasContainer(named.get())) {
            return model;
        }
        var definitionId =
                named.get().isOfType(VERSION_TYPE)
                        ? named.get().parent().orElseThrow(() -> ArmFault.notFound(named.get()))
                        : named.get();
        var definition = cloud.estate().find(definitionId).orElseThrow(() -> notThere(reference));
        var exact = named;
        if (named.get().isOfType(VERSION_TYPE) && !named.get().name().equalsIgnoreCase("latest")) {
            var version = cloud.estate().find(named.get()).orElseThrow(() -> notThere(reference));
            if (!isIn(version, region)) {
                throw notInRegion(reference, region);
            }
        } else {
            exact = latest(definitionId, region);
            if (exact.isEmpty()) {
                throw notInRegion(reference, region);
            }
        }
        boolean specialized =
                definition.properties().get("osState").textOr("").equalsIgnoreCase("Specialized");
        if (specialized && !model.get("osProfile").isNull()) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "Parameter 'osProfile' is not allowed: the image is specialized.");
        }
        var storage = model.get("storageProfile");
        var disk = storage.get("osDisk").isNull() ? Dynamic.EMPTY_BAG : storage.get("osDisk");
        var system = definition.properties().get("osType");
        if (!disk.get("osType").isNull()
                && !disk.get("osType").textOr("").equalsIgnoreCase(system.textOr(""))) {
            throw ArmFault.badRequest(
                    "InvalidParameter",
                    "The osType of the OS disk is not that of the image, "
                            + system.textOr("")
                            + ".");
        }
        var known = before.path("storageProfile", "imageReference");
        var made =
                known.get("id").textOr("").equalsIgnoreCase(reference)
                        ? known.get(EXACT_VERSION)
                        : Dynamic.of(exact.orElse(named.get()).name());
        var image = storage.get("imageReference");
        return model.with(
                "storageProfile",
                storage.with("osDisk", disk.with("osType", system))
                        .with(
                                "imageReference",
                                made.isNull()
                                        ? image.without(EXACT_VERSION)
                                        : image.with(EXACT_VERSION, made)));
    }

    /// What an image says of the machines made of it; of what it does not say, or of one outside the estate, nothing is held against it.
    ///
    /// @param generation of Hyper-V; empty when not known
    /// @param disks the units of its data disks; null when not known
    private record Layout(String generation, @Nullable Set<Long> disks) {
        boolean differs(Layout other) {
            return !generation.isEmpty()
                            && !other.generation.isEmpty()
                            && !generation.equalsIgnoreCase(other.generation)
                    || disks != null && other.disks != null && !disks.equals(other.disks);
        }
    }

    /// Refuses another image for a scale set whose Hyper-V generation or data disks are not those of the one before.
    ///
    /// @param before the set's `virtualMachineProfile`
    void requireSameLayout(Dynamic before, Dynamic after) {
        String old = before.path("storageProfile", "imageReference", "id").textOr("");
        String now = after.path("storageProfile", "imageReference", "id").textOr("");
        if (old.isEmpty() || now.isEmpty() || old.equalsIgnoreCase(now)) {
            return;
        }
        if (layout(old).differs(layout(now))) {
            throw new ArmFault(
                    409,
                    "PropertyChangeNotAllowed",
                    "Changing property 'imageReference' is not allowed: the Hyper-V generation or"
                            + " the data disks of '"
                            + now
                            + "' are not those of '"
                            + old
                            + "'.");
        }
    }

    private Layout layout(String reference) {
        var named = ResourceId.tryParse(reference);
        var stored = named.flatMap(cloud.estate()::find);
        if (named.isPresent() && named.get().isOfType(VERSION_TYPE)) {
            String generation =
                    named.get()
                            .parent()
                            .flatMap(cloud.estate()::find)
                            .map(d -> d.properties().get("hyperVGeneration").textOr("V1"))
                            .orElse("");
            return new Layout(
                    generation,
                    stored.map(v -> units(v.properties().path("storageProfile", "dataDiskImages")))
                            .orElse(null));
        }
        if (stored.isEmpty()) {
            return new Layout("", null);
        }
        var properties = stored.get().properties();
        return named.filter(id -> id.isOfType(DEFINITION_TYPE)).isPresent()
                ? new Layout(properties.get("hyperVGeneration").textOr("V1"), null)
                : new Layout(
                        properties.get("hyperVGeneration").textOr("V1"),
                        units(properties.path("storageProfile", "dataDisks")));
    }

    private static Set<Long> units(Dynamic disks) {
        var out = new HashSet<Long>();
        disks.items().forEach(disk -> out.add(disk.get("lun").longOr(0)));
        return out;
    }

    private static boolean isImage(ResourceId id) {
        return id.isOfType(DEFINITION_TYPE) || id.isOfType(VERSION_TYPE);
    }

    /// The highest version of a definition that is provisioned, not excluded, and complete in a region.
    Optional<ResourceId> latest(ResourceId definition, String region) {
        Optional<ResourceId> best = Optional.empty();
        Optional<VersionNumber> highest = Optional.empty();
        for (var version : cloud.estate().below(definition, VERSION_TYPE)) {
            var publishing = version.properties().get("publishingProfile");
            var number = VersionNumber.parse(version.id().name());
            if (number.isEmpty()
                    || publishing.get("excludeFromLatest").boolOr(false)
                    || !isIn(version, region)
                    || isExcludedIn(publishing, region)) {
                continue;
            }
            if (highest.isEmpty() || number.get().compareTo(highest.get()) > 0) {
                highest = number;
                best = Optional.of(version.id());
            }
        }
        return best;
    }

    private static boolean isExcludedIn(Dynamic publishing, String region) {
        return publishing.get("targetRegions").items().stream()
                .filter(r ->
                        Location.normalise(r.get("name").textOr(""))
                                .equals(Location.normalise(region)))
                .anyMatch(r -> r.get("excludeFromLatest").boolOr(false));
    }

    /// Whether a version is replicated to a region.
    static boolean isIn(StoredResource version, String region) {
        return version.properties().path("replicationStatus", "summary").items().stream()
                .anyMatch(s ->
                        s.get("state").textOr("").equals("Completed")
                                && Location.normalise(s.get("region").textOr(""))
                                        .equals(Location.normalise(region)));
    }

    private static ArmFault notThere(String reference) {
        return new ArmFault(
                404,
                "PlatformImageNotFound",
                "The platform image '"
                        + reference
                        + "' is not available. Verify that all fields in the storage profile are"
                        + " correct.");
    }

    private static ArmFault notInRegion(String reference, String region) {
        return new ArmFault(
                404,
                "GalleryImageNotFound",
                "The gallery image "
                        + reference
                        + " is not available in "
                        + region
                        + " region. Contact image owner to replicate to this region, or change your"
                        + " requested region.");
    }
}
