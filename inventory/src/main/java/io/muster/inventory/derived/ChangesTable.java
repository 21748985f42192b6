package io.muster.inventory.derived;

import io.muster.core.column.Bits;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.inventory.history.ResourceHistory;
import io.muster.inventory.snapshot.ResourceSegment;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceTable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;

/// `resourcechanges`, `resourcecontainerchanges`, `healthresourcechanges`: all hold `microsoft.resources/changes`, told apart by what changed.
/// Virtual: costs a look at each change's target type, once a segment.
record ChangesTable(String name, Snapshot snapshot) implements TableSource {
    static final List<String> NAMES =
            List.of("resourcechanges", "resourcecontainerchanges", "healthresourcechanges");

    private record Key(String table) {}

    @Override
    public Schema schema() {
        return snapshot.table(name).orElseThrow().schema();
    }

    @Override
    public List<Segment> scan(ScanRequest request) {
        var out = new ArrayList<Segment>();
        for (var segment : snapshot.segmentsOf(ResourceHistory.TYPE)) {
            Bits others = segment.rows().derived(new Key(name), () -> others(segment));
            var rows = others.isEmpty() ? segment.rows() : segment.rows().without(others);
            if (rows.liveSize() > 0) {
                out.add(rows);
            }
        }
        return out;
    }

    private Bits others(ResourceSegment segment) {
        var targets = segment.root().at("properties").at("targetResourceType");
        var others = new Bits.Builder(segment.size());
        var known = new HashMap<String, Boolean>();
        for (int row = 0; row < segment.size(); row++) {
            String target = targets.dynamic(row).textOr("");
            if (known.computeIfAbsent(target, this::isOfAnother)) {
                others.set(row);
            }
        }
        return others.build(segment.size());
    }

    private boolean isOfAnother(String targetType) {
        String type = targetType.toLowerCase(Locale.ROOT);
        return !tableOf(snapshot.layout().tableOf(type)).equals(name);
    }

    private static String tableOf(ResourceTable table) {
        return switch (table.name()) {
            case "resourcecontainers" -> "resourcecontainerchanges";
            case "healthresources" -> "healthresourcechanges";
            default -> "resourcechanges";
        };
    }
}
