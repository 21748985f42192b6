package io.muster.inventory.vm;

import io.muster.inventory.vm.CommandAdvice.Finding;
import io.muster.inventory.vm.CommandAdvice.Kind;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Findings on what `/bin/bash` is given.
final class LinuxCommands {
    private static final Pattern TAR = Pattern.compile("\\btar(?:\\.exe)?\\s+[^;&|\\r\\n]*");

    /// Behind these a tool's name is a package to install, or a name to look up or print.
    private static final Pattern NAMED_ONLY =
            Pattern.compile(
                    "\\b(?:install|reinstall|in|add|remove|purge|erase|which|type|hash|whereis|echo|printf)\\s[^;&|\\r\\n]*$"
                            + "|\\bcommand\\s+-[vV]\\s+$");

    /// To the screen, or into a pipe.
    private static final Pattern TAR_PRINTS =
            Pattern.compile("\\s-[a-zA-Z]*O|^tar\\s+[a-zA-Z]*O[a-zA-Z]*\\s|\\s--to-stdout\\b");

    private static final Pattern PACKAGE_FILE = Pattern.compile("\\.(?:deb|rpm)\\b");
    private static final Pattern CONTINUED = Pattern.compile("\\\\\\r?\\n");

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

    /// As commands, not as parts of paths or of other names.
    private static final String MANAGERS =
            "(?<![\\w.-])(?<!/(?:etc|lib|cache|share|log)/)(?:apt|apt-get|aptitude|yum|dnf|tdnf|zypper)(?=\\s)";

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
                            + "[^;&|]*(?:\\b(?:(?:local|re)?install|in)\\b|--fix-broken\\b)"
                            + "|\\*\\.(?:deb|rpm)\\b|(?:\\S+\\.(?:deb|rpm)\\s+)+\\S+\\.(?:deb|rpm)\\b");

    private LinuxCommands() {}

    static void advise(GalleryApplicationVersion.ManageActions actions, List<Finding> findings) {
        advise("install", actions.install(), findings);
        advise("update", actions.update(), findings);
        if (PACKAGE_INSTALL.matcher(actions.install()).find()
                // What is unpacked may need tools that the package manager brings, and keeps.
                && !(unpacks(actions.install()) && !PACKAGE_FILE.matcher(actions.install()).find())
                && !actions.remove().isBlank()
                && !PACKAGE_REMOVE.matcher(actions.remove()).find()
                && !actions.remove().contains(".sh")
                && !actions.remove().contains("uninstall")) {
            findings.add(
                    new Finding(
                            Kind.REMOVED_WITHOUT_PACKAGE_MANAGER,
                            "remove",
                            "the package manager installed it and should remove it"));
        }
    }

    private static void advise(String command, String script, List<Finding> findings) {
        String text = CONTINUED.matcher(script).replaceAll(" ");
        if (isTarWithoutTarget(text)) {
            findings.add(CommandAdvice.unpack(command, "tar without -C"));
        }
        var unzip = UNZIP.matcher(text);
        while (unzip.find()) {
            if (!UNZIP_TARGET.matcher(unzip.group()).find()
                    && !UNZIP_ELSE.matcher(unzip.group()).find()
                    && !isNamedOnly(text, unzip.start())
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
            if (isExtracting(text, tar)
                    && !TAR_TARGET.matcher(tar.group()).find()
                    && !hasGoneElsewhere(text, tar.start())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isExtracting(String text, Matcher tar) {
        return EXTRACTS.matcher(tar.group()).find()
                && !TAR_PRINTS.matcher(tar.group()).find()
                && !isNamedOnly(text, tar.start());
    }

    /// Whether an archive is unpacked, wherever to.
    static boolean unpacks(String text) {
        var tar = TAR.matcher(text);
        while (tar.find()) {
            if (isExtracting(text, tar)) {
                return true;
            }
        }
        var unzip = UNZIP.matcher(text);
        while (unzip.find()) {
            if (!UNZIP_ELSE.matcher(unzip.group()).find() && !isNamedOnly(text, unzip.start())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamedOnly(String text, int tool) {
        int from = tool;
        while (from > 0 && ";&|\r\n".indexOf(text.charAt(from - 1)) < 0) {
            from--;
        }
        return NAMED_ONLY.matcher(text.substring(from, tool)).find();
    }

    private static boolean hasGoneElsewhere(String text, int before) {
        return GOES_ELSEWHERE.matcher(text.substring(0, before)).find();
    }
}
