package io.muster.inventory.vm;

import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.vm.ApplicationWarning.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Warnings on a machine's profile.
///
/// Safe for many threads; what a version's commands do is kept.
public final class ProfileAdvice {
    private static final Pattern REBOOTS =
            Pattern.compile(
                    "(?i)(?<!no-)\\breboot\\b(?!\\s*[=:]\\s*\"?(?:r|s|reallysuppress|suppress|0|no|false|never)\\b)(?!-required|-notifier|\\.\\w)"
                            + "|[-/]forcerestart\\b"
                            + "|\\bshutdown(?:\\.exe)?\\s[^&|;\\r\\n]*(?<=\\s)[-/]r\\b"
                            + "|\\brestart-computer\\b|\\binit\\s+6\\b");

    private final LatestResolver resolver;
    private final VmApplicationLimits limits;
    private final Instant now;

    /// By version; of the resolver's galleries only.
    private final Map<ResourceId, OfVersion> versions = new ConcurrentHashMap<>();

    /// What there is to say of a version.
    ///
    /// @param name of its application, as a reference writes it
    /// @param bytes of its package; 0 when not known
    /// @param always under all circumstances
    /// @param unlessLast when its application is not the last one of the profile; null when it does not reboot the guest
    private record OfVersion(
            String name,
            long bytes,
            List<ApplicationWarning> always,
            @Nullable ApplicationWarning unlessLast) {}

    /// @param now decides what is past its end of life
    public ProfileAdvice(LatestResolver resolver, VmApplicationLimits limits, Instant now) {
        this.resolver = resolver;
        this.limits = limits;
        this.now = now;
    }

    public List<ApplicationWarning> warnings(Machine machine) {
        return warnings(
                machine.facts(),
                machine.profile().entries().stream()
                        .map(entry ->
                                ResolvedEntry.of(
                                        entry, resolver, machine.location(), machine.system()))
                        .toList());
    }

    public List<ApplicationWarning> warnings(MachineFacts facts, List<ResolvedEntry> profile) {
        var warnings = new ArrayList<ApplicationWarning>();
        int count = profile.size();
        if (count > limits.applicationsPerMachine()) {
            add(
                    warnings,
                    Kind.TOO_MANY_APPLICATIONS,
                    "",
                    count + " applications; Azure takes " + limits.applicationsPerMachine());
        }
        if (count > 0 && facts.agentMissing()) {
            add(warnings, Kind.AGENT_MISSING, "", "no VM agent answers: nothing can be applied");
        }
        if (count > 0 && !facts.latestModelApplied()) {
            add(
                    warnings,
                    Kind.MODEL_NOT_APPLIED,
                    "",
                    "the instance has not got the model of its scale set yet");
        }
        sameNames(profile, warnings);
        sameApplications(profile, warnings);
        long bytes = 0;
        for (var resolved : profile) {
            var reference = resolved.reference();
            if (reference.isEmpty()) {
                continue;
            }
            String name = resolved.name();
            if (resolved.entry().enableAutomaticUpgrade() && !reference.get().isLatest()) {
                add(
                        warnings,
                        Kind.AUTOMATIC_UPGRADE_OF_NAMED_VERSION,
                        name,
                        "automatic upgrade has a meaning with 'latest' only; the profile names "
                                + reference.get().version());
            }
            if (resolved.resolution() instanceof Resolution.Resolved(var version, var _)) {
                long more = version(version, name, resolved.entry(), profile, warnings);
                // What tags say may be more than can be counted.
                bytes = more > Long.MAX_VALUE - bytes ? Long.MAX_VALUE : bytes + more;
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

    /// The bytes of its package.
    private long version(
            GalleryApplicationVersion version,
            String name,
            ProfileEntry entry,
            List<ResolvedEntry> profile,
            List<ApplicationWarning> warnings) {
        // The name is written as the reference writes it.
        var known = versions.get(version.id());
        if (known == null || !known.name().equals(name)) {
            known = ofVersion(version, name);
            versions.put(version.id(), known);
        }
        warnings.addAll(known.always());
        if (known.unlessLast() != null && runsBeforeAnother(entry, profile)) {
            warnings.add(known.unlessLast());
        }
        return known.bytes();
    }

    private OfVersion ofVersion(GalleryApplicationVersion version, String name) {
        var always = new ArrayList<ApplicationWarning>();
        if (version.isPastEndOfLife(now)) {
            add(
                    always,
                    Kind.PAST_END_OF_LIFE,
                    name,
                    "the end of life of " + version.name() + " was " + version.endOfLife());
        }
        if (!version.actions().hasUpdate()) {
            add(
                    always,
                    Kind.NO_UPDATE_COMMAND,
                    name,
                    "version "
                            + version.name()
                            + " has no update command: the old version is removed, then this one"
                            + " installed");
        }
        return new OfVersion(
                name,
                version.packageBytes().orElse(0),
                always,
                reboots(version)
                        ? new ApplicationWarning(
                                Kind.REBOOT_SCRIPT_NOT_LAST,
                                name,
                                "version "
                                        + version.name()
                                        + " reboots the guest and other applications come after it")
                        : null);
    }

    private boolean reboots(GalleryApplicationVersion version) {
        var read = version.actions().within(limits.scriptCharacters());
        return version.settings().rerunAfterReboot()
                || REBOOTS.matcher(read.install()).find()
                || REBOOTS.matcher(read.update()).find();
    }

    private static boolean runsBeforeAnother(ProfileEntry entry, List<ResolvedEntry> profile) {
        // Those without an order come last, in any sequence.
        OptionalInt own = entry.order();
        return profile.stream()
                .map(ResolvedEntry::entry)
                .filter(other -> !other.equals(entry))
                .anyMatch(other ->
                        other.order().isEmpty()
                                || own.isPresent() && other.order().getAsInt() >= own.getAsInt());
    }

    private static boolean hasNameTwice(List<ResolvedEntry> profile) {
        for (int i = 1; i < profile.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (profile.get(i).name().equalsIgnoreCase(profile.get(j).name())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void sameNames(List<ResolvedEntry> profile, List<ApplicationWarning> warnings) {
        if (!hasNameTwice(profile)) {
            return;
        }
        var byName = new LinkedHashMap<String, List<ResourceId>>();
        for (var entry : profile) {
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

    /// Azure refuses a profile that names an application twice, at one version or at two.
    private static void sameApplications(
            List<ResolvedEntry> profile, List<ApplicationWarning> warnings) {
        if (!hasNameTwice(profile)) {
            return;
        }
        var seen = new HashSet<ResourceId>();
        var told = new HashSet<ResourceId>();
        for (var entry : profile) {
            entry.reference()
                    .map(ApplicationReference::applicationId)
                    .filter(id -> !seen.add(id) && told.add(id))
                    .ifPresent(id ->
                            add(
                                    warnings,
                                    Kind.SAME_APPLICATION_TWICE,
                                    id.name(),
                                    VmApplicationErrors.sameApplicationTwice(id.name()).message()));
        }
    }

    private static void add(
            List<ApplicationWarning> warnings, Kind kind, String application, String message) {
        warnings.add(new ApplicationWarning(kind, application, message));
    }
}
