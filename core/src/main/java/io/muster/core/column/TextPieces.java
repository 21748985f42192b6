package io.muster.core.column;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// What stands between delimiters in texts that are kept cut at a separator: the pieces are there already, so that an extension's id gives its machine's without a
/// text being read. Only for delimiters by which that is so. Confined to one thread.
public final class TextPieces {
    private static final long NONE = -1;

    private final char separator;
    private final boolean ignoreCase;
    private final List<Dictionary> parts = new ArrayList<>();

    /// Pieces that are nowhere by themselves.
    private final TextPool own = new TextPool();

    private TextPieces(char separator, boolean ignoreCase) {
        this.separator = separator;
        this.ignoreCase = ignoreCase;
        parts.add(new PlainDictionary(new String[0], true));
    }

    /// Of each row's text the piece of that number as `split` counts them, from the end when negative; null where there are not so many. Null when the
    /// texts are not kept so that the pieces are, or a row has none.
    ///
    /// The delimiter is the separator the texts are cut at, or for the piece before the first one a text between two separators, as `/extensions/`.
    public static @Nullable StringColumn of(StringColumn texts, String delimiter, int index) {
        boolean lower = texts.dictionary() instanceof LowerDictionary;
        if (!(base(texts.dictionary()) instanceof JoinedDictionary joined)
                || delimiter.isEmpty()
                || texts.codes().hasNulls()) {
            return null;
        }
        char separator = (char) joined.separator();
        var pieces = new TextPieces(separator, lower);
        IntToLongFunction found;
        if (delimiter.length() == 1 && delimiter.charAt(0) == separator) {
            found = pieces.component(joined, index);
        } else if (index == 0
                && delimiter.length() > 1
                && delimiter.charAt(0) == separator
                && delimiter.charAt(delimiter.length() - 1) == separator) {
            var before = pieces.before(joined, delimiter);
            long whole = pieces.part(joined);
            found =
                    code -> {
                        long piece = before.applyAsLong(code);
                        return piece == NONE ? whole | code : piece;
                    };
        } else {
            return null;
        }
        return pieces.column(texts.codes(), found, lower);
    }

    private static Dictionary base(Dictionary dictionary) {
        return switch (dictionary) {
            case LowerDictionary lower -> base(lower.base());
            case KeyDictionary key -> base(key.base());
            default -> dictionary;
        };
    }

    private StringColumn column(Codes codes, IntToLongFunction found, boolean lower) {
        int rows = codes.size();
        int[] partOf = new int[rows];
        int[] out = new int[rows];
        var used = new boolean[parts.size()];
        for (int row = 0; row < rows; row++) {
            long ref = found.applyAsLong(codes.get(row));
            partOf[row] = (int) (ref >> 32);
            out[row] = (int) ref;
            if (ref != NONE) {
                used[partOf[row]] = true;
            }
        }
        parts.set(0, own.toDictionary());
        int[] start = new int[parts.size()];
        int size = 0;
        var wanted = new ArrayList<Dictionary>();
        for (int part = 0; part < start.length; part++) {
            start[part] = size;
            if (used[part]) {
                size = Math.addExact(size, parts.get(part).size());
                wanted.add(parts.get(part));
            }
        }
        for (int row = 0; row < rows; row++) {
            out[row] = partOf[row] < 0 ? -1 : start[partOf[row]] + out[row];
        }
        var dictionary = wanted.size() == 1 ? wanted.getFirst() : new UnionDictionary(wanted);
        return new StringColumn(
                Codes.of(out, size), lower ? new LowerDictionary(dictionary) : dictionary);
    }

    /// The number of a dictionary, in the upper half.
    private long part(Dictionary dictionary) {
        int known = parts.indexOf(dictionary);
        if (known < 0) {
            known = parts.size();
            parts.add(dictionary);
        }
        return (long) known << 32;
    }

    private boolean isCut(Dictionary dictionary) {
        return dictionary instanceof JoinedDictionary joined && joined.separator() == separator;
    }

    /// The text of a dictionary that is not cut at the separator, as it is compared.
    private String text(Dictionary dictionary, int code) {
        String text = dictionary.get(code);
        return ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
    }

