package io.muster.simulator.guest;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Operation;
import java.util.Optional;

/// What a command inside a guest does. Port: the default draws from a seed, tests say it.
@FunctionalInterface
public interface GuestFaults {

    /// How a command ended.
    sealed interface Outcome {
        record Success() implements Outcome {}

        /// @param text as the extension reports it, without the word FAILED
        record Failure(String text) implements Outcome {}

        /// The machine rebooted while the command ran.
        record Reboot() implements Outcome {}
    }

    /// The command ended with exit code 0.
    static Outcome success() {
        return new Outcome.Success();
    }

    /// @param machine id of the machine in lower case
    /// @param attempt from 1; more after reboots
    Outcome outcome(
            String machine,
            String application,
            String version,
            Operation.Kind operation,
            int attempt);

    /// Why the extension cannot read from the host what it is to do; empty when it can. The next run may.
    ///
    /// @param machine id of the machine in lower case
    default Optional<String> hostFault(String machine) {
        return Optional.empty();
    }

    /// How the commands of a version behave, in place of what its tag says; empty when nothing is said here.
    default Optional<FaultProfile> profile(ResourceId version) {
        return Optional.empty();
    }

    /// Whether [#profile] says anything of any version.
    default boolean hasProfiles() {
        return false;
    }

    /// Commands fail in that many of a thousand (machine, application, version, operation), always the same ones for a seed.
    static GuestFaults seeded(long seed, int perThousand) {
        return (machine, application, version, operation, attempt) -> {
            long h = seed;
            for (String part : new String[] {machine, application, version, operation.name()}) {
                for (int i = 0; i < part.length(); i++) {
                    h = (h ^ part.charAt(i)) * 0x100000001B3L;
                }
                h ^= h >>> 29;
            }
            h *= 0xBF58476D1CE4E5B9L;
            h ^= h >>> 32;
            if (Math.floorMod(h, 1000) >= perThousand) {
                return success();
            }
            return new Outcome.Failure(
                    "Error executing command: command terminated with exit status="
                            + (1 + Math.floorMod(h >> 12, 9)));
        };
    }
}
