package io.muster.core.column;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds the smallest form of many distinct texts: GUIDs, times, texts joined of parts that others have too, lists of tokens. Unique texts are
/// where the bytes of an estate are.
final class TextCompression {
    /// Fewer texts are not worth the slower reads.
    private static final int FEW = 256;

    private static final int SHORT = 16;
    private static final int LONG = 48;

    /// An id has about this many levels worth cutting.
    private static final int DEEPEST = 12;

    private TextCompression() {}

    static Dictionary compress(TextDictionary texts, int depth, Sharing sharing) {
        if (texts.size() < FEW || depth > DEEPEST || texts.meanLength() < SHORT) {
            return texts;
        }
        String first = texts.get(0);
        if (first.length() == 36) {
            var guids = GuidDictionary.compress(texts);
            if (guids != null) {
                return guids;
            }
        }
        if (first.length() >= 19 && first.charAt(10) == 'T') {
            var instants = InstantDictionary.compress(texts);
            if (instants != null) {
                return instants;
            }
        }
        if (first.startsWith("/")) {
            var joined = joined(texts, (byte) '/', depth, sharing);
            return joined == null ? texts : joined;
        }
        for (char separator : new char[] {'_', '-'}) {
            if (first.indexOf(separator) > 0) {
                var joined = joined(texts, (byte) separator, depth, sharing);
                if (joined != null) {
                    return joined;
                }
            }
        }
        if (texts.meanLength() >= LONG) {
            var tokens = tokens(texts, sharing);
            if (tokens != null) {
                return tokens;
            }
        }
        return texts;
    }

    /// Cut at the last separator; null when a text has none, or when that does not save enough.
    private static @Nullable Dictionary joined(
            TextDictionary texts, byte separator, int depth, Sharing sharing) {
        byte[] utf8 = texts.utf8();
        int[] offsets = texts.offsets();
        int size = texts.size();
        var heads = new TextPool();
        var tails = new TextPool();
        int[] headCodes = new int[size];
        int[] tailCodes = new int[size];
        int lastFrom = 0;
        int lastTo = -1;
        for (int i = 0; i < size; i++) {
            int from = offsets[i];
            int to = offsets[i + 1];
            int cut = to - 1;
            while (cut >= from && utf8[cut] != separator) {
                cut--;
            }
            if (cut < from) {
                return null;
            }
            // Neighbours mostly lie in the same place.
            if (lastTo >= 0 && Arrays.equals(utf8, from, cut, utf8, lastFrom, lastTo)) {
                headCodes[i] = headCodes[i - 1];
            } else {
                headCodes[i] = heads.intern(utf8, from, cut);
                lastFrom = from;
                lastTo = cut;
            }
            tailCodes[i] = tails.intern(utf8, cut + 1, to);
            if (i == 2048 && !isSmaller(heads, tails, separator, i + 1, offsets[i + 1])) {
                return null;
            }
        }
        if (!isSmaller(heads, tails, separator, size, utf8.length)) {
            return null;
        }
        return sharing.same(
                new JoinedDictionary(
                        sharing.compressed(heads.toDictionary(), depth + 1),
                        sharing.same(codes(headCodes, heads.size())),
                        separator,
                        sharing.compressed(tails.toDictionary(), depth + 1),
                        sharing.same(codes(tailCodes, tails.size()))));
    }

    private static boolean isSmaller(
            TextPool heads, TextPool tails, byte separator, int texts, long bytes) {
        long before = bytes + 4L * texts;
        long after =
                heads.bytes()
                        + 4L * heads.size()
                        + tails.bytes()
                        + 4L * tails.size()
                        + (long) width(heads.size(), texts) * texts
                        + (long) width(tails.size(), texts) * texts;
        // Each level of an id, each of a few endings of a name saves a little, all of them much.
        return separator == '/' || tails.size() <= 16 ? after < before : after * 10 < before * 9;
    }

    /// Bytes of a code.
    static int width(int distinct, int texts) {
        return distinct == texts ? 0 : distinct <= 128 ? 1 : distinct <= 32768 ? 2 : 4;
    }

    /// Codes in order of first sight: as many of them as rows are the rows themselves.
    static Codes codes(int[] codes, int distinct) {
        return distinct == codes.length && distinct > 0
                ? Codes.identity(codes.length)
                : Codes.of(codes, distinct);
    }

    /// Cut at every separator, whichever of a few makes the least of a sample; null when none makes less than two thirds.
    private static @Nullable Dictionary tokens(TextDictionary texts, Sharing sharing) {
        int sample = Math.min(texts.size(), 4096);
        long least = Long.MAX_VALUE;
        char best = 0;
        for (char separator : new char[] {'}', '\n', ';', ',', ' '}) {
            long bytes = TokenDictionary.of(texts, 0, sample, (byte) separator).bytes();
            if (bytes < least) {
                least = bytes;
                best = separator;
            }
        }
        if (least * 3 >= (texts.offsets()[sample] + 4L * sample) * 2) {
            return null;
        }
        var tokens = TokenDictionary.of(texts, 0, texts.size(), (byte) best);
        return tokens.shared(sharing);
    }
}
