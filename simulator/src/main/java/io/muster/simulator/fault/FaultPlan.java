package io.muster.simulator.fault;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.Operation;
import io.muster.simulator.arm.RequestFaults;
import io.muster.simulator.estate.SimulatorSettings;
import io.muster.simulator.guest.FaultProfile;
import io.muster.simulator.guest.GuestFaults;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What goes wrong from now on, all of it drawn from one seed: with requests, with answers on the wire, with commands in guests. Shares are of a thousand.
///
/// @param seed the same one and the same requests give the same faults
public record FaultPlan(long seed, Requests requests, Wire wire, Guests guests) {
    private static final int ALL = 1000;

    /// What is answered in place of the right answer.
    ///
    /// @param throttled share answered by 429
    /// @param failed share answered by 500
    /// @param retryAfterSeconds of those throttled
    /// @param shifted share of Resource Graph's pages that lie beside their place
    /// @param shiftedBy so many rows, before it or behind it
    public record Requests(
            int throttled, int failed, int retryAfterSeconds, int shifted, int shiftedBy) {
        static final Requests NONE = new Requests(0, 0, 0, 0, 0);

        public Requests {
            requireShares("requests", throttled, failed);
            requireShares("requests", shifted);
            requireWithin("requests.retryAfterSeconds", retryAfterSeconds, 3600);
            requireWithin("requests.shiftedBy", shiftedBy, 1000);
        }
    }

    /// What happens to right answers on their way.
    ///
    /// @param slow share that comes late
    /// @param slowBy at most a minute
    /// @param truncated share that ends in the middle of its body
    /// @param dropped share that never comes, though the request was carried out
    public record Wire(int slow, Duration slowBy, int truncated, int dropped) {
        private static final Duration LONGEST = Duration.ofMinutes(1);
        static final Wire NONE = new Wire(0, Duration.ZERO, 0, 0);

        public Wire {
            requireShares("wire", slow, truncated, dropped);
            if (slowBy.isNegative() || slowBy.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(
                        "'wire.slowBy' takes PT0S to " + LONGEST + ", not " + slowBy + ".");
            }
        }
    }

    /// What commands in guests do.
    ///
    /// @param failed share of (machine, application, version, operation) whose command fails, always the same ones for a seed
    /// @param versions how the commands of a version behave, in place of what its tag says; by its id, ignoring case
    public record Guests(int failed, Map<String, FaultProfile> versions) {
        private static final int MOST_VERSIONS = 1000;

        public Guests {
            requireShares("guests", failed);
            if (versions.size() > MOST_VERSIONS) {
                throw new IllegalArgumentException(
                        "'guests.versions' takes at most " + MOST_VERSIONS + " versions.");
            }
            var ignoringCase = new TreeMap<String, FaultProfile>(String.CASE_INSENSITIVE_ORDER);
            ignoringCase.putAll(versions);
            versions = Collections.unmodifiableMap(ignoringCase);
        }
    }

    /// What a simulated Azure begins with by its settings.
    public static FaultPlan ofSettings(SimulatorSettings settings) {
        return new FaultPlan(
                settings.seed(),
                Requests.NONE,
                Wire.NONE,
                new Guests(settings.guestFailuresPerThousand(), Map.of()));
    }

    private static void requireShares(String of, int... shares) {
        long sum = 0;
        for (int share : shares) {
            if (share < 0) {
                throw new IllegalArgumentException("Shares in '" + of + "' are not negative.");
            }
            sum += share;
        }
        if (sum > ALL) {
            throw new IllegalArgumentException(
                    "Shares in '" + of + "' are of a thousand, not " + sum + ".");
        }
    }

    private static void requireWithin(String name, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(
                    "'" + name + "' takes 0 to " + most + ", not " + value + ".");
        }
    }

    /// @param drawn how often something was drawn so far
    public RequestFaults requestFaults(long drawn) {
        return new SeededFaults(
                        seed,
                        requests.throttled(),
                        requests.failed(),
                        requests.retryAfterSeconds(),
                        requests.shifted(),
                        requests.shiftedBy())
                .from(drawn);
    }

    public WireFaults wireFaults() {
        return WireFaults.seeded(
                seed, wire.slow(), wire.slowBy(), wire.truncated(), wire.dropped());
    }

    public GuestFaults guestFaults() {
        var drawn = GuestFaults.seeded(seed, guests.failed());
        var versions = guests.versions();
        return new GuestFaults() {
            @Override
            public Outcome outcome(
                    String machine,
                    String application,
                    String version,
                    Operation.Kind operation,
                    int attempt) {
                return drawn.outcome(machine, application, version, operation, attempt);
            }

            @Override
            public Optional<FaultProfile> profile(ResourceId version) {
                return Optional.ofNullable(versions.get(version.text()));
            }

            @Override
            public boolean hasProfiles() {
                return !versions.isEmpty();
            }
        };
    }

    public Dynamic toJson() {
        return FaultPlanJson.write(this);
    }

    /// What [#toJson] gave, or somebody wrote; a member that is missing is no fault.
    ///
    /// @param seed where none is named
    /// @throws IllegalArgumentException with what is wrong and where
    public static FaultPlan ofJson(Dynamic json, long seed) {
        return FaultPlanJson.read(json, seed);
    }
}
