package io.muster.inventory.vm;

import io.muster.inventory.vm.ApplicationState.Behind;
import io.muster.inventory.vm.ApplicationState.Condition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A machine's applications, each with its state, in the profile's order and then what is left over.
///
/// @param message what the guest reported
/// @param criticalError why the last run could not start; empty when it did
public record MachineAssessment(
        Machine machine,
        ExtensionMessage message,
        String criticalError,
        List<ApplicationState> applications) {
    public MachineAssessment {
        applications = List.copyOf(applications);
    }

    /// Joins a machine's profile, the galleries and the guest's report.
    public static MachineAssessment of(Machine machine, LatestResolver resolver) {
        var message = machine.message();
        var registry = registry(machine, message);
        var states = new ArrayList<ApplicationState>();
        var seen = new ArrayList<String>();
        for (var entry : machine.profile().entries()) {
            var reference = entry.reference();
            String name =
                    reference
                            .map(ApplicationReference::application)
                            .orElse(entry.packageReferenceId());
            seen.add(name);
            states.add(wanted(machine, message, registry, resolver, entry, name));
        }
        registry.ifPresent(known ->
                known.values().stream()
                        .filter(guest -> seen.stream().noneMatch(guest.name()::equalsIgnoreCase))
                        .map(guest -> leftOver(message, guest))
                        .forEach(states::add));
        return new MachineAssessment(
                machine,
                message,
                message instanceof ExtensionMessage.Critical critical
                        ? critical.criticalError()
                        : "",
                states);
    }

    public Optional<ApplicationState> application(String name) {
        return applications.stream().filter(a -> a.name().equalsIgnoreCase(name)).findFirst();
    }

    /// Empty when the guest's registry is not known.
    private static Optional<Map<String, GuestApplication>> registry(
            Machine machine, ExtensionMessage message) {
        if (!machine.isInstanceViewKnown()) {
            return Optional.empty();
        }
        return message.registry()
                .map(guests -> {
                    var byName = new LinkedHashMap<String, GuestApplication>();
                    guests.forEach(guest -> byName.put(guest.name(), guest));
                    return byName;
                });
    }

    private static @Nullable GuestApplication find(
            Map<String, GuestApplication> registry, String name) {
        var exact = registry.get(name);
        if (exact != null) {
            return exact;
        }
        for (var guest : registry.values()) {
            if (guest.name().equalsIgnoreCase(name)) {
                return guest;
            }
        }
        return null;
    }

    private static @Nullable GuestAction lastAction(ExtensionMessage message, String name) {
        return message.lastActions().stream()
                .filter(action -> action.application().equalsIgnoreCase(name))
                .reduce((_, last) -> last)
                .orElse(null);
    }

    private static ApplicationState leftOver(ExtensionMessage message, GuestApplication guest) {
        return new ApplicationState(
                guest.name(),
                null,
                null,
                null,
                guest,
                lastAction(message, guest.name()),
                Condition.LEFT_OVER,
                List.of(),
                Behind.NO,
                false,
                "the profile no longer asks for it");
    }

    private static ApplicationState wanted(
            Machine machine,
            ExtensionMessage message,
            Optional<Map<String, GuestApplication>> registry,
            LatestResolver resolver,
            ProfileEntry entry,
            String name) {
        var reference = entry.reference();
        var resolution =
                reference
                        .map(known -> resolver.resolve(known, machine))
                        .orElseGet(() ->
                                new Resolution.Unresolved(
                                        VmApplicationErrors.malformedReference(
                                                entry.packageReferenceId()),
                                        List.of()));
        var newest =
                reference
                        .map(known -> resolver.latest(known.applicationId(), machine.location()))
                        .map(latest -> latest instanceof Resolution.Resolved r ? r.version() : null)
                        .orElse(null);
        var wanted =
                resolution instanceof Resolution.Resolved resolved
                        ? resolved.version().number()
                        : null;
        var guest = registry.map(known -> find(known, name)).orElse(null);
        var running = guest == null ? null : guest.running().orElse(null);
        var condition = condition(machine, message, registry.isPresent(), guest, wanted);
        var skippedBecauseOf =
                condition == Condition.SKIPPED
                        ? failedBefore(machine, message, registry.orElse(Map.of()), entry)
                        : List.<String>of();
        return new ApplicationState(
                name,
                entry,
                resolution,
                newest,
                guest,
                lastAction(message, name),
                condition,
                skippedBecauseOf,
                behind(condition, wanted, running, newest == null ? null : newest.number()),
                guest != null && needsRemoveThenAdd(guest, wanted),
                because(machine, message, condition, guest, skippedBecauseOf));
    }

    private static Condition condition(
            Machine machine,
            ExtensionMessage message,
            boolean registryKnown,
            @Nullable GuestApplication guest,
            @Nullable VersionNumber wanted) {
        if (machine.kind() == Machine.Kind.SCALE_SET) {
            return Condition.MODEL;
        }
        if (!registryKnown) {
            return message instanceof ExtensionMessage.InProgress
                    ? Condition.APPLYING
                    : Condition.UNKNOWN;
        }
        if (guest == null) {
            return Condition.PENDING;
        }
        return switch (guest.result()) {
            case GuestResult.Failure _ -> Condition.FAILED;
            case GuestResult.Skipped _ -> Condition.SKIPPED;
            case GuestResult.Rebooted(var _, var rerun) ->
                    rerun ? Condition.REBOOTING : Condition.STOPPED_BY_REBOOT;
            case GuestResult.Unknown _ -> Condition.UNKNOWN;
            case GuestResult.Success _, GuestResult.None _ -> {
                var running = guest.running().orElse(null);
                if (running == null) {
                    yield guest.version().isEmpty() ? Condition.RUNNING : Condition.PENDING;
                }
                int order = wanted == null ? 0 : running.compareTo(wanted);
                yield order == 0
                        ? Condition.RUNNING
                        : order < 0 ? Condition.BEHIND : Condition.AHEAD;
            }
        };
    }

    private static Behind behind(
            Condition condition,
            @Nullable VersionNumber wanted,
            @Nullable VersionNumber running,
            @Nullable VersionNumber newest) {
        if (running != null && wanted != null && running.compareTo(wanted) < 0) {
            return Behind.RUNNING_OLDER_THAN_WANTED;
        }
        if (wanted != null && newest != null && wanted.compareTo(newest) < 0) {
            return Behind.PINNED_TO_OLDER;
        }
        return condition == Condition.UNKNOWN || condition == Condition.APPLYING
                ? Behind.UNKNOWN
                : Behind.NO;
    }

    /// The retry rule: the guest acts on a change of version only, however the last run went.
    ///
    /// @param target the version that would be asked for; null when none can be had
    public static boolean needsRemoveThenAdd(
            GuestApplication guest, @Nullable VersionNumber target) {
        boolean unfinished =
                switch (guest.result()) {
                    case GuestResult.Failure _, GuestResult.Skipped _ -> true;
                    case GuestResult.Rebooted(var _, var rerun) -> !rerun;
                    case GuestResult.Success _, GuestResult.None _, GuestResult.Unknown _ -> false;
                };
        // A version that is no number, `latest` that meant nothing then, is another one than the
        // target.
        return unfinished
                && target != null
                && guest.number()
                        .map(number -> number.equals(target))
                        .orElse(guest.version().isEmpty());
    }

    /// The applications of lower order that failed, by the registry or the last run's actions.
    private static List<String> failedBefore(
            Machine machine,
            ExtensionMessage message,
            Map<String, GuestApplication> registry,
            ProfileEntry skipped) {
        OptionalInt own = skipped.order();
        if (own.isEmpty()) {
            return List.of();
        }
        return machine.profile().entries().stream()
                .filter(e -> e.order().isPresent() && e.order().getAsInt() < own.getAsInt())
                .flatMap(e -> e.reference().stream())
                .map(ApplicationReference::application)
                .filter(name -> {
                    var guest = find(registry, name);
                    var action = lastAction(message, name);
                    return (guest != null && guest.result().isFailure())
                            || (action != null && action.isFailure());
                })
                .toList();
    }

    private static String because(
            Machine machine,
            ExtensionMessage message,
            Condition condition,
            @Nullable GuestApplication guest,
            List<String> skippedBecauseOf) {
        return switch (condition) {
            case RUNNING -> "the wanted version runs";
            case BEHIND -> "an older version than the wanted one runs";
            case AHEAD -> "a newer version than the wanted one runs";
            case PENDING -> "the guest has not reported it";
            case APPLYING -> "the extension is at work";
            case FAILED, STOPPED_BY_REBOOT, REBOOTING -> guest == null ? "" : guest.result().text();
            case SKIPPED ->
                    skippedBecauseOf.isEmpty()
                            ? "an application of lower order failed"
                            : "of lower order failed: "
                                    + skippedBecauseOf.stream().collect(Collectors.joining(", "));
            case LEFT_OVER -> "the profile no longer asks for it";
            case MODEL -> "a scale set's model";
            case UNKNOWN -> {
                if (!machine.isInstanceViewKnown()) {
                    yield "no instance view was read";
                }
                yield switch (message) {
                    case ExtensionMessage.Transient _ ->
                            "the extension could not reach the host; the next run restores its"
                                    + " status";
                    case ExtensionMessage.Unreadable _ ->
                            "the extension's message is of no known form";
                    case ExtensionMessage.Absent _,
                            ExtensionMessage.InProgress _,
                            ExtensionMessage.Report _,
                            ExtensionMessage.Critical _ ->
                            "the guest's result is of no known form";
                };
            }
        };
    }
}
