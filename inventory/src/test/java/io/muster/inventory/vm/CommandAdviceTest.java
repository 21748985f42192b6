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
}
