package io.muster.inventory.vm;

import java.util.Optional;

/// One entry of the guest's registry, by application name alone: the guest knows no gallery.
///
/// @param version as reported; empty when an older release left it out
public record GuestApplication(String name, String version, GuestResult result) {
    /// The version's number; empty when it is none.
    public Optional<VersionNumber> number() {
        return VersionNumber.parseLenient(version);
    }

    /// The version that runs: known only after an operation that went well, or when nothing was said
    /// against it.
    public Optional<VersionNumber> running() {
        return switch (result) {
            case GuestResult.Success(var operation) ->
                    switch (operation.kind()) {
                        case REMOVE, REMOVE_FOR_UPDATE, CLEANUP, SKIPPED, FAILED ->
                                Optional.empty();
                        case INSTALL, UPDATE, NO_ACTION, CUSTOM -> number();
                    };
            case GuestResult.None() -> number();
            case GuestResult.Failure _,
                    GuestResult.Skipped _,
                    GuestResult.Rebooted _,
                    GuestResult.Unknown _ ->
                    Optional.empty();
        };
    }
}
