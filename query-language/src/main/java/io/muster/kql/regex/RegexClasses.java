package io.muster.kql.regex;

/// Classes of characters. RE2 takes classes within one, and what Kusto computes of them, for the characters they are written with.
final class RegexClasses {
    private final RegexText text;
    private final RegexEscapes escapes;
    private final FoldedRanges folded;

    /// Where in what is written the member of a class begins that is being read.
    private int low;

    /// Whether what looks like a class within a class may still be one.
    private boolean mayNest = true;

    RegexClasses(RegexText text, RegexEscapes escapes, FoldedRanges folded) {
        this.text = text;
        this.escapes = escapes;
        this.folded = folded;
    }

    void read() {
        text.copy(text.sees("[^") ? 2 : 1);
        low = text.out.length();
        if (text.sees("]")) {
            one();
            range();
        }
        while (text.sees("-")) {
            low = text.out.length();
            one();
            range();
        }
        while (!text.isRead() && !text.sees("]")) {
            low = text.out.length();
            if (text.skip()) {
                continue;
            }
            if (text.sees("&&") || text.sees("--") || text.sees("~~")) {
                throw text.refused(
                        "%s of character classes is not offered"
                                .formatted(text.regex.substring(text.at, text.at + 2)));
            }
            if (text.sees("[")) {
                nested();
            } else {
                one();
                range();
            }
        }
        text.copy(1);
    }

    /// `[:alpha:]`, the one class there may be in another.
    private void nested() {
        int close = text.at + 1;
        if (text.sees("[:")) {
            close += text.sees("[:^") ? 2 : 1;
            while (close < text.regex.length() && RegexText.isLetter(text.regex.charAt(close))) {
                close++;
            }
        }
        if (text.regex.startsWith(":]", close)) {
            text.copy(close + 2 - text.at);
            return;
        }
        if (mayNest && closesTwice()) {
            throw text.refused("a class within a class is not offered; \\[ is the character");
        }
        one();
        range();
    }

    /// Whether the class that would begin here is closed, and the one around it, too: else the bracket can be but the character, as RE2 takes it. To Kusto a
    /// class that is never closed is a fault of the whole, so that is found out once.
    private boolean closesTwice() {
        int open = 2;
        int opened = text.at;
        for (int i = text.at + 1; i < text.regex.length(); i++) {
            char c = text.regex.charAt(i);
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
        if (text.sees("-")
                && !text.sees("--")
                && !text.sees("-]")
                && text.at + 1 < text.regex.length()) {
            text.copy(1);
            while (!text.isRead() && text.skip()) {
                // On to what counts.
            }
            if (!text.isRead() && !text.sees("]")) {
                int high = text.out.length();
                one();
                folded.check(low, high);
            }
        } else {
            folded.checkOne(low);
        }
    }

    private void one() {
        if (text.sees("\\")) {
            escapes.read(true);
        } else {
            text.copy(Character.charCount(text.regex.codePointAt(text.at)));
        }
    }
}
