package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import org.jspecify.annotations.Nullable;

/// Texts as codes into a dictionary. Code -1 is a missing member of a dynamic; in a typed string column it reads as "".
public record StringColumn(Codes codes, Dictionary dictionary) implements Column {

    /// A computed column: one text a row, null for missing. Takes the array over.
    public static StringColumn of(@Nullable String[] values) {
        int[] codes = new int[values.length];
        var texts = new String[values.length];
        boolean anyNull = false;
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            codes[i] = value == null ? -1 : i;
            texts[i] = value == null ? "" : value;
            anyNull |= value == null;
        }
        return new StringColumn(
                anyNull ? Codes.wrap(codes) : Codes.identity(values.length),
                new PlainDictionary(texts, false));
    }

    /// The same text in every row.
    public static StringColumn constant(String value, int size) {
        return new StringColumn(
                Codes.of(new int[size], 1), new PlainDictionary(new String[] {value}, true));
    }

    @Override
    public KqlType type() {
        return KqlType.STRING;
    }

    @Override
    public int size() {
        return codes.size();
    }

    @Override
    public boolean isNull(int row) {
        return codes.get(row) < 0;
    }

    @Override
    public Bits present() {
        return codes.present();
    }

    /// The text of a row, "" where null.
    public String get(int row) {
        int code = codes.get(row);
        return code < 0 ? "" : dictionary.get(code);
    }

    @Override
    public Dynamic dynamic(int row) {
        int code = codes.get(row);
        return code < 0 ? Dynamic.NULL : new Dynamic.Text(dictionary.get(code));
    }

    @Override
    public Column gather(int[] rows) {
        return new StringColumn(codes.gather(rows), dictionary);
    }
}
