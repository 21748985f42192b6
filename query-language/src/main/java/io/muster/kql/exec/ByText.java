package io.muster.kql.exec;

import io.muster.core.column.Codes;
import io.muster.core.column.Dictionary;
import io.muster.core.column.StringColumn;
import io.muster.kql.vector.MemoryMeter;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What an expression gives for each text of a dictionary, remembered for the one seen last: the segments of a build share theirs, and so it is
/// computed once a run and not once a segment. Thread-safe; two threads may compute the same.
final class ByText<T> {
    private final ToLongFunction<T> bytes;

    /// Of the run, or of the batch that a plan inside another one is compiled for.
    private final MemoryMeter home = MemoryMeter.current();

    private volatile @Nullable Known<T> known;

    /// @param rows that had these texts so far
    /// @param value null while the rows are fewer than the texts
    private record Known<T>(Dictionary dictionary, long rows, @Nullable T value) {}

    /// @param bytes about what a value takes on the heap
    ByText(ToLongFunction<T> bytes) {
        this.bytes = bytes;
    }

    /// What the function makes of a column with every text of that column's dictionary in its row, and null in one more row; null when the
    /// column has too few rows for that to be less work.
    @Nullable T of(StringColumn texts, Function<StringColumn, T> function) {
        var dictionary = texts.dictionary();
        var last = known;
        long before = 0;
        if (last != null && last.dictionary == dictionary) {
            if (last.value != null) {
                return last.value;
            }
            before = last.rows;
        }
        if (texts.codes().isIdentity()) {
            return null;
        }
        long rows = before + texts.size();
        if (dictionary.size() > rows) {
            known = new Known<>(dictionary, rows, null);
            forget(last);
            return null;
        }
        var made = function.apply(each(dictionary));
        home.charge(bytes.applyAsLong(made));
        known = new Known<>(dictionary, rows, made);
        forget(last);
        return made;
    }

    private void forget(@Nullable Known<T> last) {
        if (last != null && last.value != null) {
            home.charge(-bytes.applyAsLong(last.value));
        }
    }

    private static StringColumn each(Dictionary dictionary) {
        int[] codes = new int[dictionary.size() + 1];
        for (int code = 0; code < dictionary.size(); code++) {
            codes[code] = code;
        }
        codes[dictionary.size()] = -1;
        return new StringColumn(Codes.of(codes, dictionary.size()), dictionary);
    }
}
