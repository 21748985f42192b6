package io.muster.inventory.vm;

import io.muster.inventory.vm.ApplicationState.Behind;
import io.muster.inventory.vm.ApplicationState.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        var facts = machine.facts();
        var report = GuestReport.of(machine.message());
        var entries =
                machine.profile().entries().stream()
                        .map(entry ->
                                ResolvedEntry.of(
                                        entry, resolver, machine.location(), machine.system()))
                        .toList();
        var states = new ArrayList<ApplicationState>();
        entries.forEach(entry ->
                states.add(
                        wanted(
                                facts,
                                report,
                                entry,
                                skippedBecauseOf(facts, report, entry, entries))));
        leftOver(facts, report, entries).forEach(guest -> states.add(leftOver(report, guest)));
        return new MachineAssessment(
                machine,
                report.message(),
                report.message() instanceof ExtensionMessage.Critical critical
                        ? critical.criticalError()
                        : "",
                states);
    }

    public Optional<ApplicationState> application(String name) {
        return applications.stream().filter(a -> a.name().equalsIgnoreCase(name)).findFirst();
    }

    private static boolean isRegistryKnown(MachineFacts facts, GuestReport report) {
        return facts.instanceViewKnown() && report.isRegistryKnown();
    }

    /// The guest's applications that the profile no longer asks for.
    public static List<GuestApplication> leftOver(
            MachineFacts facts, GuestReport report, List<ResolvedEntry> profile) {
        return isRegistryKnown(facts, report) ? report.leftOver(profile) : List.of();
    }

    /// The state of one that is left over.
    public static ApplicationState leftOver(GuestReport report, GuestApplication guest) {
        return new ApplicationState(
                guest.name(),
                null,
                null,
                null,
                guest,
                report.lastAction(guest.name()),
                Condition.LEFT_OVER,
                List.of(),
                Behind.NO,
                false,
                "the profile no longer asks for it");
    }

    /// Names of the failed applications of lower order; empty unless the entry's was skipped.
    public static List<String> skippedBecauseOf(
            MachineFacts facts,
            GuestReport report,
            ResolvedEntry entry,
            List<ResolvedEntry> profile) {
        return facts.kind() != Machine.Kind.SCALE_SET
                        && isRegistryKnown(facts, report)
                        && report.isSkipped(entry.name())
                ? report.failedBefore(entry, profile)
                : List.of();
    }

    /// The state of an application that the profile asks for.
    ///
    /// @param skippedBecauseOf what [#skippedBecauseOf] says
    public static ApplicationState wanted(
            MachineFacts facts,
            GuestReport report,
            ResolvedEntry entry,
            List<String> skippedBecauseOf) {
        boolean registryKnown = isRegistryKnown(facts, report);
        var newest = entry.newest();
        var wanted = entry.wanted().map(GalleryApplicationVersion::number).orElse(null);
        var guest = registryKnown ? report.find(entry.name()) : null;
        var running = guest == null ? null : guest.running().orElse(null);
        var asked = entry.asked().orElse(null);
        var condition = condition(facts, report.message(), registryKnown, guest, asked);
        return new ApplicationState(
                entry.name(),
                entry.entry(),
                entry.resolution(),
                newest,
                guest,
                report.lastAction(entry.name()),
                condition,
                skippedBecauseOf,
                behind(condition, wanted, asked, running, newest == null ? null : newest.number()),
                guest != null && needsRemoveThenAdd(guest, wanted),
                because(facts, report.message(), condition, guest, skippedBecauseOf));
    }

    private static Condition condition(
            MachineFacts facts,
            ExtensionMessage message,
            boolean registryKnown,
            @Nullable GuestApplication guest,
            @Nullable VersionNumber asked) {
        if (facts.kind() == Machine.Kind.SCALE_SET) {
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
                    if (guest.version().isEmpty()) {
                        yield Condition.RUNNING;
                    }
                    yield guest.number().isEmpty() ? Condition.UNKNOWN : Condition.PENDING;
                }
                int order = asked == null ? 0 : running.compareTo(asked);
                yield order == 0
                        ? Condition.RUNNING
                        : order < 0 ? Condition.BEHIND : Condition.AHEAD;
            }
        };
    }

    /// @param wanted the version that can be had
    /// @param asked the version that the profile asks for, whether it can be had or not
    private static Behind behind(
            Condition condition,
            @Nullable VersionNumber wanted,
            @Nullable VersionNumber asked,
            @Nullable VersionNumber running,
            @Nullable VersionNumber newest) {
        if (running != null && wanted != null && running.compareTo(wanted) < 0) {
            return Behind.RUNNING_OLDER_THAN_WANTED;
        }
        if (asked != null && newest != null && asked.compareTo(newest) < 0) {
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

    private static String because(
            MachineFacts facts,
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
                if (!facts.instanceViewKnown()) {
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
                            guest != null && guest.result().isSuccess()
                                    ? "the version that the guest reports is no number"
                                    : "the guest's result is of no known form";
                };
            }
        };
    }
}
