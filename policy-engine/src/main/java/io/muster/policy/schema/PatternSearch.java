package io.muster.policy.schema;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether a regular expression is found in a text, within a number of steps: a definition's author chooses the pattern, an assignment's the text, and together they could
/// keep a thread busy for ever.
final class PatternSearch {
    private static final int MAX_STEPS = 200_000;

    /// The search recurses with the text: a longer one could exhaust the stack.
    private static final int MAX_TEXT = 1_000;

    /// How often something is to be found.
    private static final Pattern COUNT = Pattern.compile("\\{\\d+(,\\d*)?}");

    private PatternSearch() {}

    /// Null for what cannot be told within the limits.
    static @Nullable Boolean finds(String pattern, String text) {
        if (text.length() > MAX_TEXT) {
            return null;
        }
        try {
            return compiled(pattern).matcher(new Counted(text, new int[1])).find();
        } catch (TooManySteps endless) {
            return null;
        }
    }

    /// A pattern as JSON Schema means it (ECMA-262): a brace that counts nothing is itself, and so is a bracket in a class; Java would take them for its own syntax.
    ///
    /// @throws java.util.regex.PatternSyntaxException when it is none
    static Pattern compiled(String pattern) {
        var out = new StringBuilder(pattern.length() + 8);
        boolean inClass = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\' && i + 1 < pattern.length()) {
                // What is escaped stays so, and a property's name has braces of its own.
                out.append(c).append(pattern.charAt(++i));
                if (Character.toLowerCase(pattern.charAt(i)) == 'p'
                        && i + 1 < pattern.length()
                        && pattern.charAt(i + 1) == '{') {
                    out.append(pattern.charAt(++i));
                }
            } else if (inClass) {
                out.append(c == '[' || c == '&' ? "\\" : "").append(c);
                inClass = c != ']';
            } else {
                boolean literal =
                        c == '{' && !COUNT.matcher(pattern).region(i, pattern.length()).lookingAt();
                out.append(literal ? "\\" : "").append(c);
                inClass = c == '[';
            }
        }
        return Pattern.compile(out.toString());
    }

    /// Ends a search from within; never leaves this class.
    private static final class TooManySteps extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManySteps() {
            super("too many steps", null, false, false);
        }
    }

    /// A text that counts how often it is read.
    private record Counted(String text, int[] steps) implements CharSequence {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps[0] > MAX_STEPS) {
                throw new TooManySteps();
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.substring(start, end), steps);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
