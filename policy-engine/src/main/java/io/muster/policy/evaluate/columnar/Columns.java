package io.muster.policy.evaluate.columnar;

import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.MixedColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.ShreddedColumn;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Members of columns by names that ignore case.
public final class Columns {
    private Columns() {}

    /// The member of each row's object; null when columns cannot say (rows spell the name in several ways, or are not shredded).
    public static @Nullable Column member(Column column, String name) {
        var dense = column.dense();
        Set<String> spellings = new HashSet<>();
        if (!collect(dense, name, spellings) || spellings.size() > 1) {
            return null;
        }
        return spellings.isEmpty()
                ? new NullColumn(column.size())
                : dense.at(spellings.iterator().next());
    }

    private static boolean collect(Column column, String name, Set<String> into) {
        switch (column) {
            case ShreddedColumn shredded -> {
                for (var key : shredded.members().keySet()) {
                    if (key.equalsIgnoreCase(name)) {
                        into.add(key);
                    }
                }
                return true;
            }
            case MixedColumn mixed -> {
                boolean known = true;
                for (var variant : mixed.variants()) {
                    known &= collect(variant.dense(), name, into);
                }
                return known;
            }
            case DynamicColumn _ -> {
                return false;
            }
            default -> {
                // Leaves and arrays have no members.
                return true;
            }
        }
    }
}
