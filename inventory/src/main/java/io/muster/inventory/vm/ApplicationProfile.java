package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The applications that a machine or a scale set's model asks for. Immutable; changes give a new
/// profile with every other entry kept, because Azure replaces the whole list on a write.
///
/// @param present whether the model has a profile at all (absent means unchanged on PATCH, an empty
///     list removes every application)
public record ApplicationProfile(boolean present, List<ProfileEntry> entries) {
    public static final ApplicationProfile ABSENT = new ApplicationProfile(false, List.of());

    public ApplicationProfile {
        entries = List.copyOf(entries);
    }

    public static ApplicationProfile of(List<ProfileEntry> entries) {
        return new ApplicationProfile(true, entries);
    }

    /// The profile of a VM (`properties.applicationProfile`) or a scale set
    /// (`properties.virtualMachineProfile.applicationProfile`).
    public static ApplicationProfile ofResource(Dynamic resource) {
        var properties = resource.getIgnoreCase("properties");
        var own = properties.getIgnoreCase("applicationProfile");
        return read(
                own.isNull()
                        ? properties
                                .getIgnoreCase("virtualMachineProfile")
                                .getIgnoreCase("applicationProfile")
                        : own);
    }

    /// The profile of an `applicationProfile` value.
    public static ApplicationProfile read(Dynamic applicationProfile) {
        return applicationProfile.getIgnoreCase("galleryApplications")
                        instanceof Dynamic.Array(var items)
                ? of(items.stream().map(ProfileEntry::new).toList())
                : ABSENT;
    }

    /// The value to write as `applicationProfile`: the whole list.
    public Dynamic toDynamic() {
        return Dynamic.bag()
                .put(
                        "galleryApplications",
                        Dynamic.array(entries.stream().map(ProfileEntry::json).toList()))
                .build();
    }

    /// The first entry for an application, at whatever version.
    public Optional<ProfileEntry> entry(ResourceId applicationId) {
        return entries.stream().filter(e -> isFor(e, applicationId)).findFirst();
    }

    public boolean has(ResourceId applicationId) {
        return entry(applicationId).isPresent();
    }

    /// With that entry in the place of the one of the same application, or last. This is what a PUT
    /// of the `VMapplications` child does.
    public ApplicationProfile with(ProfileEntry entry) {
        var application = entry.reference().map(ApplicationReference::applicationId);
        var changed = new ArrayList<>(entries);
        for (int i = 0; application.isPresent() && i < changed.size(); i++) {
            if (isFor(changed.get(i), application.get())) {
                changed.set(i, entry);
                return of(changed);
            }
        }
        changed.add(entry);
        return of(changed);
    }

    /// Without any entry of that application.
    public ApplicationProfile without(ResourceId applicationId) {
        return of(entries.stream().filter(e -> !isFor(e, applicationId)).toList());
    }

    private static boolean isFor(ProfileEntry entry, ResourceId applicationId) {
        return entry.reference()
                .map(reference -> reference.applicationId().equals(applicationId))
                .orElse(false);
    }
}
