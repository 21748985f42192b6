package io.muster.kql.oracle;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;

/// A table as plain rows.
///
/// @param ordered whether the rows' order is promised
record Rows(List<Column> columns, List<Dynamic[]> rows, boolean ordered) {
    record Column(String name, KqlType type) {}

    Rows with(List<Dynamic[]> others) {
        return new Rows(columns, others, ordered);
    }

    Rows unordered() {
        return new Rows(columns, rows, false);
    }

    int indexOf(String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    List<Integer> of(KqlType type) {
        var out = new ArrayList<Integer>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).type() == type) {
                out.add(i);
            }
        }
        return out;
    }
}
