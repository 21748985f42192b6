package io.muster.inventory.vm;

import io.muster.core.value.Dynamic;
import java.util.Optional;

/// The operating systems that a gallery application can be for.
public enum OperatingSystem {
    WINDOWS("Windows"),
    LINUX("Linux");

    private final String wireName;

    OperatingSystem(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }

    /// `Windows` or `Linux`, in whatever case.
    public static Optional<OperatingSystem> parse(String text) {
        for (var system : values()) {
            if (system.wireName.equalsIgnoreCase(text)) {
                return Optional.of(system);
            }
        }
        return Optional.empty();
    }

    /// The system of a storage, OS and image profile: the OS disk says it, else the OS profile's
    /// configuration (absent on machines of specialized images), else the instance view's name.
    static Optional<OperatingSystem> of(Dynamic machineProfile, Dynamic instanceView) {
        var disk =
                machineProfile
                        .getIgnoreCase("storageProfile")
                        .getIgnoreCase("osDisk")
                        .getIgnoreCase("osType")
                        .asText()
                        .flatMap(OperatingSystem::parse);
        if (disk.isPresent()) {
            return disk;
        }
        var os = machineProfile.getIgnoreCase("osProfile");
        if (!os.getIgnoreCase("windowsConfiguration").isNull()) {
            return Optional.of(WINDOWS);
        }
        if (!os.getIgnoreCase("linuxConfiguration").isNull()) {
            return Optional.of(LINUX);
        }
        return ofName(instanceView.getIgnoreCase("osName").textOr(""));
    }

    /// The system of a name that a guest reports; empty when it reports none.
    public static Optional<OperatingSystem> ofName(String name) {
        if (name.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(
                name.regionMatches(true, 0, "Windows", 0, "Windows".length())
                                || name.regionMatches(true, 0, "Microsoft", 0, "Microsoft".length())
                        ? WINDOWS
                        : LINUX);
    }
}
