package io.muster.inventory.resource;

import java.util.Locale;

/// Region names. Azure writes a region as `East US` or `eastus`; both are the same place.
public final class Location {
    private Location() {}

    /// The short name: lower case, no blanks. `East US` becomes `eastus`.
    public static String normalise(String location) {
        boolean plain = true;
        for (int i = 0; i < location.length() && plain; i++) {
            char c = location.charAt(i);
            plain = c > ' ' && c < 128 && !(c >= 'A' && c <= 'Z');
        }
        return plain ? location : location.replace(" ", "").toLowerCase(Locale.ROOT);
    }

    public static boolean same(String one, String other) {
        return normalise(one).equals(normalise(other));
    }
}
