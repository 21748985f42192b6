package io.muster.core.column;

import java.util.Arrays;

/// Distinct texts cut at '/': resource ids share nearly all their segments, so a value is a few codes into a pool of segments.
public final class TokenDictionary implements Dictionary {
    private final TextDictionary pool;

    /// Value i is the tokens `starts[i] .. starts[i+1]`, joined by '/'.
    private final int[] starts;

    private final Codes tokens;

    /// Takes the arrays over.
    TokenDictionary(TextDictionary pool, int[] starts, Codes tokens) {
        this.pool = pool;
        this.starts = starts;
        this.tokens = tokens;
    }

    static TokenDictionary compress(Dictionary texts) {
        var pool = new TextPool();
        int[] starts = new int[texts.size() + 1];
        int[] tokens = new int[texts.size() * 10];
        int n = 0;
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            int from = 0;
            while (from >= 0) {
                int to = text.indexOf('/', from);
                if (n == tokens.length) {
                    tokens = Arrays.copyOf(tokens, n * 2);
                }
                tokens[n++] = pool.intern(to < 0 ? text.substring(from) : text.substring(from, to));
                from = to < 0 ? -1 : to + 1;
            }
            starts[i + 1] = n;
        }
        var dictionary = pool.toDictionary();
        return new TokenDictionary(
                dictionary, starts, Codes.of(Arrays.copyOf(tokens, n), dictionary.size()));
    }

    @Override
    public int size() {
        return starts.length - 1;
    }

    @Override
    public boolean isDistinct() {
        return true;
    }

    @Override
    public String get(int code) {
        var out = new StringBuilder(160);
        for (int i = starts[code]; i < starts[code + 1]; i++) {
            if (i > starts[code]) {
                out.append('/');
            }
            out.append(pool.get(tokens.get(i)));
        }
        return out.toString();
    }

    TextDictionary pool() {
        return pool;
    }

    /// Not to be written.
    int[] starts() {
        return starts;
    }

    Codes tokens() {
        return tokens;
    }

    /// Bytes this form needs, roughly.
    long bytes() {
        long width = tokens.bytes() != null ? 1 : tokens.shorts() != null ? 2 : 4;
        return pool.utf8().length
                + 4L * pool.offsets().length
                + 4L * starts.length
                + width * tokens.size();
    }
}
