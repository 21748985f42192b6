package io.muster.core.column;

import java.util.Arrays;

/// Distinct texts cut at every separator: long messages share nearly all their parts, so a value is a few codes into a pool of parts.
public final class TokenDictionary implements Dictionary {
    private final TextDictionary pool;

    /// Value i is the tokens `starts[i] .. starts[i+1]`, joined by the separator.
    private final int[] starts;

    private final Codes tokens;
    private final byte separator;

    /// Takes the arrays over.
    TokenDictionary(TextDictionary pool, int[] starts, Codes tokens, byte separator) {
        this.pool = pool;
        this.starts = starts;
        this.tokens = tokens;
        this.separator = separator;
    }

    /// Texts `from .. to` cut at that ASCII character.
    static TokenDictionary of(TextDictionary texts, int from, int to, byte separator) {
        var pool = new TextPool();
        byte[] utf8 = texts.utf8();
        int[] starts = new int[to - from + 1];
        int[] tokens = new int[(to - from) * 4];
        int n = 0;
        for (int i = from; i < to; i++) {
            int end = texts.offsets()[i + 1];
            int start = texts.offsets()[i];
            for (int at = start; at <= end; at++) {
                if (at == end || utf8[at] == separator) {
                    if (n == tokens.length) {
                        tokens = Arrays.copyOf(tokens, n * 2);
                    }
                    tokens[n++] = pool.intern(utf8, start, at);
                    start = at + 1;
                }
            }
            starts[i - from + 1] = n;
        }
        return new TokenDictionary(
                pool.toDictionary(),
                starts,
                Codes.of(Arrays.copyOf(tokens, n), pool.size()),
                separator);
    }

    TokenDictionary shared(Sharing sharing) {
        return new TokenDictionary(
                sharing.same(pool), sharing.same(starts), sharing.same(tokens), separator);
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
        return Utf8Buffer.text(this, code);
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

    byte separator() {
        return separator;
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
