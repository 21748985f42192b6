package io.muster.kql.regex;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Kusto's regular expressions as RE2 reads them. What RE2 writes otherwise is written so (`\x{41}` for `\U{41}`, no spaces behind `(?x)`); what
/// it lacks and would take for something else (`\<`, `[a-z&&[^b]]`) is refused. What is written thus means the same when it is read again.
public final class RegexSyntax {
    /// Characters of a pattern, at most: reading one looks at no limit of the query's.
    public static final int MOST = 1 << 16;

    private static final String CODE_POINT = "\\x{";

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

    /// Letters whose cases RE2/J goes through without an end.
    private static final int ENDLESS = 0x1C80;

    private static final int LAST_ENDLESS = 0x1C88;

    /// Characters in ranges whose case is ignored, at most: RE2/J goes through them one by one.
    private static final int MOST_RANGED = 1 << 22;

    private final String regex;
    private final StringBuilder out = new StringBuilder();
    private int at;

    /// Where in what is written the member of a class begins that is being read.
    private int low;

    /// Whether spaces and comments count for nothing (`x`), and the same of the groups around.
    private boolean verbose;

    private final Deque<Boolean> outer = new ArrayDeque<>();

    /// Whether what looks like a class within a class may still be one.
    private boolean mayNest = true;

    private int ranged;

    /// Whether case may be ignored somewhere.
    private final boolean folds;

    private RegexSyntax(String regex) {
        this.regex = regex;
        this.folds = setsFlag(regex, 'i');
        if (folds && regex.chars().anyMatch(RegexSyntax::isEndless)) {
            throw endless();
        }
    }

    private static boolean isEndless(int c) {
        return c >= ENDLESS && c <= LAST_ENDLESS;
    }

    private PatternSyntaxException endless() {
        return refused("the characters U+1C80 to U+1C88 are not offered where case is ignored");
    }

    private static boolean setsFlag(String regex, char flag) {
        for (int i = regex.indexOf("(?"); i >= 0; i = regex.indexOf("(?", i + 2)) {
            for (int f = i + 2; f < regex.length() && isLetter(regex.charAt(f)); f++) {
                if (regex.charAt(f) == flag) {
                    return true;
                }
            }
        }
        return false;
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
        while (at < regex.length()) {
            char c = regex.charAt(at);
            switch (c) {
                case '\\' -> {
                    int from = out.length();
                    escape(false);
                    if (folds && isEndless(codeAt(from))) {
                        throw endless();
                    }
                }
                case '[' -> characters();
                case '(' -> group();
                case ')' -> {
                    verbose = !outer.isEmpty() && outer.pop();
                    copy(1);
                }
                default -> {
                    if (!skip()) {
                        copy(1);
                    }
                }
            }
        }
        return out.toString();
    }

    private void copy(int length) {
        int end = Math.min(regex.length(), at + length);
        out.append(regex, at, end);
        at = end;
    }

    private boolean sees(String text) {
        return regex.startsWith(text, at);
    }

    private PatternSyntaxException refused(String what) {
        return new PatternSyntaxException(what, regex);
    }

