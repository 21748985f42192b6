package io.muster.policy.schema;

import java.util.regex.Pattern;

/// Whether a regular expression is found in a text, within a number of steps: a definition's author chooses the pattern, an assignment's the text, and together they could
/// keep a thread busy for ever.
final class PatternSearch {
    private static final int MAX_STEPS = 200_000;

    /// The search recurses with the text: a longer one could exhaust the stack.
    private static final int MAX_TEXT = 1_000;

    private PatternSearch() {}

    /// False also for what cannot be told within the limits: a value is refused rather than let through unchecked.
    static boolean finds(String pattern, String text) {
        if (text.length() > MAX_TEXT) {
            return false;
        }
        try {
            return Pattern.compile(pattern).matcher(new Counted(text, new int[1])).find();
        } catch (TooManySteps endless) {
            return false;
        }
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
