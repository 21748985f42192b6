package io.muster.simulator.arm;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/// Identifiers that a seed gives again. All of what they are of goes into them, by a digest: a principal or a name that two resources shared would share their rights too.
final class Guids {
    private Guids() {}

    /// @param kind what is named, so that no two things of one resource have the same
    /// @param of the key of what it belongs to
    /// @param turn another one with each, where what belongs to it comes again
    static String of(String kind, String of, long seed, long turn) {
        return UUID.nameUUIDFromBytes(
                        (kind + '\n' + of + '\n' + seed + '\n' + turn)
                                .getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
