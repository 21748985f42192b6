package io.muster.inventory.table;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Sharing;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextPool;
import io.muster.core.value.Dynamic;
import java.util.function.UnaryOperator;

/// Typed string columns out of whatever form a path has. Null and what is no text read as "". What need not change is not copied.
final class TextColumns {
    private final Sharing sharing;

    TextColumns(Sharing sharing) {
        this.sharing = sharing;
    }

    /// The column as text: itself when it holds a text in every row.
    StringColumn of(Column column) {
        if (column instanceof StringColumn texts && isEverywhere(texts)) {
            return texts;
        }
        return map(column, text -> text);
    }

    /// The texts of a column changed by a function, which runs once a distinct text.
    StringColumn map(Column column, UnaryOperator<String> change) {
        if (column.dense() instanceof StringColumn texts) {
            return mapTexts(texts, change);
        }
        var pool = new TextPool();
        int[] codes = new int[column.size()];
        for (int row = 0; row < codes.length; row++) {
            String text = column.dynamic(row) instanceof Dynamic.Text(var value) ? value : "";
            codes[row] = pool.intern(change.apply(text));
        }
        return column(codes, pool);
    }

    private StringColumn mapTexts(StringColumn texts, UnaryOperator<String> change) {
        var pool = new TextPool();
        var dictionary = texts.dictionary();
        int[] changed = new int[dictionary.size() + 1];
        boolean any = false;
        for (int code = 0; code < dictionary.size(); code++) {
            String text = dictionary.get(code);
            String now = change.apply(text);
            any |= !now.equals(text);
            changed[code + 1] = pool.intern(now);
        }
        if (isEverywhere(texts)) {
            if (!any) {
                return texts;
            }
            if (pool.size() == dictionary.size()) {
                return sharing.same(new StringColumn(texts.codes(), pool.toDictionary()));
            }
        }
        changed[0] = pool.intern(change.apply(""));
        int[] codes = new int[texts.size()];
        for (int row = 0; row < codes.length; row++) {
            codes[row] = changed[texts.codes().get(row) + 1];
        }
        return column(codes, pool);
    }

    /// A text a row, by codes into a pool; where segments before had most of the texts under that name, by their codes.
    StringColumn column(String name, int[] codes, TextPool pool) {
        return sharing.below(name).texts(codes, pool);
    }

    private StringColumn column(int[] codes, TextPool pool) {
        return sharing.same(new StringColumn(Codes.of(codes, pool.size()), pool.toDictionary()));
    }

    /// Whether no row is null.
    private static boolean isEverywhere(StringColumn texts) {
        var codes = texts.codes();
        if (codes.isIdentity()) {
            return true;
        }
        for (int row = 0; row < codes.size(); row++) {
            if (codes.get(row) < 0) {
                return false;
            }
        }
        return true;
    }
}
