package io.muster.simulator.guest;

import io.muster.inventory.vm.GalleryApplicationVersion;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One application of a goal state, its version resolved.
///
/// @param version the version's number as text
/// @param resource null when the version was deleted from the gallery while still wanted
public record DesiredApplication(
        String name,
        String version,
        OptionalInt order,
        boolean failsDeployment,
        @Nullable GalleryApplicationVersion resource) {}
