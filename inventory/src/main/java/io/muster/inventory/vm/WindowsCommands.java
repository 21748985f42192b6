package io.muster.inventory.vm;

import io.muster.inventory.vm.CommandAdvice.Finding;
import io.muster.inventory.vm.CommandAdvice.Kind;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Findings on what `cmd.exe` is given: each command of a line by itself.
final class WindowsCommands {
    /// Where one command ends and the next begins. Quotes hold a line together less than one would wish, so they are not looked at: an `&` in a path is rare.
    private static final Pattern BETWEEN = Pattern.compile("[&|;\\r\\n]+");

    private static final Pattern IF_EXIST =
            Pattern.compile(
                    "(?i)^[\\s(@]*if\\s+(?:not\\s+)?exist\\s+(?:\"[^\"]*\"|\\S+)\\s*\\(?\\s*");

    /// What handles files and processes and starts none: an `.exe` behind it is not run.
    private static final Pattern HANDLES_FILES =
            Pattern.compile(
                    "(?i)^[\\s(@\"']*(?:(?:cmd|powershell|pwsh)(?:\\.exe)?\\s+(?:[-/]\\w+\\s+(?:bypass\\s+|unrestricted\\s+)?)*[\"']?)?\\s*(?:del|erase|move|copy|xcopy|robocopy|ren|rename|taskkill|mkdir|md|rmdir|rd|echo|attrib|icacls|type|dir|where|rem|set|cd|reg|sc|netsh|schtasks|mv|cp|rm"
                            + "|(?:move|copy|rename|remove|test|get|set|new|unblock)-\\w+|stop-\\w+)(?:\\.exe)?(?:\\s|$)");

    private static final Pattern RENAMES =
            Pattern.compile(
                    "(?i)\\b(?:move|ren|rename|copy|xcopy|mv|cp|rename-item|move-item|copy-item)\\b(.*)");
    private static final Pattern MSIEXEC = Pattern.compile("(?i)\\bmsiexec(?:\\.exe)?\\b");
    private static final Pattern STARTS_AND_WAITS =
            Pattern.compile(
                    "(?i)\\bstart\\s+(?:(?:\"[^\"]*\"|/\\S+)\\s+)*?/w(?:ait)?\\s+(?:(?:\"[^\"]*\"|/\\S+)\\s+)*\"?\\S*msiexec"
                            + "|\\bstart-process\\b.*\\bmsiexec.*\\s-wait\\b|\\bstart-process\\b.*\\s-wait\\b.*\\bmsiexec");

    /// Behind a path to another folder it is none of the package's.
    private static final Pattern EXE =
            Pattern.compile("(?i)(?<![\\w.\\\\/%-])(?:\\.[\\\\/])?([\\w.-]+\\.exe)\\b");

    private static final Pattern ANY_EXE = Pattern.compile("(?i)([\\w.-]+\\.exe)\\b");
    private static final Pattern SHELL_EXE =
            Pattern.compile(
                    "(?i)(?:cmd|powershell|pwsh|msiexec|reg|regsvr32|sc|net|netsh|wmic|taskkill|schtasks|tar|7za?|bash|robocopy|xcopy|icacls|wusa|dism|timeout|shutdown|rundll32|certutil|expand|setx)\\.exe");
    private static final Pattern SILENT =
            Pattern.compile(
                    "(?i)(?:^|[\\s\"'`,(])(?:/s|/q|/qn|/qb|/quiet|/silent|/verysilent|/passive|-s|-q|-qn|--silent|--quiet|-silent|-quiet|--unattended|--mode\\s+unattended)(?=[\\s\"'`,);|&]|$)");
    private static final Pattern EXPANDS = Pattern.compile("(?i)\\bexpand-archive\\b(.*)");
    private static final Pattern ARGUMENT = Pattern.compile("\"[^\"]*\"|'[^']*'|[^\\s\"']+");
    private static final Pattern SEVEN_ZIP =
            Pattern.compile("(?i)\\b7za?(?:\\.exe)?\"?\\s+[xe]\\s(.*)");

    private WindowsCommands() {}

    /// @param actions the version's, or as much of them as is looked at
    static void advise(
            GalleryApplicationVersion version,
            GalleryApplicationVersion.ManageActions actions,
            List<Finding> findings) {
        advise("install", actions.install(), version, findings);
        advise("update", actions.update(), version, findings);
        advise("remove", actions.remove(), version, findings);
    }

