package io.muster.inventory.vm;

/// The limits of VM Applications, each a setting because they grew over the years.
///
/// @param applicationsPerMachine also the `max` of the error that too many give
/// @param totalBytesPerMachine all packages of a machine together
/// @param configurationBytes a default configuration's size
/// @param versionsPerRegion across all applications of a subscription
/// @param scriptCharacters of each command
/// @param maxReboots of one operation whose version asks to be rerun
public record VmApplicationLimits(
        int applicationsPerMachine,
        long totalBytesPerMachine,
        long packageBytes,
        long configurationBytes,
        int replicasPerRegion,
        int versionsPerRegion,
        int scriptCharacters,
        int applicationNameCharacters,
        int galleryNameCharacters,
        int galleriesPerRegion,
        int maxReboots) {
    private static final long GIB = 1L << 30;

    /// What Azure's documentation says now.
    public static final VmApplicationLimits NOW =
            new VmApplicationLimits(25, 50 * GIB, 2 * GIB, GIB, 10, 300, 4096, 117, 80, 100, 3);

    /// What the 2021 preview had.
    public static final VmApplicationLimits PREVIEW_2021 =
            new VmApplicationLimits(5, 50 * GIB, GIB, GIB, 3, 300, 4096, 117, 80, 100, 3);

    /// What the documentation of 2023 had.
    public static final VmApplicationLimits YEAR_2023 =
            new VmApplicationLimits(25, 50 * GIB, 2 * GIB, GIB, 3, 300, 4096, 117, 80, 100, 3);
}
