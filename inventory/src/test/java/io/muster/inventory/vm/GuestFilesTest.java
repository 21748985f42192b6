package io.muster.inventory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Folders and names of vm-applications.md section 4.
class GuestFilesTest {
    private static final GalleryApplicationVersion.PackageSettings PLAIN =
            new GalleryApplicationVersion.PackageSettings("", "", false);
    private static final GalleryApplicationVersion.PackageSettings NAMED =
            new GalleryApplicationVersion.PackageSettings("setup.exe", "app.json", false);

    private static GuestFiles files(
            OperatingSystem system, GalleryApplicationVersion.PackageSettings settings) {
        return GuestFiles.of(system, "1.0.16", "agent", "1.2.3", settings);
    }

    @Test
    void packagesLieInTheExtensionsDownloadFolder() {
        assertThat(files(OperatingSystem.LINUX, PLAIN).folder())
                .isEqualTo(
                        "/var/lib/waagent/Microsoft.CPlat.Core.VMApplicationManagerLinux/agent/1.2.3");
        assertThat(files(OperatingSystem.WINDOWS, PLAIN).folder())
                .isEqualTo(
                        "C:\\Packages\\Plugins\\Microsoft.CPlat.Core.VMApplicationManagerWindows\\1.0.16\\Downloads\\agent\\1.2.3");
    }

    @Test
    void packageIsCalledAsTheApplicationOrAsItsSettingSays() {
        assertThat(files(OperatingSystem.LINUX, PLAIN).packageFile()).isEqualTo("agent");
        assertThat(files(OperatingSystem.WINDOWS, NAMED).packageFile()).isEqualTo("setup.exe");
    }

    @Test
    void configurationIsCalledAfterTheApplicationOrAsItsSettingSays() {
        assertThat(files(OperatingSystem.LINUX, PLAIN).configurationFile())
                .isEqualTo("agent_config");
        assertThat(files(OperatingSystem.LINUX, NAMED).configurationFile()).isEqualTo("app.json");
    }
}
