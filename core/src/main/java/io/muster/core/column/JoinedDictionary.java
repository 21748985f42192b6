package io.muster.core.column;

import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Distinct texts cut at their last separator: a resource id is what it lies in and a name, a disk's name is its machine's and a suffix. Both
/// parts are dictionaries again, shared with other columns that hold the same.
public final class JoinedDictionary implements Dictionary {
    /// So many values a head make it worthwhile to put each head together once.
    private static final int VALUES_A_HEAD = 8;

    private final Dictionary heads;
    private final Codes headCodes;
    private final byte separator;
    private final Dictionary tails;
    private final Codes tailCodes;

    /// The hashes of the texts as they are and in lower case, four bytes each, once a query has met others by them. Whoever computes them at the same time computes
    /// the same.
    private volatile int @Nullable [] hashes;

    private volatile int @Nullable [] lowerHashes;

    /// The texts `head separator tail`, one for each pair of codes. The caller vouches that no two are the same and that no tail has the separator.
    public JoinedDictionary(
            Dictionary heads, Codes headCodes, byte separator, Dictionary tails, Codes tailCodes) {
        if (headCodes.size() != tailCodes.size()) {
            throw new IllegalArgumentException(headCodes.size() + " heads, " + tailCodes.size());
        }
        this.heads = heads;
        this.headCodes = headCodes;
        this.separator = separator;
        this.tails = tails;
        this.tailCodes = tailCodes;
    }

    @Override
    public int size() {
        return headCodes.size();
    }

    @Override
    public boolean isDistinct() {
        return true;
    }

    @Override
    public String get(int code) {
        return Utf8Buffer.text(this, code);
    }

    @Override
    public IntFunction<String> reader() {
        if ((long) heads.size() * VALUES_A_HEAD > size()) {
            return this::get;
        }
        byte[][] known = new byte[heads.size()][];
        var buffer = new Utf8Buffer();
        return code -> {
            int head = headCodes.get(code);
            buffer.clear();
            if (known[head] == null) {
                buffer.append(heads, head);
                buffer.append(separator);
                known[head] = buffer.bytes();
            } else {
                buffer.append(known[head], 0, known[head].length);
            }
            buffer.append(tails, tailCodes.get(code));
            return buffer.text();
        };
    }

    @Override
    public int find(String text) {
        int at = text.lastIndexOf(separator);
        int tail = at < 0 ? -1 : tails.find(text.substring(at + 1));
        int head = tail < 0 ? -1 : heads.find(text.substring(0, at));
        if (head < 0) {
            return -1;
        }
        for (int code = 0; code < size(); code++) {
            if (tailCodes.get(code) == tail && headCodes.get(code) == head) {
                return code;
            }
        }
        return -1;
    }

    /// `get(code).hashCode()` of every text, or of it in lower case; kept, and not to be written.
    int[] hashes(boolean lower, Supplier<int[]> compute) {
        int[] known = lower ? lowerHashes : hashes;
        if (known == null) {
            known = compute.get();
            if (lower) {
                lowerHashes = known;
            } else {
                hashes = known;
            }
        }
        return known;
    }

    /// What stands before the last separator.
    public Dictionary heads() {
        return heads;
    }

    /// For each value the code of what stands before its last separator.
    public Codes headCodes() {
        return headCodes;
    }

    /// An ASCII character.
    public byte separator() {
        return separator;
    }

    /// What stands behind the last separator.
    public Dictionary tails() {
        return tails;
    }

    /// For each value the code of what stands behind its last separator.
    public Codes tailCodes() {
        return tailCodes;
    }
}
