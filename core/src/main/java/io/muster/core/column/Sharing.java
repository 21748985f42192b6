package io.muster.core.column;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Keeps equal parts of columns once: the same names under two paths, the same positions of values, dictionaries of one segment met again in
/// the next. Holds what it has met, so it lives as long as a build does. Confined to one thread.
public final class Sharing {
    private final Map<Content, Object> met = new HashMap<>();
    private final Map<TextsKey, Dictionary> compressed = new HashMap<>();

    /// An array by what it holds.
    private record Content(Object array, int hash) {
        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            if (!(other instanceof Content(Object theirs, int theirHash)) || hash != theirHash) {
                return false;
            }
            return switch (array) {
                case byte[] own -> theirs instanceof byte[] b && Arrays.equals(own, b);
                case short[] own -> theirs instanceof short[] s && Arrays.equals(own, s);
                case int[] own -> theirs instanceof int[] i && Arrays.equals(own, i);
                case long[] own -> theirs instanceof long[] l && Arrays.equals(own, l);
                default -> throw new IllegalStateException(array.getClass().getName());
            };
        }
    }

    /// A dictionary by its arrays, which are shared already.
    private record TextsKey(byte[] utf8, int[] offsets) {
        @Override
        public int hashCode() {
            return System.identityHashCode(utf8) * 31 + System.identityHashCode(offsets);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof TextsKey(byte[] bytes, int[] starts)
                    && bytes == utf8
                    && starts == offsets;
        }
    }

    byte[] same(byte[] array) {
        return (byte[]) same(array, Arrays.hashCode(array));
    }

    short[] same(short[] array) {
        return (short[]) same(array, Arrays.hashCode(array));
    }

    int[] same(int[] array) {
        return (int[]) same(array, Arrays.hashCode(array));
    }

    long[] same(long[] array) {
        return (long[]) same(array, Arrays.hashCode(array));
    }

    private Object same(Object array, int hash) {
        var known = met.putIfAbsent(new Content(array, hash), array);
        return known == null ? array : known;
    }

    Bits same(Bits bits) {
        return bits.shared(this);
    }

    Codes same(Codes codes) {
        return codes.shared(this);
    }

    TextDictionary same(TextDictionary texts) {
        return texts.shared(this);
    }

    public StringColumn same(StringColumn column) {
        return new StringColumn(
                same(column.codes()),
                column.dictionary() instanceof TextDictionary texts
                        ? same(texts)
                        : column.dictionary());
    }

    /// The smallest form of those texts; the same texts always give the same dictionary.
    Dictionary compressed(TextDictionary texts, int depth) {
        var own = same(texts);
        var key = new TextsKey(own.utf8(), own.offsets());
        var known = compressed.get(key);
        if (known == null) {
            known = TextCompression.compress(own, depth, this);
            compressed.put(key, known);
        }
        return known;
    }
}
