package io.muster.inventory.derived;

import io.muster.core.column.Codes;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextPool;

/// A text column being made. Confined to one thread.
final class TextRows {
    /// Texts that repeat are mostly the same objects, which know their hash.
    private final Numbers<String> texts = new Numbers<>();

    private final IntList codes = new IntList();

    void add(String text) {
        codes.add(texts.of(text));
    }

    StringColumn build() {
        var pool = new TextPool();
        int[] interned = new int[texts.size()];
        for (int i = 0; i < interned.length; i++) {
            interned[i] = pool.intern(texts.get(i));
        }
        int[] rows = codes.toArray();
        for (int row = 0; row < rows.length; row++) {
            rows[row] = interned[rows[row]];
        }
        var dictionary = pool.toDictionary();
        return new StringColumn(Codes.of(rows, dictionary.size()), dictionary);
    }
}
