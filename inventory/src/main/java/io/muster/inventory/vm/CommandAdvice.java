package io.muster.inventory.vm;

import java.util.ArrayList;
import java.util.List;
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
        var read = actions.within(limits.scriptCharacters());
        var named = VERSION.matcher(read.update());
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
            WindowsCommands.advise(version, read, findings);
        } else if (system == OperatingSystem.LINUX) {
            LinuxCommands.advise(read, findings);
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

    static Finding unpack(String command, String what) {
        return new Finding(
                Kind.UNPACK_WITHOUT_TARGET,
                command,
                what + ": the download folder goes with the version");
    }
}
