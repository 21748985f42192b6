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
    static int badEscape(String token) {
        int open = token.charAt(0) == 'h' || token.charAt(0) == 'H' ? 1 : 0;
        char quote = token.charAt(open);
        if (quote != '"' && quote != '\'') {
            return -1;
        }
        int at = token.indexOf('\\', open + 1);
        while (at >= 0) {
            char escape = token.charAt(at + 1);
            boolean known =
                    escape == 'u'
                            ? hex(token, at + 2, 4) >= 0
                            : escape == 'x'
                                    ? hex(token, at + 2, 2) >= 0
                                    : "\\\"'tnrbfav0".indexOf(escape) >= 0;
            if (!known) {
                return at;
            }
            // What is escaped may be a backslash itself.
            at = token.indexOf('\\', at + 2);
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
            char escape = s.charAt(++i);
            switch (escape) {
                case 't' -> out.append('\t');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'a' -> out.append('\u0007');
                case 'v' -> out.append('\u000B');
                case '0' -> out.append('\0');
                case 'u', 'x' -> {
                    int width = escape == 'u' ? 4 : 2;
                    int code = hex(s, i + 1, width);
                    if (code < 0) {
                        out.append('\\').append(escape);
                    } else {
                        out.append((char) code);
                        i += width;
                    }
                }
                default -> out.append(escape);
            }
        }
        return out.toString();
    }

    private static int hex(String s, int from, int width) {
        if (from + width > s.length()) {
            return -1;
        }
        int value = 0;
        for (int i = from; i < from + width; i++) {
            int digit = Character.digit(s.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
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
