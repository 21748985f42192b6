package io.muster.core.column;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps equal parts of columns once: the same names under two paths, the same positions of values, dictionaries of one segment met again in
/// the next. Equal dictionaries are one object, so that whoever tests their texts does so once. Holds what it has met, so it lives as long as a
/// build does. Confined to one thread.
public final class Sharing {
    private final Map<Content, Object> met;
    private final Map<Parts, Dictionary> dictionaries;
    private final Map<TextsKey, List<Dictionary>> compressed;
    private final Map<String, Sharing> below = new HashMap<>();
    private @Nullable Vocabulary vocabulary;

    public Sharing() {
        met = new HashMap<>();
        dictionaries = new HashMap<>();
        compressed = new HashMap<>();
    }

    private Sharing(Sharing above) {
        met = above.met;
        dictionaries = above.dictionaries;
        compressed = above.compressed;
    }

    /// The same for what stands below that name: a type, a member. There texts are met that were there before.
    public Sharing below(String name) {
        return below.computeIfAbsent(name, _ -> new Sharing(this));
    }

    /// A column of the texts behind a pool's codes, by the codes that the column before it here had for the same texts, where it had most of
    /// them.
    ///
    /// @param codes one a row, -1 for null
    public StringColumn texts(int[] codes, TextPool pool) {
        var before = vocabulary;
        int[] known = before == null ? null : before.codes(pool);
        if (before == null || known == null) {
            var dictionary = dictionary(pool, codes);
            if (Vocabulary.isWorthwhile(pool, codes.length)) {
                vocabulary = new Vocabulary(pool, dictionary);
            }
            return new StringColumn(
                    isIdentity(codes, pool.size())
                            ? Codes.identity(codes.length)
                            : same(Codes.of(codes, pool.size())),
                    dictionary);
        }
        var dictionary = before.dictionary();
        if (before.pool().size() > dictionary.size()) {
            dictionary = dictionary(before.pool(), codes);
            vocabulary = new Vocabulary(before.pool(), dictionary);
        }
        int[] own = new int[codes.length];
        for (int row = 0; row < own.length; row++) {
            own[row] = codes[row] < 0 ? -1 : known[codes[row]];
        }
        return new StringColumn(same(Codes.of(own, dictionary.size())), dictionary);
    }

    /// Whether every row has a text of its own, in their order.
    private static boolean isIdentity(int[] codes, int texts) {
        if (codes.length != texts || texts == 0) {
            return false;
        }
        for (int row = 0; row < codes.length; row++) {
            if (codes[row] != row) {
                return false;
            }
        }
        return true;
    }

    private Dictionary dictionary(TextPool pool, int[] codes) {
        long values = 0;
        for (int code : codes) {
            values += code < 0 ? 0 : 1;
        }
        var texts = pool.toDictionary();
        // Texts that many rows share are read often and cost little.
        return texts.utf8().length < 8 * values ? same(texts) : compressed(texts, 0);
    }

    /// What a dictionary is put together of, arrays and dictionaries by identity.
    private record Parts(List<Object> parts) {}

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
        var own = texts.shared(this);
        return (TextDictionary)
                dictionaries.computeIfAbsent(
                        new Parts(List.of(own.utf8(), own.offsets())), _ -> own);
    }

    /// The one that was met before with the very same parts, if there is one.
    JoinedDictionary same(JoinedDictionary joined) {
        var parts =
                List.of(
                        joined.heads(),
                        joined.headCodes().array(),
                        joined.separator(),
                        joined.tails(),
                        joined.tailCodes().array());
        return (JoinedDictionary) dictionaries.computeIfAbsent(new Parts(parts), _ -> joined);
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
