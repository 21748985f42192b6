package io.muster.inventory.vm;

import io.muster.inventory.resource.ResourceId;
import java.util.Optional;

/// A profile's `packageReferenceId`, taken apart. Equal ignoring case.
///
/// @param versionId `.../galleries/{gallery}/applications/{app}/versions/{Major.Minor.Patch | latest}`
public record ApplicationReference(ResourceId versionId) {
    public static final String LATEST = "latest";

    public ApplicationReference {
        if (!versionId.isOfType(GalleryApplicationVersion.TYPE)
                || versionId.resourceGroup().isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + versionId + "' is no reference to a gallery application version");
        }
    }

    /// The reference of that text; empty when it does not name a version of a gallery application.
    public static Optional<ApplicationReference> parse(String text) {
        return ResourceId.tryParse(text)
                .filter(id ->
                        id.isOfType(GalleryApplicationVersion.TYPE)
                                && id.resourceGroup().isPresent())
                .map(ApplicationReference::new);
    }

    public String subscriptionId() {
        return versionId.subscriptionId().orElseThrow();
    }

    public String resourceGroup() {
        return versionId.resourceGroup().orElseThrow();
    }

    public String gallery() {
        return versionId.names().get(0);
    }

    public ResourceId galleryId() {
        return versionId.top();
    }

    public String application() {
        return versionId.names().get(1);
    }

    public ResourceId applicationId() {
        return versionId.parent().orElseThrow();
    }

    /// A version's name or `latest`.
    public String version() {
        return versionId.name();
    }

    public boolean isLatest() {
        return version().equalsIgnoreCase(LATEST);
    }

    /// The same application at another version.
    public ApplicationReference at(String version) {
        return new ApplicationReference(applicationId().child("versions", version));
    }

    public String text() {
        return versionId.text();
    }

    @Override
    public String toString() {
        return versionId.text();
    }
}
