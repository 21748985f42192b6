package io.muster.kql.regex;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/// How large a pattern would become, seen before it is compiled: `((a{1000}){1000}){1000}` has 23 characters and needs a billion
/// states. Never less than what RE2/J makes of it.
final class RegexSize {
    /// States, at most: twice what a pattern without repetitions can be written with.
    static final long MOST = 2L * RegexSyntax.MOST;

    /// What the table of a Unicode category takes, in states; it is made once, however often it is repeated.
    private static final int TABLE = 256;

    private static final int MOST_DIGITS = 4;

    private final String re2;
    private int at;

    /// States of all that is finished in this group, and of the piece that a repetition would repeat.
    private long before;

    private long piece;
    private long tables;
    private final Deque<Long> outer = new ArrayDeque<>();
    private boolean mayHaveNamedClasses = true;

    private RegexSize(String re2) {
        this.re2 = re2;
    }

    /// @throws PatternSyntaxException if it would become too large
    static void check(String re2) {
        new RegexSize(re2).total();
    }

    /// @throws PatternSyntaxException if it would become too large
    static long of(String re2) {
        return new RegexSize(re2).total();
    }

    private long total() {
        while (at < re2.length()) {
            char c = re2.charAt(at++);
            switch (c) {
                case '\\' -> escape();
                case '[' -> {
                    next(1);
                    characters();
                }
                case '(' -> open();
                case ')' -> close();
                case '|' -> next(1);
                case '*', '+', '?' -> piece += 2;
                case '{' -> repetition();
                default -> next(1);
            }
            // A state for each alternative, too.
            before += c == '|' ? 1 : 0;
            if (before + piece + tables > MOST) {
                throw tooLarge();
            }
        }
        while (!outer.isEmpty()) {
            close();
        }
        long total = before + piece + tables + 3;
        if (total > MOST + 3) {
            throw tooLarge();
        }
        return total;
    }

    private PatternSyntaxException tooLarge() {
        return new PatternSyntaxException(
                "it would need more than %,d states".formatted(MOST),
                re2.length() > 80 ? re2.substring(0, 80) + "..." : re2);
    }

    private void next(long states) {
        before += piece;
        piece = states;
    }

    /// Flags by themselves are nothing: a repetition behind them repeats what is before them.
    private void open() {
        int end = at;
        if (re2.startsWith("?", at)) {
            end++;
            while (end < re2.length() && isFlag(re2.charAt(end))) {
                end++;
            }
        }
        if (end > at && re2.startsWith(")", end)) {
            at = end + 1;
            return;
        }
        outer.push(before + piece);
        before = 0;
        piece = 0;
    }

    private static boolean isFlag(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-';
    }

    /// A group is one piece; it takes a state at either end, and one where nothing is in it.
    private void close() {
        piece += before + 3;
        before = outer.isEmpty() ? 0 : outer.pop();
    }

    private void escape() {
        char c = at < re2.length() ? re2.charAt(at++) : '\\';
        if (c == 'Q') {
            int end = re2.indexOf("\\E", at);
            end = end < 0 ? re2.length() : end;
            if (end > at) {
                // The last character alone would be repeated.
                next(end - at - 1L);
                next(1);
            }
            at = Math.min(re2.length(), end + 2);
            return;
        }
        next(1);
        named(c);
    }

    /// What stands in braces behind `\p` and `\x` repeats nothing.
    private void named(char c) {
        if (c == 'p' || c == 'P') {
            tables += TABLE;
        }
        if ((c == 'p' || c == 'P' || c == 'x') && re2.startsWith("{", at)) {
            int close = re2.indexOf('}', at);
            at = close < 0 ? re2.length() : close + 1;
        }
    }

    private void characters() {
        if (re2.startsWith("^", at)) {
            at++;
        }
        boolean first = true;
        while (at < re2.length() && (first || re2.charAt(at) != ']')) {
            first = false;
            if (mayHaveNamedClasses && re2.startsWith("[:", at)) {
                int end = re2.indexOf(":]", at + 2);
                mayHaveNamedClasses = end >= 0;
                at = end < 0 ? at + 1 : end + 2;
                continue;
            }
            char c = re2.charAt(at++);
            if (c == '\\' && at < re2.length()) {
                named(re2.charAt(at++));
            }
        }
        at = Math.min(re2.length(), at + 1);
    }

    /// `{3}`, `{3,}`, `{3,7}`; anything else is the character. Each time is written out, with a state more for each that may be missing.
    private void repetition() {
        int longest = Math.min(re2.length(), at + 2 * MOST_DIGITS + 2);
        int length = re2.substring(at, longest).indexOf('}');
        if (length < 0) {
            next(1);
            return;
        }
        String inside = re2.substring(at, at + length);
        int comma = inside.indexOf(',');
        int least = number(comma < 0 ? inside : inside.substring(0, comma));
        int most =
                comma < 0 || comma == inside.length() - 1
                        ? least
                        : number(inside.substring(comma + 1));
        if (least < 0 || most < 0) {
            next(1);
            return;
        }
        piece = piece * Math.max(1, Math.max(least, most)) + Math.max(0, most - least) + 2;
        at += length + 1;
    }

    private static int number(String digits) {
        boolean plain =
                !digits.isEmpty()
                        && digits.length() <= MOST_DIGITS
                        && digits.chars().allMatch(d -> d >= '0' && d <= '9');
        return plain ? Integer.parseInt(digits) : -1;
    }
}
