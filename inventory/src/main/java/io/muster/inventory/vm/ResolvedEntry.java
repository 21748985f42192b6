package io.muster.inventory.vm;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A profile's entry with what the galleries say of it in a region, for an operating system.
///
/// @param name the application's as the guest knows it; the entry's text when that is no reference
/// @param resolution what the entry's reference means
/// @param newest the version that `latest` of the application means, whatever the entry says; null
///     when there is none
public record ResolvedEntry(
        ProfileEntry entry,
        Optional<ApplicationReference> reference,
        String name,
        Resolution resolution,
        @Nullable GalleryApplicationVersion newest) {

    /// @param system null when not known
    public static ResolvedEntry of(
            ProfileEntry entry,
            LatestResolver resolver,
            String location,
            @Nullable OperatingSystem system) {
        var reference = entry.reference();
        if (reference.isEmpty()) {
            return new ResolvedEntry(
                    entry,
                    reference,
                    entry.packageReferenceId(),
                    new Resolution.Unresolved(
                            VmApplicationErrors.malformedReference(entry.packageReferenceId()),
                            List.of()),
                    null);
        }
        return new ResolvedEntry(
                entry,
                reference,
                reference.get().application(),
                resolver.resolve(reference.get(), location, system),
                resolver.latest(reference.get().applicationId(), location)
                                instanceof Resolution.Resolved(var version, var _)
                        ? version
                        : null);
    }

    /// What another entry of the same reference means there.
    public ResolvedEntry of(ProfileEntry other) {
        return new ResolvedEntry(other, reference, name, resolution, newest);
    }

    /// The version that the entry means; empty when none can be had.
    public Optional<GalleryApplicationVersion> wanted() {
        return resolution instanceof Resolution.Resolved(var version, var _)
                ? Optional.of(version)
                : Optional.empty();
    }

    /// The number that the entry asks for: of the version that it means, else, where that cannot be had, of the one that it names. Empty for a `latest` that means
    /// nothing.
    public Optional<VersionNumber> asked() {
        return resolution instanceof Resolution.Resolved(var version, var _)
                ? Optional.ofNullable(version.number())
                : reference.flatMap(r -> VersionNumber.parse(r.version()));
    }
}
