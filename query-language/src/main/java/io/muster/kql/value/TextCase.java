package io.muster.kql.value;

import java.util.Locale;

/// What texts are alike when case is ignored, the same for every operator that ignores it: character by character as .NET's ordinal
/// comparison has it, by simple upper case, and no character beyond ASCII is like one of ASCII (the Kelvin sign is no `k`, the long s no
/// `s`, the dotted capital I no `i`).
public final class TextCase {
    private TextCase() {}

    /// One text for all that differ by case only.
    public static String fold(String text) {
        return isAscii(text) ? text.toLowerCase(Locale.ROOT) : folded(text);
    }

    private static String folded(String text) {
        var out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (c < 0x80) {
                        out.append((char) (c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
                    } else {
                        int upper = Character.toUpperCase(c);
                        out.appendCodePoint(upper < 0x80 ? c : upper);
                    }
                });
        return out.toString();
    }

    public static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
