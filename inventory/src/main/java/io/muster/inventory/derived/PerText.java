package io.muster.inventory.derived;

import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// What follows from the text of a row, computed once a text; whatever is no text counts as "". Confined to one thread.
final class PerText<T> {
    private final Column column;
    private final Function<String, T> function;
    private final @Nullable StringColumn texts;
    private final IntFunction<String> reader;

    /// By code + 1. Empty where the column has no codes.
    private final @Nullable Object[] byCode;

    private final Map<String, T> byText = new HashMap<>();

    PerText(Column column, Function<String, T> function) {
        this.column = column;
        this.function = function;
        this.texts = column.dense() instanceof StringColumn strings ? strings : null;
        this.reader = texts == null ? _ -> "" : texts.dictionary().reader();
        this.byCode = new Object[texts == null ? 0 : texts.dictionary().size() + 1];
    }

    @SuppressWarnings("unchecked") // holds what the function gave
    T at(int row) {
        if (texts == null) {
            return byText.computeIfAbsent(column.dynamic(row).textOr(""), function);
        }
        int code = texts.codes().get(row);
        var known = (T) byCode[code + 1];
        if (known == null) {
            known = function.apply(code < 0 ? "" : reader.apply(code));
            byCode[code + 1] = known;
        }
        return known;
    }
}
