package io.muster.kql.regex;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;

/// Kusto's regular expressions as RE2 reads them. What RE2 writes otherwise is written so (`\x{41}` for `\U{41}`, no spaces behind `(?x)`); what
/// it lacks and would take for something else (`\<`, `[a-z&&[^b]]`) is refused. What is written thus means the same when it is read again.
public final class RegexSyntax {
    /// Characters of a pattern, at most: reading one looks at no limit of the query's.
    public static final int MOST = 1 << 16;

    private final RegexText text;
    private final RegexEscapes escapes;
    private final FoldedRanges folded;
    private final RegexClasses classes;

    /// Whether spaces and comments count for nothing in the groups around.
    private final Deque<Boolean> outer = new ArrayDeque<>();

    /// Where in what is written a repetition ended last.
    private int repeated = -1;

    private RegexSyntax(String regex) {
        this.text = new RegexText(regex);
        this.escapes = new RegexEscapes(text);
        this.folded = new FoldedRanges(text);
        this.classes = new RegexClasses(text, escapes, folded);
    }

    /// The piece of a pattern that sets flags for what follows; empty for none.
    public static String flags(String letters) {
        return letters.isEmpty() ? "" : "(?" + letters + ")";
    }

    /// The pattern as RE2 writes it; faults that RE2 sees are left to it.
    ///
    /// @throws PatternSyntaxException if RE2 would take it for something else
    public static String toRe2(String regex) {
        if (regex.length() > MOST) {
            throw new PatternSyntaxException(
                    "longer than %,d characters".formatted(MOST), regex.substring(0, 40) + "...");
        }
        // Nothing else is written in two ways.
        if (regex.indexOf('\\') < 0 && regex.indexOf('[') < 0 && !regex.contains("(?")) {
            return regex;
        }
        return new RegexSyntax(regex).read();
    }

    private String read() {
        while (!text.isRead()) {
            char c = text.regex.charAt(text.at);
            switch (c) {
                case '\\' -> {
                    int from = text.out.length();
                    escapes.read(false);
                    folded.checkOne(from);
                }
                case '[' -> classes.read();
                case '(' -> group();
                case ')' -> {
                    text.verbose = !outer.isEmpty() && outer.pop();
                    text.copy(1);
                }
                default -> {
                    if (!text.skip()) {
                        plain(c);
                    }
                }
            }
        }
        return text.out.toString();
    }

    /// What means itself, or repeats. Two signs with a space between are two repetitions; written side by side they would be one.
    private void plain(char c) {
        boolean repeats = c == '*' || c == '+' || c == '?';
        if ((repeats || c == '{')
                && text.out.length() == repeated
                && Character.isWhitespace(text.regex.charAt(text.at - 1))) {
            throw text.refused("a repetition of a repetition is not offered");
        }
        text.copy(1);
        if (repeats || c == '}') {
            repeated = text.out.length();
        }
    }

    /// A group, or flags: RE2 knows neither `x`, nor `u`, which is the rule here, nor `R`.
    private void group() {
        if (text.verbose
                && text.at + 1 < text.regex.length()
                && Character.isWhitespace(text.regex.charAt(text.at + 1))) {
            int next = text.at + 1;
            while (next < text.regex.length() && Character.isWhitespace(text.regex.charAt(next))) {
                next++;
            }
            if (text.regex.startsWith("?", next)) {
                throw text.refused("no space may stand between ( and ?");
            }
        }
        int end = text.at + 2;
        while (end < text.regex.length()
                && (RegexText.isLetter(text.regex.charAt(end)) || text.regex.charAt(end) == '-')) {
            end++;
        }
        boolean flags =
                text.sees("(?")
                        && end < text.regex.length()
                        && (text.regex.charAt(end) == ':' || text.regex.charAt(end) == ')');
        if (!flags) {
            outer.push(text.verbose);
            // The name of a group, spaces and all, is RE2's to judge.
            boolean named = text.sees("(?P<") || text.sees("(?<");
            int closed = named ? text.regex.indexOf('>', text.at) : -1;
            text.copy(closed >= 0 ? closed - text.at + 1 : text.sees("(?") ? 2 : 1);
            return;
        }
        boolean inner = text.verbose;
        boolean clear = false;
        var kept = new StringBuilder();
        for (int i = text.at + 2; i < end; i++) {
            char flag = text.regex.charAt(i);
            switch (flag) {
                case 'x' -> inner = !clear;
                case 'u' -> {
                    // Either way the classes are those of ASCII.
                }
                case 'R' -> {
                    if (!clear) {
                        throw text.refused(
                                "the flag R (lines that end with \\r\\n) is not offered");
                    }
                }
                default -> {
                    if (flag == '-' && clear) {
                        throw text.refused("flags are cleared once, behind one -");
                    }
                    clear |= flag == '-';
                    kept.append(flag);
                }
            }
        }
        boolean emptied = kept.length() > 0 && kept.charAt(kept.length() - 1) == '-';
        if (emptied && text.regex.charAt(end - 1) != '-') {
            kept.setLength(kept.length() - 1);
        }
        boolean opens = text.regex.charAt(end) == ':';
        if (opens) {
            outer.push(text.verbose);
        }
        text.verbose = inner;
        if (opens || kept.length() > 0 || end == text.at + 2) {
            text.out.append("(?").append(kept).append(opens ? ':' : ')');
        }
        text.at = end + 1;
    }
}
