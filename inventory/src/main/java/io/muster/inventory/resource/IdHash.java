package io.muster.inventory.resource;

import io.muster.core.json.Utf8;
import java.nio.charset.StandardCharsets;

/// A hash of 64 bits of a resource id, the same for ids that differ in case alone, never 0. Two of a billion ids share one with a chance of
/// about 1 in 40.
public final class IdHash {
    private IdHash() {}

    public static long of(String id) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        long hash = Utf8.hashIgnoringCase(utf8, 0, utf8.length);
        return hash != 0 ? hash : folded(id);
    }

    /// Of an id as its UTF-8 `bytes[from .. to)`.
    public static long of(byte[] bytes, int from, int to) {
        long hash = Utf8.hashIgnoringCase(bytes, from, to);
        return hash != 0
                ? hash
                : folded(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }

    /// Of an id that is not all ASCII.
    private static long folded(String id) {
        var folded = new StringBuilder();
        for (int i = 0; i < id.length(); i++) {
            folded.append(Character.toLowerCase(Character.toUpperCase(id.charAt(i))));
        }
        byte[] utf8 = folded.toString().getBytes(StandardCharsets.UTF_8);
        // Some letters beyond ASCII fold to one in it.
        long hash = Utf8.hashIgnoringCase(utf8, 0, utf8.length);
        if (hash != 0) {
            return hash;
        }
        hash = 0xCBF29CE484222325L;
        for (byte b : utf8) {
            hash = (hash ^ b & 0xFF) * 0x100000001B3L;
        }
        hash ^= hash >>> 33;
        hash *= 0xFF51AFD7ED558CCDL;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }
}