    /// What a function gives for each code, computed once a code where others use it often.
    private static IntToLongFunction remembered(
            Dictionary dictionary, int users, IntToLongFunction function) {
        if ((long) dictionary.size() * 2 > users) {
            return function;
        }
        long[] known = new long[dictionary.size()];
        Arrays.fill(known, Long.MIN_VALUE);
        return code -> {
            if (known[code] == Long.MIN_VALUE) {
                known[code] = function.applyAsLong(code);
            }
            return known[code];
        };
    }

    private IntToLongFunction component(Dictionary dictionary, int index) {
        if (!(dictionary instanceof JoinedDictionary joined) || !isCut(dictionary)) {
            var pieces = count(dictionary);
            return code -> {
                int at = index < 0 ? pieces.applyAsInt(code) + index : index;
                return at < 0 || at >= pieces.applyAsInt(code)
                        ? NONE
                        : own.intern(piece(text(dictionary, code), at));
            };
        }
        long tails = part(joined.tails());
        var headCodes = joined.headCodes();
        var tailCodes = joined.tailCodes();
        if (index == -1) {
            return code -> tails | tailCodes.get(code);
        }
        var heads =
                remembered(
                        joined.heads(),
                        joined.size(),
                        component(joined.heads(), index < 0 ? index + 1 : index));
        if (index < 0) {
            return code -> heads.applyAsLong(headCodes.get(code));
        }
        var counts = count(joined.heads());
        var before = remembered(joined.heads(), joined.size(), counts::applyAsInt);
        return code -> {
            int head = headCodes.get(code);
            long pieces = before.applyAsLong(head);
            return index < pieces
                    ? heads.applyAsLong(head)
                    : index == pieces ? tails | tailCodes.get(code) : NONE;
        };
    }

    private String piece(String text, int index) {
        int from = 0;
        for (int i = 0; i < index; i++) {
            from = text.indexOf(separator, from) + 1;
        }
        int to = text.indexOf(separator, from);
        return text.substring(from, to < 0 ? text.length() : to);
    }

    /// How many pieces a text has.
    private IntUnaryOperator count(Dictionary dictionary) {
        if (dictionary instanceof JoinedDictionary joined && isCut(dictionary)) {
            var heads = count(joined.heads());
            return code -> heads.applyAsInt(joined.headCodes().get(code)) + 1;
        }
        return code -> 1 + (int) dictionary.get(code).chars().filter(c -> c == separator).count();
    }

    /// What stands before the first delimiter; NONE where there is none. A delimiter ends at a separator, so it lies in the head, or is what the head ends
    /// with and the separator behind it.
    private IntToLongFunction before(Dictionary dictionary, String delimiter) {
        if (!(dictionary instanceof JoinedDictionary joined) || !isCut(dictionary)) {
            return code -> {
                String text = text(dictionary, code);
                int at = text.indexOf(delimiter);
                return at < 0 ? NONE : own.intern(text.substring(0, at));
            };
        }
        var within = before(joined.heads(), delimiter);
        var stripped = stripped(joined.heads(), delimiter.substring(0, delimiter.length() - 1));
        IntToLongFunction ofHead =
                head -> {
                    long piece = within.applyAsLong(head);
                    return piece == NONE ? stripped.applyAsLong(head) : piece;
                };
        var heads = remembered(joined.heads(), joined.size(), ofHead);
        return code -> heads.applyAsLong(joined.headCodes().get(code));
    }

    /// What stands before an ending that begins with the separator; NONE where a text ends otherwise.
    private IntToLongFunction stripped(Dictionary dictionary, String ending) {
        if (!(dictionary instanceof JoinedDictionary joined) || !isCut(dictionary)) {
            return code -> {
                String text = text(dictionary, code);
                return text.endsWith(ending)
                        ? own.intern(text.substring(0, text.length() - ending.length()))
                        : NONE;
            };
        }
        int cut = ending.lastIndexOf(separator);
        String last = ending.substring(cut + 1);
        var compared = ignoreCase ? new LowerDictionary(joined.tails()) : joined.tails();
        var tails =
                remembered(
                        joined.tails(),
                        joined.size(),
                        tail -> TextHashes.isEqual(compared, tail, last) ? 1 : 0);
        IntToLongFunction heads;
        if (cut == 0) {
            long part = part(joined.heads());
            heads = head -> part | head;
        } else {
            heads = stripped(joined.heads(), ending.substring(0, cut));
        }
        return code ->
                tails.applyAsLong(joined.tailCodes().get(code)) == 0
                        ? NONE
                        : heads.applyAsLong(joined.headCodes().get(code));
    }
}
