package io.muster.inventory.derived;

import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.CollectionLog;
import java.util.List;

/// `collections`: how fresh and how complete the readings are that the snapshot came from, a row per source, scope and table.
record CollectionsTable(Snapshot snapshot) implements TableSource {
    static final Schema SCHEMA =
            Columns.of(
                    "id",
                    "source",
                    "scope",
                    "table",
                    "completeness",
                    "rows:long",
                    "expected:long",
                    "startedAt:datetime",
                    "finishedAt:datetime",
                    "lastCompleteAt:datetime",
                    "because");

    @Override
    public String name() {
        return "collections";
    }

    @Override
    public Schema schema() {
        return SCHEMA;
    }

    @Override
    public List<Segment> scan(ScanRequest request) {
        var rows = new Rows(SCHEMA);
        for (var entry : CollectionLog.of(snapshot)) {
            rows.text(
                            String.join(
                                    "|",
                                    entry.get("source").textOr(""),
                                    entry.get("scope").textOr(""),
                                    entry.get("table").textOr("")))
                    .text(entry.get("source").textOr(""))
                    .text(entry.get("scope").textOr(""))
                    .text(entry.get("table").textOr(""))
                    .text(entry.get("completeness").textOr(""))
                    .whole(entry.get("rows").longOr(0))
                    .whole(
                            entry.get("expected") instanceof Dynamic.Whole(var expected)
                                    ? expected
                                    : null)
                    .time(entry.get("startedAt"))
                    .time(entry.get("finishedAt"))
                    .time(entry.get("lastCompleteAt"))
                    .text(entry.get("because").textOr(""))
                    .end();
        }
        return rows.size() == 0 ? List.of() : List.of(rows.toSegment());
    }
}
