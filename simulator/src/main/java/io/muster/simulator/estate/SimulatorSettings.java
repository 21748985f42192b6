package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.ResolutionSettings;
import io.muster.inventory.vm.VmApplicationLimits;
import java.time.Duration;

/// How the simulated Azure behaves.
///
/// @param seed of everything drawn by chance
/// @param operationTime what a long-running operation takes beside the guest's work, in virtual time
/// @param guestTime what one run of a guest takes, in virtual time
/// @param retryAfterSeconds what `Retry-After` says on long-running operations
/// @param guestFailuresPerThousand share of guest commands that fail
/// @param pageSize items of a list before `nextLink`
/// @param limits of VM Applications
/// @param packageChecks which links a version can be published from
/// @param resolution which versions can be had, where Azure's documents leave two readings
/// @param azureLimits all limits that are not of VM Applications
/// @param operationsKept how long an operation that has ended can be asked for, in virtual time
public record SimulatorSettings(
        long seed,
        Duration operationTime,
        Duration guestTime,
        int retryAfterSeconds,
        int guestFailuresPerThousand,
        int pageSize,
        VmApplicationLimits limits,
        PackageChecks packageChecks,
        ResolutionSettings resolution,
        AzureLimits azureLimits,
        Duration operationsKept) {

    /// As long as Azure promises at least: clients ask again within hours.
    private static final Duration A_DAY = Duration.ofDays(1);

    /// Which links to packages are followed.
    public enum PackageChecks {
        /// Those to accounts of the estate; others lie outside and are taken as good.
        KNOWN_ACCOUNTS,
        /// All: what is not in the estate does not exist.
        ALL
    }

    /// Commands in guests succeed: the failures that an estate begins with are enough to look at, and what is remediated ends well.
    public static final SimulatorSettings DEFAULT =
            new SimulatorSettings(
                    1,
                    Duration.ofMillis(100),
                    Duration.ofMillis(150),
                    0,
                    0,
                    1000,
                    VmApplicationLimits.NOW);

    public SimulatorSettings {
        if (pageSize < 1 || retryAfterSeconds < 0) {
            throw new IllegalArgumentException(
                    "pageSize must be positive, retryAfterSeconds not negative");
        }
        if (operationTime.isNegative() || guestTime.isNegative() || operationsKept.isNegative()) {
            throw new IllegalArgumentException(
                    "operationTime, guestTime and operationsKept must not be negative");
        }
    }

    /// Keeps operations that have ended for a day.
    public SimulatorSettings(
            long seed,
            Duration operationTime,
            Duration guestTime,
            int retryAfterSeconds,
            int guestFailuresPerThousand,
            int pageSize,
            VmApplicationLimits limits,
            PackageChecks packageChecks,
            ResolutionSettings resolution,
            AzureLimits azureLimits) {
        this(
                seed,
                operationTime,
                guestTime,
                retryAfterSeconds,
                guestFailuresPerThousand,
                pageSize,
                limits,
                packageChecks,
                resolution,
                azureLimits,
                A_DAY);
    }

    /// Follows links to the estate's own accounts alone and resolves as Azure is taken to do, with the limits that it has now.
    public SimulatorSettings(
            long seed,
            Duration operationTime,
            Duration guestTime,
            int retryAfterSeconds,
            int guestFailuresPerThousand,
            int pageSize,
            VmApplicationLimits limits) {
        this(
                seed,
                operationTime,
                guestTime,
                retryAfterSeconds,
                guestFailuresPerThousand,
                pageSize,
                limits,
                PackageChecks.KNOWN_ACCOUNTS,
                ResolutionSettings.DEFAULT,
                AzureLimits.NOW);
    }

    /// As an exported state says them.
    public Dynamic toJson() {
        return SettingsJson.write(this);
    }

    /// What [#toJson] gave; a member that is missing is what it is by default.
    ///
    /// @throws IllegalArgumentException when a member is none
    /// @throws java.time.DateTimeException when a duration is none
    /// @throws ArithmeticException when a number is too large
    public static SimulatorSettings ofJson(Dynamic json) {
        return SettingsJson.read(json);
    }

    /// The same but operations and guests take no time and no command fails.
    public SimulatorSettings instantly() {
        return new SimulatorSettings(
                seed,
                Duration.ZERO,
                Duration.ZERO,
                0,
                0,
                pageSize,
                limits,
                packageChecks,
                resolution,
                azureLimits,
                operationsKept);
    }
}
