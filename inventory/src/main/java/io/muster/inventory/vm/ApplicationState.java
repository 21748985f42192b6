package io.muster.inventory.vm;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known of one application on one machine: what the profile asks for, what the galleries
/// offer, what the guest did.
///
/// @param name as the guest knows it
/// @param entry null when the guest has the application and the profile no longer asks for it
/// @param resolution what the entry's reference means; null without an entry
/// @param newest the version that `latest` of the application means here, whatever the entry says;
///     null when there is none
/// @param guest the guest's registry entry; null when the registry is not known or has none
/// @param lastAction of the last run; null when that run did nothing to it
/// @param skippedBecauseOf names of the failed applications of lower order; empty unless skipped
/// @param needsRemoveThenAdd whether the guest would do nothing when asked again for the wanted
///     version: only removing the application and adding it back makes it run
/// @param because one sentence on the condition
public record ApplicationState(
        String name,
        @Nullable ProfileEntry entry,
        @Nullable Resolution resolution,
        @Nullable GalleryApplicationVersion newest,
        @Nullable GuestApplication guest,
        @Nullable GuestAction lastAction,
        Condition condition,
        List<String> skippedBecauseOf,
        Behind behind,
        boolean needsRemoveThenAdd,
        String because) {
    public ApplicationState {
        skippedBecauseOf = List.copyOf(skippedBecauseOf);
    }

    /// How it stands with the application on the machine.
    public enum Condition {
        /// The wanted version runs.
        RUNNING("Running"),
        /// An older version than the wanted one runs.
        BEHIND("Behind"),
        /// A newer version than the wanted one runs.
        AHEAD("Ahead"),
        /// Asked for; the guest has not reported it.
        PENDING("Pending"),
        /// A run is under way.
        APPLYING("Applying"),
        FAILED("Failed"),
        /// Not tried because an application of lower order failed.
        SKIPPED("Skipped"),
        /// The guest rebooted; the operation is run again.
        REBOOTING("Rebooting"),
        /// The guest rebooted and gave up.
        STOPPED_BY_REBOOT("StoppedByReboot"),
        /// On the guest, no longer asked for.
        LEFT_OVER("LeftOver"),
        /// Asked for by a scale set's model, where nothing runs.
        MODEL("Model"),
        /// No instance view was read, or its text is of no known form.
        UNKNOWN("Unknown");

        private final String wireName;

        Condition(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }
    }

    /// Whether and why the machine lags behind what it could have.
    public enum Behind {
        NO("No"),
        /// What runs is older than what the profile means.
        RUNNING_OLDER_THAN_WANTED("RunningOlderThanWanted"),
        /// The profile names a version older than the newest one the machine can get.
        PINNED_TO_OLDER("PinnedToOlder"),
        /// What runs is not known.
        UNKNOWN("Unknown");

        private final String wireName;

        Behind(String wireName) {
            this.wireName = wireName;
        }

        public String wireName() {
            return wireName;
        }

        public boolean isBehind() {
            return this == RUNNING_OLDER_THAN_WANTED || this == PINNED_TO_OLDER;
        }
    }

    /// Whether the profile asks for the application.
    public boolean isWanted() {
        return entry != null;
    }

    /// Empty without an entry, or when its id names no gallery application version.
    public Optional<ApplicationReference> reference() {
        return entry == null ? Optional.empty() : entry.reference();
    }

    /// The version that the entry means; empty when none can be had.
    public Optional<GalleryApplicationVersion> wanted() {
        return resolution instanceof Resolution.Resolved(var version, var _)
                ? Optional.of(version)
                : Optional.empty();
    }

    public boolean isResolvable() {
        return wanted().isPresent();
    }

    /// What Azure would answer to deploying the entry; empty when it would be taken.
    public Optional<AzureError> refusal() {
        return resolution instanceof Resolution.Unresolved(var error, var _)
                ? Optional.of(error)
                : Optional.empty();
    }

    public boolean isDeployable() {
        return isResolvable();
    }

    /// The version that runs; empty when it is not known or none does.
    public Optional<VersionNumber> running() {
        return guest == null ? Optional.empty() : guest.running();
    }

    public boolean isRunning() {
        return condition == Condition.RUNNING;
    }

    public boolean isFailed() {
        return condition == Condition.FAILED || condition == Condition.STOPPED_BY_REBOOT;
    }

    public boolean isSkipped() {
        return condition == Condition.SKIPPED;
    }

    /// Whether the guest will not move by itself, nor by being asked again for the same version.
    public boolean isStuck() {
        return needsRemoveThenAdd;
    }

    public boolean isBehind() {
        return behind.isBehind();
    }
}
