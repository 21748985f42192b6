package io.muster.core.column;

/// Texts as Java strings: what computed columns have. Takes the array over.
public record PlainDictionary(String[] values, boolean isDistinct) implements Dictionary {
    @Override
    public int size() {
        return values.length;
    }

    @Override
    public String get(int code) {
        return values[code];
    }
}
