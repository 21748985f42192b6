package io.muster.benchmarks.questions;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.util.ArrayList;
import java.util.List;

/// A question asked through the engine's facade, parsing and planning included, on this thread alone unless the options name a pool; the answer as text like the peer's.
final class OurAnswer {
    private OurAnswer() {}

    static List<List<String>> ask(Catalog catalog, String kql) throws DiagnosticException {
        return ask(catalog, kql, QueryOptions.DEFAULT);
    }

    static List<List<String>> ask(Catalog catalog, String kql, QueryOptions options)
            throws DiagnosticException {
        var table = Kql.prepare(kql, catalog, options).run().table();
        var rows = new ArrayList<List<String>>();
        for (var segment : table.segments()) {
            for (int row = 0; row < segment.size(); row++) {
                if (segment.isLive(row)) {
                    var line = new ArrayList<String>(segment.columns().size());
                    for (var column : segment.columns()) {
                        line.add(text(column.dynamic(row)));
                    }
                    rows.add(line);
                }
            }
        }
        return rows;
    }

    private static String text(Dynamic value) {
        return value instanceof Dynamic.Text(var text) ? text : Json.write(value);
    }
}
