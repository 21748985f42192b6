package io.muster.simulator.guest;

import io.muster.inventory.vm.Operation;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// How the commands of one application version behave, as its tag says: `Install=1000, Update=20` are shares of a thousand that fail, `InstallReboots=2` lets the
/// machine reboot under the first two attempts, `InstallSeconds=90` is how long the command takes, and `Host=50` is the share of a thousand runs whose extension cannot read from
/// the host what it is to do.
///
/// @param numbers by name in lower case
public record FaultProfile(Map<String, Integer> numbers) {
    /// The tag of a version.
    public static final String TAG = "muster-guest-faults";

    public static final FaultProfile NONE = new FaultProfile(Map.of());

    private static final Pattern ENTRY = Pattern.compile("(\\w+)\\s*=\\s*(\\d{1,6})");

    public FaultProfile {
        numbers = Map.copyOf(numbers);
    }

    /// What cannot be read says nothing.
    public static FaultProfile parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        var numbers = new HashMap<String, Integer>();
        for (String part : text.split(",")) {
            var entry = ENTRY.matcher(part.strip());
            if (entry.matches()) {
                numbers.put(
                        entry.group(1).toLowerCase(Locale.ROOT), Integer.parseInt(entry.group(2)));
            }
        }
        return new FaultProfile(numbers);
    }

    /// Why a text is no profile; empty when it is one.
    public static Optional<String> fault(String text) {
        var known = new TreeSet<String>();
        known.add("host");
        for (var kind : Operation.Kind.values()) {
            known.add(name(kind));
            known.add(name(kind) + "reboots");
            known.add(name(kind) + "seconds");
        }
        for (String part : text.isBlank() ? new String[0] : text.split(",")) {
            var entry = ENTRY.matcher(part.strip());
            if (!entry.matches() || !known.contains(entry.group(1).toLowerCase(Locale.ROOT))) {
                return Optional.of(
                        "'"
                                + part.strip()
                                + "' is none of {operation}=n, {operation}Reboots=n,"
                                + " {operation}Seconds=n, Host=n.");
            }
        }
        return Optional.empty();
    }

    /// As [#parse] reads it.
    public String text() {
        return new TreeMap<>(numbers)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(", "));
    }

    /// The share of a thousand that fails; empty when it names none.
    public Optional<Integer> share(Operation.Kind operation) {
        return Optional.ofNullable(numbers.get(name(operation)));
    }

    /// During how many attempts the machine reboots.
    public int reboots(Operation.Kind operation) {
        return numbers.getOrDefault(name(operation) + "reboots", 0);
    }

    /// What the command takes beside what every run takes.
    public Duration time(Operation.Kind operation) {
        return Duration.ofSeconds(numbers.getOrDefault(name(operation) + "seconds", 0));
    }

    /// The share of a thousand runs that cannot read from the host.
    public int hostShare() {
        return numbers.getOrDefault("host", 0);
    }

    private static String name(Operation.Kind operation) {
        return operation.name().replace("_", "").toLowerCase(Locale.ROOT);
    }
}
