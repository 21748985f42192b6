package io.muster.inventory.vm;

/// Where a guest keeps what it downloads of an application version, and how the files are called.
///
/// The documentation calls a configuration `<app>-config`, the API's text and the extension's code `<app>_config`: the code is followed.
///
/// @param folder of the version; commands run in it, and `stdout` and `stderr` lie there
/// @param packageFile name of the package in the folder
/// @param configurationFile name of the configuration in the folder
public record GuestFiles(String folder, String packageFile, String configurationFile) {

    /// @param handlerVersion of the extension; part of the folder on Windows alone
    public static GuestFiles of(
            OperatingSystem system,
            String handlerVersion,
            String application,
            String version,
            GalleryApplicationVersion.PackageSettings settings) {
        String folder =
                switch (system) {
                    case LINUX ->
                            "/var/lib/waagent/"
                                    + ExtensionMessage.PUBLISHER
                                    + "."
                                    + ExtensionMessage.TYPE_LINUX
                                    + "/"
                                    + application
                                    + "/"
                                    + version;
                    case WINDOWS ->
                            "C:\\Packages\\Plugins\\"
                                    + ExtensionMessage.PUBLISHER
                                    + "."
                                    + ExtensionMessage.TYPE_WINDOWS
                                    + "\\"
                                    + handlerVersion
                                    + "\\Downloads\\"
                                    + application
                                    + "\\"
                                    + version;
                };
        return new GuestFiles(
                folder,
                settings.packageFileName().isEmpty() ? application : settings.packageFileName(),
                settings.configFileName().isEmpty()
                        ? application + "_config"
                        : settings.configFileName());
    }
}
