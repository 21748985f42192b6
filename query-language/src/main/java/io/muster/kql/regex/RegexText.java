package io.muster.kql.regex;

import com.google.re2j.PatternSyntaxException;

/// A regular expression while it is read, and what was written of it so far.
final class RegexText {
    static final String CODE_POINT = "\\x{";

    final String regex;
    final StringBuilder out = new StringBuilder();
    int at;

    /// Whether spaces and comments count for nothing (`x`).
    boolean verbose;

    RegexText(String regex) {
        this.regex = regex;
    }

    boolean isRead() {
        return at >= regex.length();
    }

    void copy(int length) {
        int end = Math.min(regex.length(), at + length);
        out.append(regex, at, end);
        at = end;
    }

    boolean sees(String text) {
        return regex.startsWith(text, at);
    }

    PatternSyntaxException refused(String what) {
        return new PatternSyntaxException(what, regex);
    }

    /// Goes past a space or a comment where these count for nothing; whether there was one.
    boolean skip() {
        if (!verbose) {
            return false;
        }
        char c = regex.charAt(at);
        if (c == '#') {
            int end = regex.indexOf('\n', at);
            at = end < 0 ? regex.length() : end + 1;
            return true;
        }
        if (Character.isWhitespace(c)) {
            at++;
            return true;
        }
        return false;
    }

    static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
