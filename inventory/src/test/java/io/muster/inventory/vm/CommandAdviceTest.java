package io.muster.inventory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.inventory.vm.CommandAdvice.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

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
