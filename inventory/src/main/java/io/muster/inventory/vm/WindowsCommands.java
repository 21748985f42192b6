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
                    "(?i)^[\\s(@\"']*(?:(?:cmd|powershell|pwsh)(?:\\.exe)?\\s+(?:[-/]\\w+\\s+(?:(?:bypass|unrestricted|remotesigned|allsigned|hidden)\\s+)?)*[\"']?)?\\s*(?:del|erase|move|copy|xcopy|robocopy|ren|rename|taskkill|mkdir|md|rmdir|rd|echo|attrib|icacls|type|dir|where|rem|set|cd|reg|sc|netsh|schtasks|nssm|mklink|start-sleep|mv|cp|rm"
                            + "|(?:move|copy|rename|remove|test|get|set|new|unblock)-\\w+|stop-\\w+)(?:\\.exe)?(?:\\s|$)");

    private static final Pattern RENAMES =
            Pattern.compile(
                    "(?i)\\b(?:move|ren|rename|copy|xcopy|mv|cp|rename-item|move-item|copy-item)\\b(.*)");
    private static final Pattern MSIEXEC = Pattern.compile("(?i)\\bmsiexec(?:\\.exe)?\\b");
    private static final Pattern STARTS_AND_WAITS =
            Pattern.compile(
                    "(?i)\\bstart\\s+(?:(?:\"[^\"]*\"|/\\S+)\\s+)*?/w(?:ait)?\\s+(?:(?:\"[^\"]*\"|/\\S+)\\s+)*\"?\\S*msiexec"
                            + "|\\bstart-process\\b.*\\bmsiexec.*\\s-wait\\b|\\bstart-process\\b.*\\s-wait\\b.*\\bmsiexec");

    /// PowerShell waits for what it reads from, and where it is told to.
    private static final Pattern WAITED_FOR =
            Pattern.compile(
                    "(?i)\\bmsiexec[^&;\\r\\n]*\\|\\s*out-(?:null|string|host|default)\\b|\\.waitforexit\\(|\\bwait-process\\b");

    private static final Pattern GOES_ELSEWHERE =
            Pattern.compile(
                    "(?i)^[\\s(@]*(?:cd|chdir|pushd|set-location|push-location)\\s+(?:/d\\s+)?[\"']?(?:[a-z]:|%(?!~|cd%)|[$\\\\])");

    /// Behind a path to another folder it is none of the package's.
    private static final Pattern EXE =
            Pattern.compile("(?i)(?<![\\w.\\\\/%-])(?:\\.[\\\\/])?([\\w.-]+\\.exe)\\b");

    private static final Pattern ANY_EXE = Pattern.compile("(?i)([\\w.-]+\\.exe)\\b");
    private static final Pattern SHELL_EXE =
            Pattern.compile(
                    "(?i)(?:cmd|powershell|pwsh|msiexec|reg|regsvr32|sc|net|netsh|wmic|taskkill|schtasks|tar|7za?|bash|robocopy|xcopy|icacls|wusa|dism|timeout|shutdown|rundll32|certutil|expand|setx"
                            + "|curl|cscript|wscript|pnputil|winget|choco|regedit|wevtutil|gpupdate|bcdedit|ping|fsutil|takeown|bitsadmin|dotnet|python3?|java|node|find|findstr|where|whoami|explorer|sfc|mofcomp|secedit|auditpol|attrib|chkdsk|nssm)\\.exe");

    /// An installer that is installed itself takes commands, and asks nothing.
    private static final Pattern INSTALLER =
            Pattern.compile("(?i)(?:setup|install|unins|update|bootstrap)[\\w.-]*\\.exe\\b");

    private static final Pattern SILENT =
            Pattern.compile(
                    "(?i)(?:^|[\\s\"'`,(])(?:[-/](?:s|q[nbrs]?[-+!]*|y)"
                            + "|(?:--?|/)(?:quiet|silent|verysilent|passive|unattended|exenoui|yes)(?:[:=](?:true|yes|1))?|(?:-i|--mode)[\\s=]+(?:silent|unattended)|/configure\\s+\\S+|/v\"?/q[nb])"
                            + "(?=[\\s\"'`,);|&/:]|$)");
    private static final Pattern EXPANDS = Pattern.compile("(?i)\\bexpand-archive\\b(.*)");
    private static final Pattern ARGUMENT = Pattern.compile("\"[^\"]*\"|'[^']*'|[^\\s\"']+");
    private static final Pattern SEVEN_ZIP =
            Pattern.compile("(?i)\\b7za?(?:\\.exe)?\"?\\s+[xe]\\s(.*)");

    private static final Pattern SEVEN_ZIP_TARGET = Pattern.compile("(?i)(?:^|\\s)[\"']?-o");
    private static final Pattern SWITCH =
            Pattern.compile("-(?:force|passthru|verbose|debug|confirm|whatif).*");

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
        String names = namesOfPackage(text, version);
        boolean hasted = false;
        boolean unnamed = false;
        boolean asks = false;
        boolean waits = WAITED_FOR.matcher(text).find();
        boolean elsewhere = false;
        String unpacked = "";
        for (String part : BETWEEN.split(text)) {
            String run = IF_EXIST.matcher(part).replaceFirst("");
            elsewhere |= GOES_ELSEWHERE.matcher(run).find();
            if (unpacked.isEmpty() && !elsewhere) {
                unpacked = unpackedWithoutTarget(run);
            }
            // What lies beside it then came out of the package.
            renamed |= isUnpacked(run);
            if (HANDLES_FILES.matcher(run).find()) {
                continue;
            }
            boolean msiexec = MSIEXEC.matcher(run).find();
            hasted |= msiexec && !waits && !STARTS_AND_WAITS.matcher(run).find();
            boolean own = runs(EXE, run) && !elsewhere;
            unnamed |= own && !renamed;
            asks |= (msiexec || own || runsInstaller(run, names)) && !SILENT.matcher(run).find();
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

    /// Whether a part of a line runs the package under one of its names, or what is called an installer, wherever it lies.
    private static boolean runsInstaller(String part, String names) {
        var named = ANY_EXE.matcher(part);
        while (named.find()) {
            String name = named.group(1).toLowerCase(Locale.ROOT);
            if (!SHELL_EXE.matcher(name).matches()
                    && (names.contains(name) || INSTALLER.matcher(name).find())) {
                return true;
            }
        }
        return false;
    }

    /// What the package is called and what files are moved or copied to, lower case.
    private static String namesOfPackage(String text, GalleryApplicationVersion version) {
        var names = new StringBuilder(fileName(version));
        for (String part : BETWEEN.split(text)) {
            var renames = RENAMES.matcher(part);
            if (renames.find()) {
                names.append(' ').append(renames.group(1));
            }
        }
        return names.toString().toLowerCase(Locale.ROOT);
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

    private static boolean isUnpacked(String part) {
        return EXPANDS.matcher(part).find()
                || SEVEN_ZIP.matcher(part).find()
                || LinuxCommands.unpacks(part);
    }

    /// What unpacks an archive into the download folder; empty when nothing does.
    private static String unpackedWithoutTarget(String part) {
        var expands = EXPANDS.matcher(part);
        if (expands.find() && !hasTarget(expands.group(1))) {
            return "Expand-Archive without -DestinationPath";
        }
        var seven = SEVEN_ZIP.matcher(part);
        if (seven.find() && !SEVEN_ZIP_TARGET.matcher(seven.group(1)).find()) {
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
                boolean path = argument.startsWith("-path") || argument.startsWith("-literalpath");
                named = !SWITCH.matcher(argument).matches();
                values += path ? 1 : 0;
            } else if (named) {
                named = false;
            } else if (!argument.isBlank()) {
                values++;
            }
        }
        return values > 1;
    }
}
