package io.muster.inventory.derived;

import io.muster.core.column.BoolColumn;
import io.muster.core.column.Column;
import io.muster.core.column.DecimalColumn;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.GuidColumn;
import io.muster.core.column.ListColumn;
import io.muster.core.column.LongColumn;
import io.muster.core.column.MixedColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.PackedLongColumn;
import io.muster.core.column.RealColumn;
import io.muster.core.column.SelectedColumn;
import io.muster.core.column.ShreddedColumn;
import io.muster.core.column.SparseColumn;
import io.muster.core.column.StringColumn;

/// Finds members ignoring case, as the domain reads resources, and tells when the columns cannot say which member a row's is. Confined to one
/// thread.
final class Members {
    private boolean ambiguous;

    /// The member of that name, ignoring case.
    Column at(Column column, String name) {
        return switch (column) {
            case SparseColumn _, SelectedColumn _ -> at(column.dense(), name);
            case ShreddedColumn shredded -> {
                Column found = new NullColumn(column.size());
                int matches = 0;
                for (var member : shredded.members().entrySet()) {
                    if (member.getKey().equalsIgnoreCase(name)) {
                        found = member.getValue().values();
                        matches++;
                    }
                }
                ambiguous |= matches > 1;
                yield found.dense();
            }
            case MixedColumn _, DynamicColumn _ -> {
                ambiguous = true;
                yield new NullColumn(column.size());
            }
            case BoolColumn _,
                    LongColumn _,
                    PackedLongColumn _,
                    RealColumn _,
                    DecimalColumn _,
                    GuidColumn _,
                    StringColumn _,
                    ListColumn _,
                    NullColumn _ ->
                    new NullColumn(column.size());
        };
    }

    /// Whether some row must be read as a whole: it may have a name in two spellings, or a member was looked for among values of several kinds.
    boolean isAmbiguous() {
        return ambiguous;
    }
}
