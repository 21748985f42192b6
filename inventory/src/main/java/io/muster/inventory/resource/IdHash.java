package io.muster.inventory.resource;

import io.muster.core.json.Utf8;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/// A hash of 64 bits of a resource id, the same for ids that differ in case alone, never 0. Two of a billion ids share one with a chance of
/// about 1 in 40. It holds within one process only: whoever may name resources could hide one behind another if the hash was known.
public final class IdHash {
    private static final long SECRET = new SecureRandom().nextLong();

    private IdHash() {}

    public static long of(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (id.charAt(i) >= 0x80) {
                return folded(id);
            }
        }
        byte[] ascii = id.getBytes(StandardCharsets.ISO_8859_1);
        return ofAscii(ascii, 0, ascii.length);
    }

    /// Of an id as its ASCII `bytes[from .. to)`; 0 when a byte is no ASCII.
    public static long ofAscii(byte[] bytes, int from, int to) {
        return Utf8.hashIgnoringCase(bytes, from, to, SECRET);
    }

    /// Of an id that is not all ASCII, by UTF-16 unit: halves of surrogate pairs are told apart too.
    private static long folded(String id) {
        byte[] units = new byte[id.length() * 2];
        byte[] ascii = new byte[id.length()];
        int all = 0;
        for (int i = 0; i < id.length(); i++) {
            char folded = Character.toLowerCase(Character.toUpperCase(id.charAt(i)));
            all |= folded;
            ascii[i] = (byte) folded;
            units[2 * i] = (byte) folded;
            units[2 * i + 1] = (byte) (folded >>> 8);
        }
        // Some letters beyond ASCII fold to one in it.
        return all < 0x80
                ? ofAscii(ascii, 0, ascii.length)
                : Utf8.hash(units, 0, units.length, SECRET);
    }
}
