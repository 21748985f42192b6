package io.muster.inventory.vm;

/// Something about a machine's profile that works, or seems to, and will surprise.
///
/// @param application its name; empty when the warning is about the profile as a whole
public record ApplicationWarning(Kind kind, String application, String message) {
    public enum Kind {
        /// The guest knows applications by name alone; two galleries' ones collide.
        SAME_NAME_FROM_TWO_GALLERIES,
        /// Azure takes no such profile.
        SAME_APPLICATION_TWICE,
        /// An application that reboots the guest is not the last one.
        REBOOT_SCRIPT_NOT_LAST,
        TOO_MANY_APPLICATIONS,
        /// The packages together are more than a machine may have.
        TOO_MANY_BYTES,
        AGENT_MISSING,
        /// Updating removes the old version and installs the new one.
        NO_UPDATE_COMMAND,
        /// The flag moves nothing past a version number.
        AUTOMATIC_UPGRADE_OF_NAMED_VERSION,
        PAST_END_OF_LIFE,
        /// A uniform instance has not got its set's model.
        MODEL_NOT_APPLIED
    }
}
