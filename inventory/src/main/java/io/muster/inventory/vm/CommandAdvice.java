package io.muster.inventory.vm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Findings on a version's commands: mistakes that install nothing, hang or leave things behind.
public final class CommandAdvice {
    /// @param command `install`, `update` or `remove`
    public record Finding(Kind kind, String command, String message) {}

    public enum Kind {
        COMMAND_TOO_LONG,
        COMMAND_MISSING,
        /// Windows: `msiexec` returns at once and its failure goes unseen.
        MSIEXEC_WITHOUT_START_WAIT,
        /// Windows: the package lies there without extension, so an `.exe` cannot be started.
        EXE_UNDER_EXTENSIONLESS_NAME,
        /// Windows: an installer that waits for somebody.
        NO_SILENT_SWITCH,
        /// Archives land in the download folder, which is deleted with the version.
        UNPACK_WITHOUT_TARGET,
        /// Linux: a package whose dependencies must come from a repository.
        PACKAGE_WITHOUT_DEPENDENCIES,
        /// Linux: installed by the package manager and removed behind its back.
        REMOVED_WITHOUT_PACKAGE_MANAGER,
        /// An update command that names another version: it must work from any older one.
        UPDATE_FROM_ONE_VERSION
    }

    /// A finding on a command that bringing a machine from one version to another runs.
    ///
    /// @param version whose command it is
    public record AtUpdate(GalleryApplicationVersion version, Finding finding) {}

    private static final Pattern MSIEXEC = Pattern.compile("(?i)\\bmsiexec(?:\\.exe)?\\b");
    private static final Pattern START_WAIT_MSIEXEC =
            Pattern.compile(
                    "(?i)\\bstart\\s+(?:\"[^\"]*\"\\s+)?/wait\\s+(?:\"[^\"]*\"\\s+)?\"?msiexec|start-process\\b.*\\bmsiexec.*-wait|start-process\\b.*-wait.*\\bmsiexec");
    private static final Pattern RUNS_EXE =
            Pattern.compile("(?i)(?:^|[&|;\\s\"'.\\\\/])([\\w.-]+\\.exe)\\b");
    private static final Pattern RENAMES =
            Pattern.compile(
                    "(?i)\\b(?:move|ren|rename|copy|xcopy|rename-item|move-item|copy-item)\\b");
    private static final Pattern SILENT =
            Pattern.compile(
                    "(?i)(?:^|\\s)(?:/s|/q|/qn|/qb|/quiet|/silent|/verysilent|/passive|-s|-q|-qn|--silent|--quiet|-silent|-quiet|--mode\\s+unattended)(?=\\s|$|\"|&)");
    private static final Pattern UNPACKS_TAR = Pattern.compile("(?i)\\btar\\s+[^;&|]*");
    private static final Pattern TAR_EXTRACTS =
            Pattern.compile("(?i)\\btar\\s+(?:-?[a-z]*x[a-z]*\\b|--extract|.*\\s-[a-z]*x)");
    private static final Pattern UNZIPS = Pattern.compile("(?i)\\bunzip\\b[^;&|]*");
    private static final Pattern EXPANDS = Pattern.compile("(?i)\\bexpand-archive\\b[^;&|]*");
    private static final Pattern BARE_PACKAGE =
            Pattern.compile(
                    "(?i)\\bdpkg\\s+(?:-i|--install)\\b|\\brpm\\s+(?:-[a-z]*[iu][a-z]*|--install|--upgrade)\\b");
    private static final Pattern PACKAGE_INSTALL =
            Pattern.compile(
                    "(?i)\\b(?:apt|apt-get|yum|dnf|zypper)\\b[^;&|]*\\binstall\\b|\\bdpkg\\s+-i\\b|\\brpm\\s+-[a-z]*[iu]");
    private static final Pattern PACKAGE_REMOVE =
            Pattern.compile(
                    "(?i)\\b(?:apt|apt-get|yum|dnf|zypper)\\b[^;&|]*\\b(?:remove|purge|autoremove|erase)\\b|\\bdpkg\\s+(?:-r|-P|--remove|--purge)\\b|\\brpm\\s+(?:-e|--erase)\\b");
    private static final Pattern RESOLVES_DEPENDENCIES =
            Pattern.compile(
                    "(?i)\\b(?:apt|apt-get|yum|dnf|zypper)\\b|\\*\\.(?:deb|rpm)\\b|(?:\\S+\\.(?:deb|rpm)\\s+){1,}\\S+\\.(?:deb|rpm)\\b");
    private static final Pattern SHELL_EXE =
            Pattern.compile(
                    "(?i)(?:cmd|powershell|pwsh|msiexec|reg|sc|net|netsh|wmic|taskkill|schtasks|tar|7z|bash|robocopy|xcopy)\\.exe");

    /// Three numbers; not those of an address.
    private static final Pattern VERSION =
            Pattern.compile("(?<![\\d.])\\d+\\.\\d+\\.\\d+(?!\\.?\\d)");

    private CommandAdvice() {}

    /// The findings on what an update runs: the new version's update command where it has one, else the old version's remove and the new one's install.
    ///
    /// @param from what runs; null when its version is not in the gallery (any more)
    public static List<AtUpdate> atUpdate(
            @Nullable GalleryApplicationVersion from,
            GalleryApplicationVersion to,
            @Nullable OperatingSystem system,
            VmApplicationLimits limits) {
        var out = new ArrayList<AtUpdate>();
        if (to.actions().hasUpdate()) {
            of("update", to, system, limits, out);
            return out;
        }
        if (from != null) {
            of("remove", from, system, limits, out);
        }
        of("install", to, system, limits, out);
        return out;
    }