    /// Goes past a space or a comment where these count for nothing; whether there was one.
    private boolean skip() {
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

    /// A group, or flags: RE2 knows neither `x`, nor `u`, which is the rule here, nor `R`.
    private void group() {
        if (verbose && at + 1 < regex.length() && Character.isWhitespace(regex.charAt(at + 1))) {
            int next = at + 1;
            while (next < regex.length() && Character.isWhitespace(regex.charAt(next))) {
                next++;
            }
            if (regex.startsWith("?", next)) {
                throw refused("no space may stand between ( and ?");
            }
        }
        int end = at + 2;
        while (end < regex.length() && (isLetter(regex.charAt(end)) || regex.charAt(end) == '-')) {
            end++;
        }
        boolean flags =
                sees("(?")
                        && end < regex.length()
                        && (regex.charAt(end) == ':' || regex.charAt(end) == ')');
        if (!flags) {
            outer.push(verbose);
            // The name of a group, spaces and all, is RE2's to judge.
            boolean named = sees("(?P<") || sees("(?<");
            int closed = named ? regex.indexOf('>', at) : -1;
            copy(closed >= 0 ? closed - at + 1 : sees("(?") ? 2 : 1);
            return;
        }
        boolean inner = verbose;
        boolean clear = false;
        var kept = new StringBuilder();
        for (int i = at + 2; i < end; i++) {
            char flag = regex.charAt(i);
            switch (flag) {
                case 'x' -> inner = !clear;
                case 'u' -> {
                    // Either way the classes are those of ASCII.
                }
                case 'R' -> {
                    if (!clear) {
                        throw refused("the flag R (lines that end with \\r\\n) is not offered");
                    }
                }
                default -> {
                    if (flag == '-' && clear) {
                        throw refused("flags are cleared once, behind one -");
                    }
                    clear |= flag == '-';
                    kept.append(flag);
                }
            }
        }
        boolean emptied = kept.length() > 0 && kept.charAt(kept.length() - 1) == '-';
        if (emptied && regex.charAt(end - 1) != '-') {
            kept.setLength(kept.length() - 1);
        }
        boolean opens = regex.charAt(end) == ':';
        if (opens) {
            outer.push(verbose);
        }
        verbose = inner;
        if (opens || kept.length() > 0 || end == at + 2) {
            out.append("(?").append(kept).append(opens ? ':' : ')');
        }
        at = end + 1;
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    /// What begins with a backslash, in a class of characters or outside.
    private void escape(boolean within) {
        char c = at + 1 < regex.length() ? regex.charAt(at + 1) : '\\';
        switch (c) {
            case '<', '>' -> {
                if (!within) {
                    throw refused(
                            "\\%c (where a word begins or ends) is not offered; \\b is, and %c is the character"
                                    .formatted(c, c));
                }
                copy(2);
            }
            case 'b' -> {
                if (regex.startsWith("{", at + 2)
                        && at + 3 < regex.length()
                        && isLetter(regex.charAt(at + 3))) {
                    throw refused("\\b{...} is not offered; \\b is");
                }
                copy(2);
            }
            case 'x' -> {
                int close = regex.startsWith("{", at + 2) ? regex.indexOf('}', at) : -1;
                copy(close < 0 ? 2 : close - at + 1);
            }
            case 'u', 'U' -> codePoint(c == 'u' ? 4 : 8);
            case 'p', 'P' -> property();
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal();
            case 'Q' -> {
                int end = regex.indexOf("\\E", at);
                copy(end < 0 ? regex.length() : end + 2 - at);
            }
            default ->
                    copy(
                            1
                                    + Character.charCount(
                                            regex.codePointAt(
                                                    Math.min(at + 1, regex.length() - 1))));
        }
    }

    /// The code of a character: `\U00000041`, `\U{41}`, or with a small `u` and four digits.
    private void codePoint(int digits) {
        int from = at + 2;
        int to = Math.min(regex.length(), from + digits);
        int end = to;
        if (regex.startsWith("{", from)) {
            from++;
            to = Math.max(from, regex.indexOf('}', from));
            end = to + 1;
        } else if (to - from < digits) {
            to = from;
        }
        String hex = regex.substring(from, to);
        if (hex.isEmpty() || hex.chars().anyMatch(d -> Character.digit(d, 16) < 0 || d > 'f')) {
            throw refused(
                    "not a character code: "
                            + regex.substring(at, Math.min(regex.length(), Math.max(end, from))));
        }
        out.append(CODE_POINT).append(hex).append('}');
        at = end;
    }

    /// Up to three digits. One alone but nought means a group elsewhere, so RE2 refuses it, and so does this.
    private void octal() {
        int end = at + 2;
        while (end < regex.length()
                && end < at + 4
                && regex.charAt(end) >= '0'
                && regex.charAt(end) <= '7') {
            end++;
        }
        String digits = regex.substring(at + 1, end);
        if (digits.length() == 1 && !digits.equals("0")) {
            throw refused("\\" + digits + " (a group once more) is not offered");
        }
        out.append(CODE_POINT).append(Integer.toHexString(Integer.parseInt(digits, 8))).append('}');
        at = end;
    }

    /// `\pL`, `\p{Greek}` as they are; `\p{Letter}` by its short name.
    private void property() {
        int close = regex.startsWith("{", at + 2) ? regex.indexOf('}', at) : -1;
        if (close < 0) {
            copy(3);
            return;
        }
        String name = shortName(regex.substring(at + 3, close));
        if (name == null) {
            copy(close - at + 1);
            return;
        }
        out.append(regex, at, at + 3).append(name).append('}');
        at = close + 1;
    }

    private static @Nullable String shortName(String name) {
        return CATEGORIES.get(name.replace("_", "").toLowerCase(Locale.ROOT));
    }

    /// A class of characters. RE2 takes classes within it, and what Kusto computes of them, for the characters they are written with.
    private void characters() {
        copy(sees("[^") ? 2 : 1);
        low = out.length();
        if (sees("]")) {
            one();
            range();
        }
        while (sees("-")) {
            low = out.length();
            one();
            range();
        }
        while (at < regex.length() && !sees("]")) {
            low = out.length();
            if (skip()) {
                continue;
            }
            if (sees("&&") || sees("--") || sees("~~")) {
                throw refused(
                        "%s of character classes is not offered"
                                .formatted(regex.substring(at, at + 2)));
            }
            if (sees("[")) {
                nested();
            } else {
                one();
                range();
            }
        }
        copy(1);
    }

    /// `[:alpha:]`, the one class there may be in another.
    private void nested() {
        int close = at + 1;
        if (sees("[:")) {
            close += sees("[:^") ? 2 : 1;
            while (close < regex.length() && isLetter(regex.charAt(close))) {
                close++;
            }
        }
        if (regex.startsWith(":]", close)) {
            copy(close + 2 - at);
            return;
        }
        if (mayNest && closesTwice()) {
            throw refused("a class within a class is not offered; \\[ is the character");
        }
        one();
        range();
    }

    /// Whether the class that would begin here is closed, and the one around it, too: else the bracket can be but the character, as RE2 takes it. To Kusto a
    /// class that is never closed is a fault of the whole, so that is found out once.
    private boolean closesTwice() {
        int open = 2;
        int opened = at;
        for (int i = at + 1; i < regex.length(); i++) {
            char c = regex.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '[') {
                open++;
                opened = i;
            } else if (c == '^' && opened == i - 1) {
                // It belongs to the bracket.
                opened = i;
            } else if (c == ']' && opened != i - 1 && --open == 0) {
                return true;
            }
        }
        mayNest = false;
        return false;
    }

    /// The other end of a range, whatever it is: there `&`, `[` and `~` mean themselves.
    private void range() {
        if (sees("-") && !sees("--") && !sees("-]") && at + 1 < regex.length()) {
            copy(1);
            while (at < regex.length() && skip()) {
                // On to what counts.
            }
            if (at < regex.length() && !sees("]")) {
                int high = out.length();
                one();
                aroundEndless(high);
            }
        } else if (folds && isEndless(codeAt(low))) {
            throw endless();
        }
    }

    private void one() {
        if (sees("\\")) {
            escape(true);
        } else {
            copy(Character.charCount(regex.codePointAt(at)));
        }
    }

    /// Takes out of the range just written, from `low` to the end, what RE2/J cannot ignore the case of.
    private void aroundEndless(int high) {
        int from = codeAt(low);
        int to = codeAt(high);
        if (!folds || from < 0) {
            return;
        }
        ranged += Math.max(0, to - from);
        if (ranged > MOST_RANGED) {
            throw refused("too many characters in ranges for a pattern that ignores case");
        }
        if (from > LAST_ENDLESS || to < ENDLESS) {
            return;
        }
        if (isEndless(from) || isEndless(to)) {
            throw endless();
        }
        out.insert(
                high,
                "%s%x}%s%x}-".formatted(CODE_POINT, ENDLESS - 1, CODE_POINT, LAST_ENDLESS + 1));
    }

    /// The character written there; 0 for an escape that is no code, which is one of ASCII; -1 for one that is a class, which begins no range.
    private int codeAt(int from) {
        if (from >= out.length()) {
            return 0;
        }
        if (out.charAt(from) != '\\') {
            return out.codePointAt(from);
        }
        if (from + 1 < out.length() && "dDsSwWpP".indexOf(out.charAt(from + 1)) >= 0) {
            return -1;
        }
        int close = out.indexOf("}", from);
        int open = out.indexOf("{", from);
        if (close < 0 || open != from + CODE_POINT.length() - 1 || out.charAt(from + 1) != 'x') {
            return 0;
        }
        try {
            return Integer.parseInt(out.substring(from + CODE_POINT.length(), close), 16);
        } catch (NumberFormatException noCode) {
            // RE2 tells it.
            return 0;
        }
    }
}
