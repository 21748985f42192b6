package io.muster.core.column;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;

/// The texts of several dictionaries one after another: rows out of many segments keep their codes, and no text is read to bring them
/// together. The same text may stand in several parts.
public final class UnionDictionary implements Dictionary {
    private final List<Dictionary> parts;

    /// Part p has the codes `starts[p] .. starts[p+1]`.
    private final int[] starts;

    /// @throws ArithmeticException when all parts have more texts than an int counts
    public UnionDictionary(List<? extends Dictionary> parts) {
        this.parts = List.copyOf(parts);
        starts = new int[parts.size() + 1];
        for (int p = 0; p < parts.size(); p++) {
            starts[p + 1] = Math.addExact(starts[p], parts.get(p).size());
        }
    }

    public List<Dictionary> parts() {
        return parts;
    }

    /// The part that a code stands in.
    public int part(int code) {
        int at = Arrays.binarySearch(starts, code);
        if (at < 0) {
            return -at - 2;
        }
        // Empty parts start where the next one does.
        while (starts[at + 1] == code) {
            at++;
        }
        return at;
    }

    /// The first code of a part.
    public int start(int part) {
        return starts[part];
    }

    @Override
    public int size() {
        return starts[parts.size()];
    }

    @Override
    public boolean isDistinct() {
        return false;
    }

    @Override
    public String get(int code) {
        int part = part(code);
        return parts.get(part).get(code - starts[part]);
    }

    @Override
    public IntFunction<String> reader() {
        var readers = parts.stream().map(Dictionary::reader).toList();
        return code -> {
            int part = part(code);
            return readers.get(part).apply(code - starts[part]);
        };
    }
}
