package io.muster.core.column;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a query will read of a table, so that a virtual one need not compute more.
///
/// @param columns names of the columns read; empty optional: all
/// @param equals conditions that every wanted row fulfils
public record ScanRequest(Optional<Set<String>> columns, List<ColumnIn> equals) {
    public static final ScanRequest ALL = new ScanRequest(Optional.empty(), List.of());

    public ScanRequest {
        columns = columns.map(Set::copyOf);
        equals = List.copyOf(equals);
    }

    public boolean wants(String column) {
        return columns.isEmpty() || columns.get().contains(column);
    }

    /// The values that a wanted row may have in that column, when the query says so.
    public Optional<ColumnIn> allowed(String column) {
        return equals.stream().filter(e -> e.column().equals(column)).findFirst();
    }

    /// `column in (values)` or `column in~ (values)`, over the text of a string column, or of a member of a dynamic one: `properties.state`.
    public record ColumnIn(String column, Set<String> values, boolean ignoreCase) {
        public ColumnIn {
            values = Set.copyOf(values);
        }

        public boolean test(String text) {
            return ignoreCase
                    ? values.stream().anyMatch(text::equalsIgnoreCase)
                    : values.contains(text);
        }
    }
}
