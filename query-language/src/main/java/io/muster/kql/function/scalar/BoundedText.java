package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.value.TextLimit;
import io.muster.kql.vector.TextFinder;
import java.util.List;

/// Texts put together of others, none longer than a query may make one: glued to themselves again and again they would outgrow the heap.
final class BoundedText {
    private BoundedText() {}

    static String join(String delimiter, List<String> parts) {
        long length = (long) delimiter.length() * Math.max(0, parts.size() - 1);
        for (String part : parts) {
            length += part.length();
        }
        TextLimit.check(length);
        return String.join(delimiter, parts);
    }

    static String replace(String text, String lookup, String rewrite) {
        if (lookup.isEmpty()) {
            return text;
        }
        var finder = new TextFinder(text, lookup);
        int at = finder.from(0);
        if (at < 0) {
            return text;
        }
        var out = new Builder();
        int last = 0;
        for (; at >= 0; at = finder.from(last)) {
            out.append(text, last, at).append(rewrite);
            last = at + lookup.length();
        }
        return out.append(text, last, text.length()).toString();
    }

    static String repeat(String text, String delimiter, long times) {
        TextLimit.check((text.length() + (long) delimiter.length()) * times);
        return (text + delimiter).repeat((int) times - 1) + text;
    }

    /// A text that is put together piece by piece.
    static final class Builder {
        private final StringBuilder text = new StringBuilder();

        Builder append(CharSequence source, int from, int to) {
            TextLimit.check((long) text.length() + to - from);
            text.append(source, from, to);
            return this;
        }

        Builder append(String piece) {
            return append(piece, 0, piece.length());
        }

        Builder append(char unit) {
            TextLimit.check(text.length() + 1L);
            text.append(unit);
            return this;
        }

        Builder appendCodePoint(int codePoint) {
            TextLimit.check(text.length() + 2L);
            text.appendCodePoint(codePoint);
            return this;
        }

        void clear() {
            text.setLength(0);
        }

        @Override
        public String toString() {
            return text.toString();
        }

        Dynamic value() {
            return Dynamic.of(text.toString());
        }
    }
}
