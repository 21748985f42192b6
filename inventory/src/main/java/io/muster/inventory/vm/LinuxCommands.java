package io.muster.inventory.vm;

import io.muster.inventory.vm.CommandAdvice.Finding;
import io.muster.inventory.vm.CommandAdvice.Kind;
import java.util.List;
import java.util.regex.Pattern;

/// Findings on what `/bin/bash` is given.
final class LinuxCommands {
    private static final Pattern TAR = Pattern.compile("\\btar(?:\\.exe)?\\s+[^;&|\\r\\n]*");
    private static final Pattern EXTRACTS =
            Pattern.compile(
                    "\\btar(?:\\.exe)?\\s+(?:-?[a-zA-Z]*x[a-zA-Z]*\\b|.*\\s-[a-zA-Z]*x|(?:.*\\s)?--(?:extract|get)\\b)");
    private static final Pattern TAR_TARGET =
            Pattern.compile("\\s-[a-zA-Z]*C|\\s--directory\\b|\\s--one-top-level\\b");
    private static final Pattern UNZIP = Pattern.compile("\\bunzip\\b[^;&|\\r\\n]*");
    private static final Pattern UNZIP_TARGET = Pattern.compile("\\s-[a-zA-Z]*d");

    /// Looks into an archive, or prints it.
    private static final Pattern UNZIP_ELSE = Pattern.compile("\\s-[a-zA-Z]*[lptvZ]");

    /// A folder that is gone into is an explicit target too.
    private static final Pattern GOES_ELSEWHERE = Pattern.compile("\\b(?:cd|pushd)\\s+[\"']?[/~$]");

    private static final String DPKG_INSTALL =
            "\\bdpkg\\s+(?:-\\S+\\s+)*?(?:-(?![a-zA-Z]*[rPlLsSI])[a-zA-Z]*i[a-zA-Z]*\\b|--install\\b)";
    private static final String RPM_INSTALL =
            "\\brpm\\s+(?:-\\S+\\s+)*?(?:-(?![a-zA-Z]*[qeVK])[a-zA-Z]*[iUF][a-zA-Z]*\\b|--install\\b|--upgrade\\b)";
    private static final String MANAGERS = "\\b(?:apt|apt-get|aptitude|yum|dnf|tdnf|zypper)\\b";
    private static final Pattern BARE_PACKAGE = Pattern.compile(DPKG_INSTALL + "|" + RPM_INSTALL);
    private static final Pattern PACKAGE_INSTALL =
            Pattern.compile(
                    MANAGERS
                            + "[^;&|]*\\b(?:(?:local|re)?install|in)\\b|"
                            + DPKG_INSTALL
                            + "|"
                            + RPM_INSTALL);
    private static final Pattern PACKAGE_REMOVE =
            Pattern.compile(
                    MANAGERS
                            + "[^;&|]*\\b(?:remove|purge|autoremove|erase|rm)\\b"
                            + "|\\bdpkg\\s+(?:-\\S+\\s+)*?(?:-[a-zA-Z]*[rP][a-zA-Z]*\\b|--remove\\b|--purge\\b)"
                            + "|\\brpm\\s+(?:-\\S+\\s+)*?(?:-[a-zA-Z]*e[a-zA-Z]*\\b|--erase\\b)");
    private static final Pattern BRINGS_DEPENDENCIES =
            Pattern.compile(
                    MANAGERS
                            + "|\\*\\.(?:deb|rpm)\\b|(?:\\S+\\.(?:deb|rpm)\\s+)+\\S+\\.(?:deb|rpm)\\b");

    private LinuxCommands() {}

    static void advise(GalleryApplicationVersion.ManageActions actions, List<Finding> findings) {
        advise("install", actions.install(), findings);
        advise("update", actions.update(), findings);
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

    private static void advise(String command, String text, List<Finding> findings) {
        if (isTarWithoutTarget(text)) {
            findings.add(CommandAdvice.unpack(command, "tar without -C"));
        }
        var unzip = UNZIP.matcher(text);
        while (unzip.find()) {
            if (!UNZIP_TARGET.matcher(unzip.group()).find()
                    && !UNZIP_ELSE.matcher(unzip.group()).find()
                    && !hasGoneElsewhere(text, unzip.start())) {
                findings.add(CommandAdvice.unpack(command, "unzip without -d"));
                break;
            }
        }
        if (BARE_PACKAGE.matcher(text).find() && !BRINGS_DEPENDENCIES.matcher(text).find()) {
            findings.add(
                    new Finding(
                            Kind.PACKAGE_WITHOUT_DEPENDENCIES,
                            command,
                            "bring all dependencies: dpkg and rpm fetch none"));
        }
    }

    /// Whether a `tar` unpacks into the folder in which the command runs.
    static boolean isTarWithoutTarget(String text) {
        var tar = TAR.matcher(text);
        while (tar.find()) {
            if (EXTRACTS.matcher(tar.group()).find()
                    && !TAR_TARGET.matcher(tar.group()).find()
                    && !hasGoneElsewhere(text, tar.start())) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasGoneElsewhere(String text, int before) {
        return GOES_ELSEWHERE.matcher(text.substring(0, before)).find();
    }
}
