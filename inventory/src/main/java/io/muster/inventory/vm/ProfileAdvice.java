package io.muster.inventory.vm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationWarning.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// Warnings on a machine's profile.
///
/// @param now decides what is past its end of life
public record ProfileAdvice(LatestResolver resolver, VmApplicationLimits limits, Instant now) {
    private static final Pattern REBOOTS =
            Pattern.compile(
                    "(?i)\\breboot\\b|\\bshutdown\\s+(?:-r|/r)|\\brestart-computer\\b|\\binit\\s+6\\b");

    public List<ApplicationWarning> warnings(Machine machine) {
        var warnings = new ArrayList<ApplicationWarning>();
        var profile = machine.profile();
        int count = profile.entries().size();
        if (count > limits.applicationsPerMachine()) {
            add(
                    warnings,
                    Kind.TOO_MANY_APPLICATIONS,
                    "",
                    count + " applications; Azure takes " + limits.applicationsPerMachine());
        }
        if (count > 0 && machine.isAgentMissing()) {
            add(warnings, Kind.AGENT_MISSING, "", "no VM agent answers: nothing can be applied");
        }
        if (count > 0 && !machine.latestModelApplied()) {
            add(
                    warnings,
                    Kind.MODEL_NOT_APPLIED,
                    "",
                    "the instance has not got the model of its scale set yet");
        }
        sameNames(profile, warnings);
        long bytes = 0;
        for (var entry : profile.entries()) {
            var reference = entry.reference();
            if (reference.isEmpty()) {
                continue;
            }
            String name = reference.get().application();
            if (entry.enableAutomaticUpgrade() && !reference.get().isLatest()) {
                add(
                        warnings,
                        Kind.AUTOMATIC_UPGRADE_OF_NAMED_VERSION,
                        name,
                        "automatic upgrade has a meaning with 'latest' only; the profile names "
                                + reference.get().version());
            }
            if (resolver.resolve(reference.get(), machine)
                    instanceof Resolution.Resolved(var version, var _)) {
                version(version, name, entry, profile, warnings);
                bytes += version.packageBytes().orElse(0);
            }
        }
        if (bytes > limits.totalBytesPerMachine()) {
            add(
                    warnings,
                    Kind.TOO_MANY_BYTES,
                    "",
                    "the packages have "
                            + bytes
                            + " bytes together; a machine may have "
                            + limits.totalBytesPerMachine());
        }
        return warnings;
    }

    private void version(
            GalleryApplicationVersion version,
            String name,
            ProfileEntry entry,
            ApplicationProfile profile,
            List<ApplicationWarning> warnings) {
        if (version.isPastEndOfLife(now)) {
            add(
                    warnings,
                    Kind.PAST_END_OF_LIFE,
                    name,
                    "the end of life of " + version.name() + " was " + version.endOfLife());
        }
        if (!version.actions().hasUpdate()) {
            add(
                    warnings,
                    Kind.NO_UPDATE_COMMAND,
                    name,
                    "version "
                            + version.name()
                            + " has no update command: the old version is removed, then this one"
                            + " installed");
        }
        boolean reboots =
                version.settings().rerunAfterReboot()
                        || REBOOTS.matcher(version.actions().install()).find()
                        || REBOOTS.matcher(version.actions().update()).find();
        if (reboots && runsBeforeAnother(entry, profile)) {
            add(
                    warnings,
                    Kind.REBOOT_SCRIPT_NOT_LAST,
                    name,
                    "version "
                            + version.name()
                            + " reboots the guest and other applications come after it");
        }
    }

    private static boolean runsBeforeAnother(ProfileEntry entry, ApplicationProfile profile) {
        OptionalInt own = entry.order();
        if (own.isEmpty()) {
            return false;
        }
        return profile.entries().stream()
                .filter(other -> !other.equals(entry))
                .anyMatch(other ->
                        other.order().isEmpty() || other.order().getAsInt() >= own.getAsInt());
    }

    private static void sameNames(ApplicationProfile profile, List<ApplicationWarning> warnings) {
        var byName = new LinkedHashMap<String, List<ResourceId>>();
        for (var entry : profile.entries()) {
            entry.reference()
                    .ifPresent(reference -> {
                        var ids =
                                byName.computeIfAbsent(
                                        reference.application().toLowerCase(Locale.ROOT),
                                        _ -> new ArrayList<>());
                        if (!ids.contains(reference.applicationId())) {
                            ids.add(reference.applicationId());
                        }
                    });
        }
        for (var ids : byName.values()) {
            if (ids.size() > 1) {
                add(
                        warnings,
                        Kind.SAME_NAME_FROM_TWO_GALLERIES,
                        ids.getFirst().name(),
                        "the guest knows applications by name alone, and "
                                + ids.size()
                                + " galleries have one of that name");
            }
        }
    }

    private static void add(
            List<ApplicationWarning> warnings, Kind kind, String application, String message) {
        warnings.add(new ApplicationWarning(kind, application, message));
    }
}
