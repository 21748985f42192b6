package io.muster.service.query;

import io.muster.core.column.Catalog;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.source.CollectionLog;
import io.muster.inventory.source.ScopeReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A catalog that notes which tables were read, so that an answer can say what of them was not collected whole. Safe for many threads.
public final class TouchedTables implements Catalog {
    /// Tables that are made of what compute tells of machines, and of versions' replicas.
    private static final Set<String> OF_COMPUTE =
            Set.of(
                    "resources",
                    "computeresources",
                    "vmapplications",
                    "vmextensions",
                    "galleryversions",
                    "policyresources");

    private static final Set<String> OF_RESOURCES =
            Set.of("vmapplications", "vmextensions", "galleryversions", "policyresources");

    private final Catalog all;
    private final Set<String> touched = ConcurrentHashMap.newKeySet();

    public TouchedTables(Catalog all) {
        this.all = all;
    }

    @Override
    public Optional<TableSource> table(String name) {
        return all.table(name).map(table -> new Noted(table, touched));
    }

    @Override
    public List<TableSource> tables() {
        return all.tables().stream().<TableSource>map(table -> new Noted(table, touched)).toList();
    }

    private record Noted(TableSource table, Set<String> touched) implements TableSource {
        @Override
        public String name() {
            return table.name();
        }

        @Override
        public Schema schema() {
            return table.schema();
        }

        @Override
        public Optional<String> key() {
            return table.key();
        }

        @Override
        public List<Segment> scan(ScanRequest request) {
            touched.add(table.name().toLowerCase(Locale.ROOT));
            return table.scan(request);
        }
    }

    /// The readings behind the tables read so far that were not whole, one sentence each.
    public List<String> notWhole(Snapshot snapshot) {
        var sentences = new ArrayList<String>();
        for (var entry : CollectionLog.of(snapshot)) {
            String completeness = entry.get("completeness").textOr("");
            if (!completeness.equals("Complete")
                    && bearsUpon(entry.get("table").textOr(""), snapshot)) {
                sentences.add(sentence(entry, completeness));
            }
        }
        return sentences;
    }

    /// Every reading of a snapshot that was not whole, one sentence each: what rests on all of it, as verdicts do.
    public static List<String> anyNotWhole(Snapshot snapshot) {
        var sentences = new ArrayList<String>();
        for (var entry : CollectionLog.of(snapshot)) {
            String completeness = entry.get("completeness").textOr("");
            if (!completeness.equals("Complete")) {
                sentences.add(sentence(entry, completeness));
            }
        }
        return sentences;
    }

    private boolean bearsUpon(String read, Snapshot snapshot) {
        if (read.equals("*")) {
            return !touched.isEmpty();
        }
        if (read.equals(ScopeReport.INSTANCE_VIEWS)) {
            return touched.stream().anyMatch(OF_COMPUTE::contains);
        }
        String table =
                read.contains("/")
                        ? snapshot.layout().tableOf(read.toLowerCase(Locale.ROOT)).name()
                        : read.toLowerCase(Locale.ROOT);
        return touched.contains(table)
                || ((table.equals("resources") || table.equals("computeresources"))
                        && touched.stream().anyMatch(OF_RESOURCES::contains));
    }

    private static String sentence(Dynamic entry, String completeness) {
        return "%s of %s from %s is %s since %s: %s"
                .formatted(
                        entry.get("table").textOr(""),
                        entry.get("scope").textOr(""),
                        entry.get("source").textOr(""),
                        completeness.toLowerCase(Locale.ROOT),
                        entry.get("lastCompleteAt").textOr("ever"),
                        entry.get("because").textOr(""));
    }
}
