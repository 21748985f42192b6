package io.muster.kql.regex;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What begins with a backslash.
final class RegexEscapes {
    /// Long names of general categories, without `_` and in lower case, as RE2 calls them.
    private static final Map<String, String> CATEGORIES =
            Map.ofEntries(
                    Map.entry("letter", "L"),
                    Map.entry("uppercaseletter", "Lu"),
                    Map.entry("lowercaseletter", "Ll"),
                    Map.entry("titlecaseletter", "Lt"),
                    Map.entry("mark", "M"),
                    Map.entry("number", "N"),
                    Map.entry("decimalnumber", "Nd"),
                    Map.entry("punctuation", "P"),
                    Map.entry("symbol", "S"),
                    Map.entry("separator", "Z"));

    private final RegexText text;

    RegexEscapes(RegexText text) {
        this.text = text;
    }

    /// @param within whether it stands in a class of characters
    void read(boolean within) {
        char c = text.at + 1 < text.regex.length() ? text.regex.charAt(text.at + 1) : '\\';
        switch (c) {
            case '<', '>' -> {
                if (!within) {
                    throw text.refused(
                            "\\%c (where a word begins or ends) is not offered; \\b is, and %c is the character"
                                    .formatted(c, c));
                }
                text.copy(2);
            }
            case 'b' -> {
                if (text.regex.startsWith("{", text.at + 2)
                        && text.at + 3 < text.regex.length()
                        && RegexText.isLetter(text.regex.charAt(text.at + 3))) {
                    throw text.refused("\\b{...} is not offered; \\b is");
                }
                text.copy(2);
            }
            case 'x' -> {
                int close =
                        text.regex.startsWith("{", text.at + 2)
                                ? text.regex.indexOf('}', text.at)
                                : -1;
                text.copy(close < 0 ? 2 : close - text.at + 1);
            }
            case 'u', 'U' -> codePoint(c == 'u' ? 4 : 8);
            case 'p', 'P' -> property();
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            case 'Q' -> {
                int end = text.regex.indexOf("\\E", text.at);
                text.copy(end < 0 ? text.regex.length() : end + 2 - text.at);
            }
            default ->
                    text.copy(
                            1
                                    + Character.charCount(
                                            text.regex.codePointAt(
                                                    Math.min(
                                                            text.at + 1,
                                                            text.regex.length() - 1))));
        }
    }

    /// The code of a character: `\U00000041`, `\U{41}`, or with a small `u` and four digits.
    private void codePoint(int digits) {
        int from = text.at + 2;
        int to = Math.min(text.regex.length(), from + digits);
        int end = to;
        if (text.regex.startsWith("{", from)) {
            from++;
            to = Math.max(from, text.regex.indexOf('}', from));
            end = to + 1;
        } else if (to - from < digits) {
            to = from;
        }
        String hex = text.regex.substring(from, to);
        if (hex.isEmpty() || hex.chars().anyMatch(d -> Character.digit(d, 16) < 0 || d > 'f')) {
            throw text.refused(
                    "not a character code: "
                            + text.regex.substring(
                                    text.at, Math.min(text.regex.length(), Math.max(end, from))));
        }
        text.out.append(RegexText.CODE_POINT).append(hex).append('}');
        text.at = end;
    }

    /// Up to three digits. One alone but nought means a group elsewhere, so RE2 refuses it, and so does this.
    private void octal() {
        int end = text.at + 2;
        while (end < text.regex.length()
                && end < text.at + 4
                && text.regex.charAt(end) >= '0'
                && text.regex.charAt(end) <= '7') {
            end++;
        }
        String digits = text.regex.substring(text.at + 1, end);
        if (digits.length() == 1 && !digits.equals("0")) {
            throw text.refused("\\" + digits + " (a group once more) is not offered");
        }
        text.out
                .append(RegexText.CODE_POINT)
                .append(Integer.toHexString(Integer.parseInt(digits, 8)))
                .append('}');
        text.at = end;
    }

    /// `\pL`, `\p{Greek}` as they are; `\p{Letter}` by its short name.
    private void property() {
        int close = text.regex.startsWith("{", text.at + 2) ? text.regex.indexOf('}', text.at) : -1;
        if (close < 0) {
            text.copy(3);
            return;
        }
        String name = shortName(text.regex.substring(text.at + 3, close));
        if (name == null) {
            text.copy(close - text.at + 1);
            return;
        }
        text.out.append(text.regex, text.at, text.at + 3).append(name).append('}');
        text.at = close + 1;
    }

    private static @Nullable String shortName(String name) {
        return CATEGORIES.get(name.replace("_", "").toLowerCase(Locale.ROOT));
    }
}