    private static void advise(
            String command,
            String text,
            GalleryApplicationVersion version,
            List<Finding> findings) {
        boolean renamed = isPackageRenamed(text, version);
        boolean hasted = false;
        boolean unnamed = false;
        boolean asks = false;
        String unpacked = "";
        for (String part : BETWEEN.split(text)) {
            String run = IF_EXIST.matcher(part).replaceFirst("");
            if (unpacked.isEmpty()) {
                unpacked = unpackedWithoutTarget(run);
            }
            if (HANDLES_FILES.matcher(run).find()) {
                continue;
            }
            boolean msiexec = MSIEXEC.matcher(run).find();
            hasted |= msiexec && !STARTS_AND_WAITS.matcher(run).find();
            unnamed |= runs(EXE, run) && !renamed;
            asks |= (msiexec || runs(ANY_EXE, run)) && !SILENT.matcher(run).find();
        }
        if (hasted) {
            findings.add(
                    new Finding(
                            Kind.MSIEXEC_WITHOUT_START_WAIT,
                            command,
                            "call it as 'start /wait msiexec ...': it returns at once otherwise"));
        }
        if (unnamed && !command.equals("remove")) {
            findings.add(
                    new Finding(
                            Kind.EXE_UNDER_EXTENSIONLESS_NAME,
                            command,
                            "the package lies there as '"
                                    + fileName(version)
                                    + "' without extension: rename it first or set"
                                    + " packageFileName"));
        }
        if (asks) {
            findings.add(
                    new Finding(
                            Kind.NO_SILENT_SWITCH,
                            command,
                            "no silent switch: an installer that asks never ends"));
        }
        if (!unpacked.isEmpty()) {
            findings.add(CommandAdvice.unpack(command, unpacked));
        }
    }

    /// Whether a part of a line runs a program that is none of the system's own.
    private static boolean runs(Pattern exe, String part) {
        var named = exe.matcher(part);
        while (named.find()) {
            if (!SHELL_EXE.matcher(named.group(1)).matches()) {
                return true;
            }
        }
        return false;
    }

    private static String fileName(GalleryApplicationVersion version) {
        String set = version.settings().packageFileName();
        return set.isEmpty() ? version.applicationId().name() : set;
    }

    /// Whether the package has a name that Windows runs, or is given one: what is moved or copied names it, or names nothing that can be read here.
    private static boolean isPackageRenamed(String text, GalleryApplicationVersion version) {
        String name = version.settings().packageFileName();
        if (name.contains(".")) {
            return true;
        }
        String lies = fileName(version).toLowerCase(Locale.ROOT);
        for (String part : BETWEEN.split(text)) {
            var renames = RENAMES.matcher(part);
            if (renames.find()) {
                String what = renames.group(1).toLowerCase(Locale.ROOT);
                if (what.contains(lies)
                        || what.contains("*")
                        || what.contains("%")
                        || what.contains("$")) {
                    return true;
                }
            }
        }
        return false;
    }

    /// What unpacks an archive into the download folder; empty when nothing does.
    private static String unpackedWithoutTarget(String part) {
        var expands = EXPANDS.matcher(part);
        if (expands.find() && !hasTarget(expands.group(1))) {
            return "Expand-Archive without -DestinationPath";
        }
        var seven = SEVEN_ZIP.matcher(part);
        if (seven.find() && !seven.group(1).contains("-o")) {
            return "7z without -o";
        }
        return LinuxCommands.isTarWithoutTarget(part) ? "tar without -C" : "";
    }

    /// The target is named, or the second argument by its place.
    private static boolean hasTarget(String arguments) {
        int values = 0;
        boolean named = false;
        var each = ARGUMENT.matcher(arguments);
        while (each.find()) {
            String argument = each.group().toLowerCase(Locale.ROOT);
            if (argument.startsWith("-dest")) {
                return true;
            }
            if (argument.startsWith("-")) {
                named = argument.startsWith("-path") || argument.startsWith("-literalpath");
                values += named ? 1 : 0;
            } else if (named) {
                named = false;
            } else if (!argument.isBlank()) {
                values++;
            }
        }
        return values > 1;
    }
}
