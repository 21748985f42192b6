package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import io.muster.inventory.resource.Location;
import io.muster.inventory.resource.ResourceId;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A gallery application: the definition that versions belong to
/// (`Microsoft.Compute/galleries/applications`).
///
/// @param supportedOs null when the resource does not say (it is required in Azure)
/// @param endOfLife informational; null when not set
public record GalleryApplication(
        ResourceId id,
        String location,
        @Nullable OperatingSystem supportedOs,
        String description,
        String eula,
        String privacyStatementUri,
        String releaseNoteUri,
        @Nullable Instant endOfLife,
        Dynamic resource) {
    public static final String TYPE = "microsoft.compute/galleries/applications";

    /// The application of a resource; empty when it is none.
    public static Optional<GalleryApplication> read(Dynamic resource) {
        return ResourceId.tryParse(resource.getIgnoreCase("id").textOr(""))
                .filter(id -> id.isOfType(TYPE))
                .map(id -> {
                    var properties = resource.getIgnoreCase("properties");
                    return new GalleryApplication(
                            id,
                            Location.normalise(resource.getIgnoreCase("location").textOr("")),
                            properties
                                    .getIgnoreCase("supportedOSType")
                                    .asText()
                                    .flatMap(OperatingSystem::parse)
                                    .orElse(null),
                            properties.getIgnoreCase("description").textOr(""),
                            properties.getIgnoreCase("eula").textOr(""),
                            properties.getIgnoreCase("privacyStatementUri").textOr(""),
                            properties.getIgnoreCase("releaseNoteUri").textOr(""),
                            instant(properties.getIgnoreCase("endOfLifeDate")),
                            resource);
                });
    }

    /// The name that the guest knows the application by; the gallery is no part of it.
    public String name() {
        return id.name();
    }

    static @Nullable Instant instant(Dynamic value) {
        return switch (value) {
            case Dynamic.DateTime(var ticks) -> Ticks.toInstant(ticks);
            case Dynamic.Text(var text) -> {
                var ticks = Ticks.parseIso(text);
                yield ticks.isPresent() ? Ticks.toInstant(ticks.getAsLong()) : null;
            }
            default -> null;
        };
    }
}
