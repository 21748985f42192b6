package io.muster.inventory.table;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextPool;
import io.muster.core.value.Dynamic;
import java.util.function.Function;

/// Typed string columns out of whatever form a path has.
public final class TextColumns {
    private TextColumns() {}

    /// The column as text: null and what is no text read as "".
    public static StringColumn of(Column column) {
        return map(column, Function.identity());
    }

    /// The texts of a column changed by a function, which runs once a distinct text.
    public static StringColumn map(Column column, Function<String, String> change) {
        var pool = new TextPool();
        int[] codes = new int[column.size()];
        if (column.dense() instanceof StringColumn texts) {
            int[] changed = new int[texts.dictionary().size() + 1];
            for (int code = 0; code < texts.dictionary().size(); code++) {
                changed[code + 1] = pool.intern(change.apply(texts.dictionary().get(code)));
            }
            changed[0] = pool.intern(change.apply(""));
            for (int row = 0; row < codes.length; row++) {
                codes[row] = changed[texts.codes().get(row) + 1];
            }
        } else {
            for (int row = 0; row < codes.length; row++) {
                String text = column.dynamic(row) instanceof Dynamic.Text(var value) ? value : "";
                codes[row] = pool.intern(change.apply(text));
            }
        }
        var dictionary = pool.toDictionary();
        return new StringColumn(Codes.of(codes, dictionary.size()), dictionary);
    }
}
