package io.muster.inventory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.CommandAdvice.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandAdviceTest {
    private static List<Kind> findings(
            OperatingSystem system, String install, String remove, String packageFileName) {
        var resource =
                Dynamic.bag()
                        .put("id", Gallerist.version("agent", "1.0.0"))
                        .put(
                                "properties",
                                Dynamic.bag()
                                        .put(
                                                "publishingProfile",
                                                Dynamic.bag()
                                                        .put(
                                                                "manageActions",
                                                                Dynamic.bag()
                                                                        .put("install", install)
                                                                        .put("remove", remove)
                                                                        .build())
                                                        .put(
                                                                "settings",
                                                                Dynamic.bag()
                                                                        .put(
                                                                                "packageFileName",
                                                                                packageFileName)
                                                                        .build())
                                                        .build())
                                        .build())
                        .build();
        return CommandAdvice.findings(
                        GalleryApplicationVersion.read(resource).orElseThrow(),
                        system,
                        VmApplicationLimits.NOW)
                .stream()
                .map(CommandAdvice.Finding::kind)
                .toList();
    }

    @Test
    void msiexecNeedsStartWait() {
        assertThat(findings(OperatingSystem.WINDOWS, "msiexec /i a.msi /qn", "del x", "a.msi"))
                .containsExactly(Kind.MSIEXEC_WITHOUT_START_WAIT);
        assertThat(
                        findings(
                                OperatingSystem.WINDOWS,
                                "start /wait msiexec.exe /i a.msi /qn",
                                "start /wait msiexec /x a.msi /quiet",
                                "a.msi"))
                .isEmpty();
    }

    @Test
    void anExeNeedsItsExtensionAndASilentSwitch() {
        assertThat(findings(OperatingSystem.WINDOWS, "agent.exe /S", "del x", ""))
                .containsExactly(Kind.EXE_UNDER_EXTENSIONLESS_NAME);
        assertThat(
                        findings(
                                OperatingSystem.WINDOWS,
                                "move agent agent.exe & agent.exe",
                                "del x",
                                ""))
                .containsExactly(Kind.NO_SILENT_SWITCH);
        assertThat(findings(OperatingSystem.WINDOWS, "agent.exe /S", "del x", "agent.exe"))
                .isEmpty();
    }

    /// What an install command of the package `agent` is told.
    private static List<Kind> ofInstall(OperatingSystem system, String install, String fileName) {
        return findings(
                        system,
                        install,
                        system == OperatingSystem.LINUX ? "rm x" : "del x",
                        fileName)
                .stream()
                .filter(kind -> kind != Kind.REMOVED_WITHOUT_PACKAGE_MANAGER)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start /wait msiexec /i a.msi /qn & msiexec /i b.msi /qn",
                "start msiexec /i a.msi /qn",
                "cmd /c msiexec.exe /i a.msi /quiet",
                "powershell -command \"Start-Process msiexec -ArgumentList '/i a.msi /qn'\""
            })
    void everyCallOfMsiexecWaits(String install) {
        assertThat(ofInstall(OperatingSystem.WINDOWS, install, "a.msi"))
                .containsExactly(Kind.MSIEXEC_WITHOUT_START_WAIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start \"\" /b /wait msiexec /i a.msi /qn",
                "start /wait /min msiexec /i a.msi /qn",
                "start /w msiexec /i a.msi /qn",
                "start /wait C:\\Windows\\System32\\msiexec.exe /i a.msi /qn",
                "powershell -command \"Start-Process msiexec -ArgumentList '/i a.msi /qn' -Wait\""
            })
    void msiexecIsWaitedForInManyForms(String install) {
        assertThat(ofInstall(OperatingSystem.WINDOWS, install, "a.msi")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "copy agent C:\\tools\\agent.exe",
                "taskkill /im agent.exe /f & move .\\agent .\\agent.exe & agent.exe /S",
                "if exist C:\\old\\agent.exe del C:\\old\\agent.exe",
                "ren agent agent.exe && start /wait agent.exe -ArgumentList '/S'",
                "powershell.exe -command \"Move-Item agent agent.exe; Start-Process .\\agent.exe -ArgumentList '/S' -Wait\"",
                "\"C:\\Program Files\\agent\\setup.exe\" /quiet"
            })
    void aProgramThatIsNotRunOrLiesElsewhereIsNoInstaller(String install) {
        assertThat(ofInstall(OperatingSystem.WINDOWS, install, "")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ren agent agent.exe & agent.exe -i silent",
                "ren agent agent.exe & agent.exe /s/v\"/qn\"",
                "ren agent agent.exe & agent.exe /quiet=true",
                "start /wait msiexec /i a.msi /qb!",
                "start /wait msiexec /i a.msi /qn+ REBOOT=ReallySuppress",
                "ren agent setup.exe & setup.exe /configure office.xml",
                "powershell -command \"msiexec /i a.msi /qn | Out-Null\"",
                "powershell -command \"(Start-Process msiexec '/i a.msi /qn' -PassThru).WaitForExit()\"",
                "cd /d C:\\agent && tar -xf C:\\packages\\agent.zip && setup.exe /S",
                "tar -xf agent -C C:\\agent && cd /d C:\\agent && setup.exe /S",
                "mkdir x & tar -xf agent -C x & setup.exe /S",
                "curl.exe -o x https://example.org/x & cscript.exe //B install.vbs",
                "\"C:\\Program Files\\agent\\agent.exe\" service install",
                "powershell -NoProfile -ExecutionPolicy RemoteSigned -Command \"Copy-Item agent C:\\agent\\agent.exe\""
            })
    void whatAsksNobodyAndLosesNothingIsNotFound(String install) {
        assertThat(ofInstall(OperatingSystem.WINDOWS, install, "")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "\"C:\\agent\\unins000.exe\",NO_SILENT_SWITCH",
        "copy agent C:\\agent\\agent.exe & C:\\agent\\agent.exe,NO_SILENT_SWITCH",
        "ren agent agent.exe & agent.exe -s=server,NO_SILENT_SWITCH",
        "powershell Expand-Archive agent.zip -ErrorAction Stop,UNPACK_WITHOUT_TARGET",
        "7z x agent-one.zip,UNPACK_WITHOUT_TARGET",
        "cd /d %~dp0 && agent.exe /S,EXE_UNDER_EXTENSIONLESS_NAME"
    })
    void whatAsksOrLosesIsFoundWhateverElseTheLineSays(String install, Kind kind) {
        assertThat(ofInstall(OperatingSystem.WINDOWS, install, "")).containsExactly(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "apt-get install -y unzip && unzip agent -d /opt/a,true",
        "command -v unzip || yum install -y unzip; unzip agent -d /opt/a,true",
        "yum install -y tar xz && tar xJf agent -C /opt/a,true",
        "tar -xOf agent etc/agent.conf > /etc/agent.conf,true",
        "apt-get install -y unzip && unzip agent,false",
        "tar xf FOO.tar,false"
    })
    void aToolThatIsInstalledOrLookedUpUnpacksNothing(String install, boolean fine) {
        assertThat(findings(OperatingSystem.LINUX, install, "rm -rf /opt/a", ""))
                .isEqualTo(fine ? List.of() : List.of(Kind.UNPACK_WITHOUT_TARGET));
    }

    @Test
    void aToolThatAContinuedLineInstallsUnpacksNothing() {
        assertThat(
                        ofInstall(
                                OperatingSystem.LINUX,
                                "apt-get install -y \\\n  curl \\\n  unzip\nunzip agent -d /opt/a",
                                ""))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "apt-get update && dpkg -i agent.deb,false",
        "apt-key add key.asc && dpkg -i agent.deb,false",
        "rpm -ivh agent.rpm && rm -rf /var/cache/yum,false",
        "dpkg -i agent.deb || apt-get -fy install,true",
        "dpkg -i agent.deb; /usr/bin/apt-get --fix-broken -y install,true"
    })
    void aPackageManagerBringsDependenciesWhenItInstalls(String install, boolean fine) {
        assertThat(ofInstall(OperatingSystem.LINUX, install, ""))
                .isEqualTo(fine ? List.of() : List.of(Kind.PACKAGE_WITHOUT_DEPENDENCIES));
    }

    @Test
    void aNameWithoutExtensionOrACopyOfSomethingElseIsNoRename() {
        assertThat(ofInstall(OperatingSystem.WINDOWS, "agent.exe /S", "setup"))
                .containsExactly(Kind.EXE_UNDER_EXTENSIONLESS_NAME);
        assertThat(
                        ofInstall(
                                OperatingSystem.WINDOWS,
                                "copy settings.json C:\\etc\\ & setup.exe /S",
                                ""))
                .containsExactly(Kind.EXE_UNDER_EXTENSIONLESS_NAME);
        assertThat(ofInstall(OperatingSystem.WINDOWS, "ren agent setup.exe & .\\setup.exe", ""))
                .containsExactly(Kind.NO_SILENT_SWITCH);
    }

    @ParameterizedTest
    @CsvSource({
        "Expand-Archive a.zip C:\\agent,true",
        "Expand-Archive -Path a.zip -Dest C:\\agent,true",
        "Expand-Archive -LiteralPath a.zip C:\\agent -Force,true",
        "Expand-Archive -Path a.zip -Force,false",
        "Expand-Archive a.zip C:\\agent & Expand-Archive b.zip,false",
        "7z x a.zip -oC:\\agent,true",
        "7z.exe x a.zip -y,false",
        "tar -xf a.zip -C C:\\agent,true",
        "tar -xf a.zip,false"
    })
    void anArchiveOnWindowsNeedsATargetHoweverItIsUnpacked(String install, boolean fine) {
        assertThat(ofInstall(OperatingSystem.WINDOWS, install, "a.zip"))
                .isEqualTo(fine ? List.of() : List.of(Kind.UNPACK_WITHOUT_TARGET));
    }

    @ParameterizedTest
    @CsvSource({
        "tar xzf agent -C/opt/agent,true",
        "mkdir -p /opt/a && cd /opt/a && tar xzf $OLDPWD/agent,true",
        "tar --extract --file agent,false",
        "tar -czf /var/backup/etc.tar.gz /etc,true",
        "unzip -l agent,true",
        "unzip agent -d /opt/a && unzip other,false"
    })
    void anArchiveOnLinuxNeedsATargetHoweverItIsUnpacked(String install, boolean fine) {
        assertThat(ofInstall(OperatingSystem.LINUX, install, ""))
                .isEqualTo(fine ? List.of() : List.of(Kind.UNPACK_WITHOUT_TARGET));
    }

    @ParameterizedTest
    @CsvSource({
        "dpkg --force-confold -i agent.deb,false",
        "dpkg -iE agent.deb,false",
        "rpm -Uvh agent.rpm,false",
        "rpm --nodeps -i agent.rpm,false",
        "rpm -qi agent,true",
        "dpkg -s agent,true",
        "rpm -ivh a.rpm b.rpm,true"
    })
    void packagesBringTheirDependencies(String install, boolean fine) {
        assertThat(ofInstall(OperatingSystem.LINUX, install, ""))
                .isEqualTo(fine ? List.of() : List.of(Kind.PACKAGE_WITHOUT_DEPENDENCIES));
    }

    @ParameterizedTest
    @CsvSource({
        "dnf -y localinstall ./a.rpm,rpm -evh a,true",
        "zypper -n in ./a.rpm,zypper -n rm a,true",
        "apt-get install -y ./a.deb,dpkg --force-all -P a,true",
        "yum reinstall -y ./a.rpm,rm -rf /opt/a,false",
        "yum install -y ./a.rpm,/opt/a/bin/uninstall --yes,true",
        "apt-get install -y jq && tar xzf agent -C /opt/a,rm -rf /opt/a,true",
        "tar xzf agent -C /tmp/a && yum localinstall -y /tmp/a/a.rpm,rm -rf /opt/a,false"
    })
    void thePackageManagerRemovesWhatItInstalled(String install, String remove, boolean fine) {
        assertThat(findings(OperatingSystem.LINUX, install, remove, ""))
                .isEqualTo(fine ? List.of() : List.of(Kind.REMOVED_WITHOUT_PACKAGE_MANAGER));
    }

    @Test
    void anArchiveNeedsATarget() {
        assertThat(findings(OperatingSystem.LINUX, "tar xzf agent", "rm -rf /opt/a", ""))
                .containsExactly(Kind.UNPACK_WITHOUT_TARGET);
        assertThat(findings(OperatingSystem.LINUX, "tar -xzf agent -C /opt/a", "rm -rf /opt/a", ""))
                .isEmpty();
        assertThat(
                        findings(
                                OperatingSystem.WINDOWS,
                                "powershell.exe -command \"Expand-Archive agent\" -q",
                                "del x",
                                ""))
                .containsExactly(Kind.UNPACK_WITHOUT_TARGET);
    }

    @Test
    void aPackageNeedsItsDependenciesAndItsManagerToRemoveIt() {
        assertThat(findings(OperatingSystem.LINUX, "dpkg -i agent.deb", "rm -rf /opt/agent", ""))
                .containsExactly(
                        Kind.PACKAGE_WITHOUT_DEPENDENCIES, Kind.REMOVED_WITHOUT_PACKAGE_MANAGER);
        assertThat(
                        findings(
                                OperatingSystem.LINUX,
                                "apt-get install -y ./agent.deb",
                                "apt-get remove -y agent",
                                ""))
                .isEmpty();
        assertThat(findings(OperatingSystem.LINUX, "rpm -ivh *.rpm", "rpm -e agent", "")).isEmpty();
    }

    @Test
    void ofACommandThatIsFarTooLongNoMoreIsLookedAtThanAzureTakes() {
        for (String part : List.of("a.deb", "shutdown ", "tar x ", "start-process msiexec ")) {
            String install = part.repeat(300_000);
            assertThat(findings(OperatingSystem.LINUX, install, "rm x", ""))
                    .contains(Kind.COMMAND_TOO_LONG);
            assertThat(findings(OperatingSystem.WINDOWS, install, "del x", "a.msi"))
                    .contains(Kind.COMMAND_TOO_LONG);
        }
    }

    @Test
    void commandsAreRequiredAndOfLimitedLength() {
        assertThat(findings(OperatingSystem.LINUX, "x".repeat(4097), "", ""))
                .containsExactly(Kind.COMMAND_TOO_LONG, Kind.COMMAND_MISSING);
    }

    private static GalleryApplicationVersion version(
            String number, String install, String remove, String update) {
        var actions = Dynamic.bag().put("install", install).put("remove", remove);
        if (!update.isEmpty()) {
            actions.put("update", update);
        }
        return GalleryApplicationVersion.read(
                        Dynamic.bag()
                                .put(
                                        "id",
                                        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/applications/agent/versions/"
                                                + number)
                                .put("type", "Microsoft.Compute/galleries/applications/versions")
                                .put(
                                        "properties",
                                        Dynamic.bag()
                                                .put(
                                                        "publishingProfile",
                                                        Dynamic.bag()
                                                                .put(
                                                                        "manageActions",
                                                                        actions.build())
                                                                .build())
                                                .build())
                                .build())
                .orElseThrow();
    }

    private static List<String> atUpdate(
            GalleryApplicationVersion from, GalleryApplicationVersion to) {
        return CommandAdvice.atUpdate(from, to, OperatingSystem.WINDOWS, VmApplicationLimits.NOW)
                .stream()
                .map(f ->
                        f.version().name() + " " + f.finding().command() + " " + f.finding().kind())
                .toList();
    }

    @Test
    void anUpdateRunsTheNewVersionsUpdateCommandAlone() {
        assertThat(
                        atUpdate(
                                version("1.0.0", "x", "msiexec /x a.msi /qn", ""),
                                version("2.0.0", "agent.exe /s", "y", "agent.exe /quiet")))
                .containsExactly("2.0.0 update EXE_UNDER_EXTENSIONLESS_NAME");
    }

    @Test
    void withoutAnUpdateCommandTheOldRemoveAndTheNewInstallRun() {
        assertThat(
                        atUpdate(
                                version("1.0.0", "x", "msiexec /x a.msi /qn", ""),
                                version("2.0.0", "agent.exe", "msiexec /x b.msi /qn", "")))
                .containsExactly(
                        "1.0.0 remove MSIEXEC_WITHOUT_START_WAIT",
                        "2.0.0 install EXE_UNDER_EXTENSIONLESS_NAME",
                        "2.0.0 install NO_SILENT_SWITCH");
    }

    @Test
    void anUpdateCommandThatNamesAnotherVersionIsFound() {
        var from = version("1.0.0", "x", "y", "");
        assertThat(atUpdate(from, version("2.0.0", "x", "y", "rmdir old && setup agent-2.0.0.zip")))
                .isEmpty();
        assertThat(atUpdate(from, version("2.0.0", "x", "y", "rmdir agent-1.0.0 && setup 2.0.0")))
                .containsExactly("2.0.0 update UPDATE_FROM_ONE_VERSION");
        assertThat(atUpdate(from, version("2.0.0", "x", "y", "ping 10.0.0.1"))).isEmpty();
    }
}
