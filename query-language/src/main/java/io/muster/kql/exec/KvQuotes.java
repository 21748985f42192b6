package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import java.util.List;

/// Quotes and escapes of `parse-kv`. A kind of quotes is known by its place in the list.
///
/// @param quotes of one or two characters: the one that opens, and the one that closes
/// @param escapes behind which a character stands for itself
record KvQuotes(List<String> quotes, List<String> escapes) {
    KvQuotes {
        quotes = List.copyOf(quotes);
        escapes = List.copyOf(escapes);
    }

    static KvQuotes of(LogicalPlan.KvOptions options) {
        return new KvQuotes(options.quotes(), options.escapes());
    }

    boolean isEmpty() {
        return quotes.isEmpty();
    }

    /// The kind of quotes that such a character opens; -1 for none.
    int kind(char c) {
        for (int kind = 0; kind < quotes.size(); kind++) {
            if (quotes.get(kind).charAt(0) == c) {
                return kind;
            }
        }
        return -1;
    }

    char closing(int kind) {
        String pair = quotes.get(kind);
        return pair.charAt(pair.length() - 1);
    }

    /// Whether the character behind this one stands for itself. Asked for each character, mostly without escapes: no stream.
    boolean escapes(String text, int at) {
        for (int i = 0; i < escapes.size(); i++) {
            String escape = escapes.get(i);
            if (escape.charAt(0) == text.charAt(at) && text.startsWith(escape, at)) {
                return at + 1 < text.length();
            }
        }
        return false;
    }

    /// Where the quotes of that kind close.
    ///
    /// @param from behind the opening one
    /// @return the text's length where they don't
    int close(String text, int from, int kind, KvFound found) {
        char closing = closing(kind);
        int at = from;
        while (at < text.length() && text.charAt(at) != closing) {
            found.did(2L + escapes.size());
            at += escapes(text, at) ? 2 : 1;
        }
        return Math.min(at, text.length());
    }

    /// Appends what stands between two places, without its escapes.
    void unescape(String text, int from, int to, StringBuilder out, KvFound found) {
        if (escapes.isEmpty()) {
            out.append(text, from, to);
            return;
        }
        for (int at = from; at < to; at++) {
            found.did(3L + escapes.size());
            if (at + 1 < to && escapes(text, at)) {
                at++;
            }
            out.append(text.charAt(at));
        }
    }
}
