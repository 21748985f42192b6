package io.muster.core.column;

import java.util.function.IntFunction;

/// Texts of a table's key as one segment has them: no text stands in two live rows of the table, so two of these of one owner have no text in
/// common, and ids meet by code alone.
///
/// @param base the segment's texts
/// @param owner the table as it is now; compared by identity
public record KeyDictionary(Dictionary base, Object owner) implements Dictionary {
    @Override
    public int size() {
        return base.size();
    }

    @Override
    public boolean isDistinct() {
        return base.isDistinct();
    }

    @Override
    public String get(int code) {
        return base.get(code);
    }

    @Override
    public IntFunction<String> reader() {
        return base.reader();
    }

    @Override
    public int find(String text) {
        return base.find(text);
    }
}
