package io.muster.core.column;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Keeps equal parts of columns once: the same names under two paths, the same positions of values, dictionaries of one segment met again in
/// the next. Holds what it has met, so it lives as long as a build does. Confined to one thread.
public final class Sharing {
    private final Map<Content, Object> met = new HashMap<>();
    private final Map<TextsKey, List<Dictionary>> compressed = new HashMap<>();

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

    /// What tells texts from most others without holding them: they are large, and what is made of them is not.
    private record TextsKey(int utf8, int offsets, int size, int bytes) {
        static TextsKey of(TextDictionary texts) {
            return new TextsKey(
                    Arrays.hashCode(texts.utf8()),
                    Arrays.hashCode(texts.offsets()),
                    texts.size(),
                    texts.utf8().length);
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
        var alike = compressed.computeIfAbsent(TextsKey.of(texts), _ -> new ArrayList<>(1));
        for (var known : alike) {
            if (holds(known, texts)) {
                return known;
            }
        }
        var made = TextCompression.compress(texts, depth, this);
        var kept = made == texts ? same(texts) : made;
        alike.add(kept);
        return kept;
    }

    private static boolean holds(Dictionary known, TextDictionary texts) {
        var text = new Utf8Buffer();
        for (int code = 0; code < texts.size(); code++) {
            text.clear();
            text.append(known, code);
            if (!text.isEqual(texts.utf8(), texts.offsets()[code], texts.offsets()[code + 1])) {
                return false;
            }
        }
        return true;
    }
}
