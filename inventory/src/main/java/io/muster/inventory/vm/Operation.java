package io.muster.inventory.vm;

/// What the extension did or does to an application, as it names it.
///
/// @param name as reported; a custom action's own name for [Kind#CUSTOM]
public record Operation(Kind kind, String name) {
    /// The operations of the extension. The last three are states, rarely seen as operations.
    public enum Kind {
        INSTALL("Install"),
        UPDATE("Update"),
        REMOVE("Remove"),
        /// Removing the old version where the new one has no update command.
        REMOVE_FOR_UPDATE("RemoveForUpdate"),
        /// A skipped application left the profile: nothing runs.
        CLEANUP("Cleanup"),
        NO_ACTION("NoAction"),
        FAILED("Failed"),
        SKIPPED("Skipped"),
        CUSTOM("");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        /// Empty for a custom action, which has a name of its own.
        public String wireName() {
            return wireName;
        }
    }

    public static Operation of(Kind kind) {
        return new Operation(kind, kind.wireName());
    }

    public static Operation parse(String name) {
        for (var kind : Kind.values()) {
            if (kind != Kind.CUSTOM && kind.wireName.equalsIgnoreCase(name)) {
                return new Operation(kind, name);
            }
        }
        return new Operation(Kind.CUSTOM, name);
    }

    @Override
    public String toString() {
        return name;
    }
}
