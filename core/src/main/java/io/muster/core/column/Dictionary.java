package io.muster.core.column;

import java.util.function.IntFunction;

/// The texts behind a string column's codes 0..size-1. Immutable.
public sealed interface Dictionary
        permits TextDictionary,
                JoinedDictionary,
                TokenDictionary,
                GuidDictionary,
                InstantDictionary,
                KeyDictionary,
                LowerDictionary,
                UnionDictionary,
                PlainDictionary {

    int size();

    String get(int code);

    /// [#get] for reading many: may remember what their texts share. Confined to one thread.
    default IntFunction<String> reader() {
        return this::get;
    }

    /// Whether no two codes have the same text: always so in stored segments, not always in computed columns.
    boolean isDistinct();

    /// The code of that exact text, -1 when absent. Linear unless the form is better at it.
    default int find(String text) {
        for (int code = 0; code < size(); code++) {
            if (get(code).equals(text)) {
                return code;
            }
        }
        return -1;
    }

    static Dictionary of(String... values) {
        return new PlainDictionary(values, false);
    }
}