    private static void of(
            String command,
            GalleryApplicationVersion version,
            @Nullable OperatingSystem system,
            VmApplicationLimits limits,
            List<AtUpdate> out) {
        for (var finding : findings(version, system, limits)) {
            if (finding.command().equals(command)) {
                out.add(new AtUpdate(version, finding));
            }
        }
    }

    /// The findings on a version; without an operating system only the general ones.
    public static List<Finding> findings(
            GalleryApplicationVersion version,
            @Nullable OperatingSystem system,
            VmApplicationLimits limits) {
        var findings = new ArrayList<Finding>();
        var actions = version.actions();
        general("install", actions.install(), true, limits, findings);
        general("remove", actions.remove(), true, limits, findings);
        general("update", actions.update(), false, limits, findings);
        var named = VERSION.matcher(actions.update());
        while (named.find()) {
            if (!named.group().equals(version.name())) {
                findings.add(
                        new Finding(
                                Kind.UPDATE_FROM_ONE_VERSION,
                                "update",
                                "it names version "
                                        + named.group()
                                        + ", and must work from any older version"));
                break;
            }
        }
        if (system == OperatingSystem.WINDOWS) {
            windows("install", actions.install(), version, findings);
            windows("update", actions.update(), version, findings);
            windows("remove", actions.remove(), version, findings);
        } else if (system == OperatingSystem.LINUX) {
            linux("install", actions.install(), findings);
            linux("update", actions.update(), findings);
            if (PACKAGE_INSTALL.matcher(actions.install()).find()
                    && !actions.remove().isBlank()
                    && !PACKAGE_REMOVE.matcher(actions.remove()).find()
                    && !actions.remove().contains(".sh")) {
                findings.add(
                        new Finding(
                                Kind.REMOVED_WITHOUT_PACKAGE_MANAGER,
                                "remove",
                                "the package manager installed it and should remove it"));
            }
        }
        return findings;
    }

    private static void general(
            String command,
            String text,
            boolean required,
            VmApplicationLimits limits,
            List<Finding> findings) {
        if (required && text.isBlank()) {
            findings.add(new Finding(Kind.COMMAND_MISSING, command, "the command is required"));
        }
        if (text.length() > limits.scriptCharacters()) {
            findings.add(
                    new Finding(
                            Kind.COMMAND_TOO_LONG,
                            command,
                            text.length()
                                    + " characters; at most "
                                    + limits.scriptCharacters()
                                    + " are taken"));
        }
    }

    private static void windows(
            String command,
            String text,
            GalleryApplicationVersion version,
            List<Finding> findings) {
        if (text.isBlank()) {
            return;
        }
        boolean msiexec = MSIEXEC.matcher(text).find();
        if (msiexec && !START_WAIT_MSIEXEC.matcher(text).find()) {
            findings.add(
                    new Finding(
                            Kind.MSIEXEC_WITHOUT_START_WAIT,
                            command,
                            "call it as 'start /wait msiexec ...': it returns at once otherwise"));
        }
        var exe = RUNS_EXE.matcher(text);
        boolean own = false;
        while (exe.find()) {
            own |= !SHELL_EXE.matcher(exe.group(1)).matches();
        }
        if (own
                && !command.equals("remove")
                && version.settings().packageFileName().isEmpty()
                && !RENAMES.matcher(text).find()) {
            String name = version.applicationId().name();
            findings.add(
                    new Finding(
                            Kind.EXE_UNDER_EXTENSIONLESS_NAME,
                            command,
                            "the package lies there as '"
                                    + name
                                    + "' without extension: rename it first or set"
                                    + " packageFileName"));
        }
        if ((own || msiexec) && !SILENT.matcher(text).find()) {
            findings.add(
                    new Finding(
                            Kind.NO_SILENT_SWITCH,
                            command,
                            "no silent switch: an installer that asks never ends"));
        }
        var expand = EXPANDS.matcher(text);
        if (expand.find()
                && !expand.group().toLowerCase(Locale.ROOT).contains("-destinationpath")) {
            findings.add(unpack(command, "Expand-Archive without -DestinationPath"));
        }
    }

    private static void linux(String command, String text, List<Finding> findings) {
        var tar = UNPACKS_TAR.matcher(text);
        while (tar.find()) {
            String call = tar.group();
            if (TAR_EXTRACTS.matcher(call).find()
                    && !call.contains(" -C")
                    && !call.contains("--directory")
                    && !call.contains("--one-top-level")) {
                findings.add(unpack(command, "tar without -C"));
                break;
            }
        }
        var unzip = UNZIPS.matcher(text);
        if (unzip.find() && !unzip.group().contains(" -d")) {
            findings.add(unpack(command, "unzip without -d"));
        }
        if (BARE_PACKAGE.matcher(text).find() && !RESOLVES_DEPENDENCIES.matcher(text).find()) {
            findings.add(
                    new Finding(
                            Kind.PACKAGE_WITHOUT_DEPENDENCIES,
                            command,
                            "bring all dependencies: dpkg and rpm fetch none"));
        }
    }

    private static Finding unpack(String command, String what) {
        return new Finding(
                Kind.UNPACK_WITHOUT_TARGET,
                command,
                what + ": the download folder goes with the version");
    }
}
