package io.muster.kql.exec;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.vector.TextFinder;
import java.util.Arrays;

/// `parse-kv` of one text with `greedy`: a value may hold pair delimiters. It ends before the last one in front of the next key, and never
/// within its quotes. Between two keys stands a whole pair delimiter; what looks like a key without one is of the value. A key in quotes may
/// hold any delimiter: quoted text is one where no value begins and the delimiter between key and value comes next.
///
/// What was read is remembered: each part of the text is looked at a few times, however many delimiters and quotes it holds.
final class GreedyPairs {
    private final String text;
    private final String kv;
    private final String pair;
    private final TextFinder delimiters;
    private final TextFinder pairs;
    private final KvQuotes quotes;
    private final KvFound out;

    /// The blanks looked over last.
    private int blanksFrom = -1;

    private int blanksEnd = -1;

    /// By kind of quotes: where those read last open and close, and whether they hold a key.
    private final int[] opened;

    private final int[] closed;
    private final boolean[] key;

    /// Where the value at hand ends, and the delimiter of the key behind it; -1 where it is the last.
    private int end;

    private int next;

    GreedyPairs(String text, LogicalPlan.KvOptions options, KvQuotes quotes, KvFound out) {
        this.text = text;
        this.kv = options.kvDelimiter();
        this.pair = options.pairDelimiter();
        this.delimiters = new TextFinder(text, kv);
        this.pairs = new TextFinder(text, pair);
        this.quotes = quotes;
        this.out = out;
        int kinds = quotes.quotes().size();
        this.opened = new int[kinds];
        this.closed = new int[kinds];
        this.key = new boolean[kinds];
        Arrays.fill(opened, -1);
        Arrays.fill(closed, -1);
    }

    void read() {
        int keyFrom = 0;
        int delimiter = delimiters.from(Math.max(0, behindQuotedKey(0)));
        while (delimiter >= 0) {
            out.did(64);
            String name = unquoted(keyFrom, delimiter);
            int from = delimiter + kv.length();
            int open = opening(from);
            findEnd(open < 0 ? from : Math.min(text.length(), close(open) + 1));
            if (out.wants(name)) {
                out.add(name, unquoted(from, end));
            }
            keyFrom = Math.min(text.length(), end + pair.length());
            delimiter = next;
        }
    }

    /// @param behind the quotes of the value, where it has some; else its beginning
    private void findEnd(int behind) {
        end = -1;
        next = delimiters.from(behind);
        int between = pairs.from(behind);
        while (end < 0 && next >= 0) {
            while (between >= 0 && between + pair.length() <= next) {
                out.did(16);
                end = between;
                int behindKey = behindQuotedKey(between + pair.length());
                if (behindKey >= 0) {
                    next = next < behindKey ? delimiters.from(behindKey) : next;
                    return;
                }
                between = pairs.from(between + 1);
            }
            out.did(16);
            if (end < 0) {
                next = delimiters.from(next + 1);
            }
        }
        if (end < 0) {
            end = text.length();
        }
    }

    /// The place behind the quotes of the key that begins there; -1 where none in quotes does.
    private int behindQuotedKey(int from) {
        int open = opening(from);
        if (open < 0) {
            return -1;
        }
        int behind = close(open) + 1;
        return key[quotes.kind(text.charAt(open))] ? behind : -1;
    }

    /// The place of the opening quote that is the first thing from there on; -1 where it is something else.
    private int opening(int from) {
        if (quotes.isEmpty()) {
            return -1;
        }
        if (from < blanksFrom || from > blanksEnd) {
            blanksFrom = from;
            blanksEnd = behindBlanks(from);
        }
        return blanksEnd < text.length() && quotes.kind(text.charAt(blanksEnd)) >= 0
                ? blanksEnd
                : -1;
    }

    private int behindBlanks(int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            out.did(1);
            at++;
        }
        return at;
    }

    /// Spaces are passed over also where they are pair delimiters, other white space then not.
    private boolean isBlank(char c) {
        return Character.isWhitespace(c) && (c == ' ' || pair.indexOf(c) < 0);
    }

    /// Where the quotes close that open there; the text's length where they don't.
    private int close(int open) {
        int kind = quotes.kind(text.charAt(open));
        // Those that open within others of their kind close where these do.
        if (open < opened[kind] || open >= closed[kind]) {
            int close = quotes.close(text, open + 1, kind, out);
            opened[kind] = open;
            closed[kind] = close;
            key[kind] = close < text.length() && isDelimiterBehind(close);
        }
        return closed[kind];
    }

    /// Whether a key that ends there is followed by the delimiter between key and value, which may begin with blanks itself.
    private boolean isDelimiterBehind(int close) {
        int at = behindBlanks(close + 1) - (kv.length() - kv.stripLeading().length());
        out.did(kv.length());
        return at > close && text.startsWith(kv, at);
    }

    /// What stands between two places, without the quotes that it begins with.
    private String unquoted(int from, int to) {
        int open = opening(from);
        int close = open < 0 ? -1 : close(open);
        if (open < 0 || close > to) {
            return text.substring(from, to).strip();
        }
        var inner = new StringBuilder();
        quotes.unescape(text, open + 1, close, inner, out);
        return inner.append(text, Math.min(close + 1, to), to).toString().strip();
    }
}
