package io.muster.kql.syntax;

import java.util.Locale;

/// String literals as written, to the text they mean, and back.
final class StringText {
    private StringText() {}

    /// The text of one STRING token: quotes, escapes, verbatim and multi-line forms taken off.
    static String unquote(String token) {
        String s = token;
        if (s.charAt(0) == 'h' || s.charAt(0) == 'H') {
            s = s.substring(1);
        }
        if (s.startsWith("```") || s.startsWith("~~~")) {
            return s.substring(3, s.length() - 3);
        }
        if (s.charAt(0) == '@') {
            String quote = s.substring(1, 2);
            return s.substring(2, s.length() - 1).replace(quote + quote, quote);
        }
        return unescape(s.substring(1, s.length() - 1));
    }

    /// Where in a STRING token the first backslash stands that begins no escape; -1 when there is none, as in verbatim and multi-line texts.
    static int badEscape(String token, boolean json) {
        int open = token.charAt(0) == 'h' || token.charAt(0) == 'H' ? 1 : 0;
        char quote = token.charAt(open);
        if (quote != '"' && quote != '\'') {
            return -1;
        }
        int at = token.indexOf('\\', open + 1);
        while (at >= 0) {
            int length = escapeLength(token, at + 1);
            if (length == 0 && !(json && token.charAt(at + 1) == '/')) {
                return at;
            }
            length = Math.max(1, length);
            // What is escaped may be a backslash itself.
            at = token.indexOf('\\', at + 1 + length);
        }
        return -1;
    }

    private static String unescape(String s) {
        if (s.indexOf('\\') < 0) {
            return s;
        }
        var out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c != '\\' || i + 1 == s.length()) {
                out.append(c);
                continue;
            }
            int length = escapeLength(s, ++i);
            char escape = s.charAt(i);
            switch (escape) {
                case 't' -> out.append('\t');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'a' -> out.append('\u0007');
                case 'v' -> out.append('\u000B');
                case 'u', 'U', 'x' -> {
                    if (length == 0) {
                        out.append('\\').append(escape);
                    } else {
                        out.appendCodePoint(number(s, i + 1, i + length, 16));
                    }
                }
                default -> {
                    if (isOctal(s, i)) {
                        out.append((char) number(s, i, i + length, 8));
                    } else {
                        out.append(escape);
                    }
                }
            }
            i += Math.max(0, length - 1);
        }
        return out.toString();
    }

    /// How many characters behind a backslash are its escape: one letter, `u`, `U` or `x` with four, eight or two hexadecimal digits, or up to three octal
    /// ones; 0 when it is none.
    private static int escapeLength(String s, int from) {
        return switch (s.charAt(from)) {
            case '\\', '"', '\'', 'a', 'b', 'f', 'n', 'r', 't', 'v' -> 1;
            case 'u' -> number(s, from + 1, from + 5, 16) < 0 ? 0 : 5;
            case 'U' -> Character.isValidCodePoint(number(s, from + 1, from + 9, 16)) ? 9 : 0;
            case 'x' -> number(s, from + 1, from + 3, 16) < 0 ? 0 : 3;
            default -> {
                int length = 0;
                // No more than a byte: a third digit only behind 0 to 3.
                while (length < (s.charAt(from) <= '3' ? 3 : 2) && isOctal(s, from + length)) {
                    length++;
                }
                yield length;
            }
        };
    }

    private static boolean isOctal(String s, int at) {
        return at < s.length() && s.charAt(at) >= '0' && s.charAt(at) <= '7';
    }

    /// The number that those digits are; -1 when they are none, or more than an int holds.
    private static int number(String s, int from, int to, int radix) {
        if (to > s.length()) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < to; i++) {
            char c = s.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, radix) : -1;
            if (digit < 0 || value > Integer.MAX_VALUE >> 4) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }

    /// A double-quoted literal of that text.
    static String quote(String text) {
        var out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
