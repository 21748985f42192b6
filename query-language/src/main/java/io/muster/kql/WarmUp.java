package io.muster.kql;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.DiagnosticException;
import java.util.List;

/// Queries over rows of their own that go once through what most queries need: the parser's tables, the registries, the operators. The first
/// one a person asks then waits for none of it.
final class WarmUp {
    private static final String ROWS =
            """
            let rows = datatable(id: string, location: string, n: long, at: string, tags: dynamic, apps: dynamic) [
                '/a/b', 'east', 1, '2026-01-02T03:04:05Z', dynamic({'env': 'Prod'}), dynamic([{'ref': '/x/1/versions/1.0.2'}]),
                '/a/c', 'west', 2, '2026-01-02T03:04:06Z', dynamic({'env': 'test'}), dynamic(null)
            ];
            """;

    private static final List<String> QUERIES =
            List.of(
                    "rows | where tags.env =~ 'prod' and id contains 'a' or n in (1, 2)"
                            + " | summarize count(), avg(n), dcount(id) by location | sort by location asc",
                    "rows | mv-expand app = apps | where isnotnull(app)"
                            + " | parse tostring(app.ref) with * '/x/' x '/versions/' version"
                            + " | extend v = parse_version(version), day = bin(todatetime(at), 1d)"
                            + " | summarize max(v), arg_max(n, id) by x, day | top 3 by x desc",
                    "rows | project key = tolower(id), n | join kind=leftouter (rows | project key = tolower(id),"
                            + " tags, location) on key | extend kind = iff(n > 1, strcat('a', n), 'b')"
                            + " | project key, kind, tags.env, location | take 10",
                    "rows | distinct id, location | join kind=leftanti (rows | where n > 1) on id | count",
                    "rows | summarize percentiles(n, 50, 99), make_list(id), countif(n > 1) by location"
                            + " | union (print location = 'x') | order by location desc");

    private WarmUp() {}

    static void run() {
        try {
            for (String query : QUERIES) {
                Kql.run(ROWS + query, NOTHING, QueryOptions.DEFAULT);
            }
        } catch (DiagnosticException wrong) {
            throw new IllegalStateException(wrong);
        }
    }

    private static final Catalog NOTHING = Catalog.of(List.of());
}
