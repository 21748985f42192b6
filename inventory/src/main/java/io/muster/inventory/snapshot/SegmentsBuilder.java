package io.muster.inventory.snapshot;

import io.muster.core.column.Sharing;
import io.muster.core.column.ShreddingBuilder;
import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.table.TableLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/// Gathers resources by type into segments. Confined to one thread.
final class SegmentsBuilder {
    /// Rows of a full segment.
    static final int ROWS = 65_536;

    private final TableLayout layout;
    private final IdIndex ids;
    private final Sharing sharing = new Sharing();
    private final TreeMap<String, Open> open = new TreeMap<>();
    private final List<ResourceSegment> full = new ArrayList<>();

    SegmentsBuilder(TableLayout layout, IdIndex ids) {
        this.layout = layout;
        this.ids = ids;
    }

    private static final class Open {
        final ShreddingBuilder resources = new ShreddingBuilder();
        int[] ordinals = new int[16];

        void ordinal(int ordinal) {
            int row = resources.size();
            if (row == ordinals.length) {
                ordinals = Arrays.copyOf(ordinals, row * 2);
            }
            ordinals[row] = ordinal;
        }
    }

    void add(Dynamic resource, int ordinal) {
        String type = SnapshotBuilder.typeOf(resource);
        var rows = open(type);
        rows.ordinal(ordinal);
        rows.resources.append(resource);
        closeIfFull(type, rows);
    }

    /// Reads a resource from its text straight into columns.
    ///
    /// @param type in lower case
    void add(String type, JsonBytes in, int ordinal) throws JsonException {
        var rows = open(type);
        rows.ordinal(ordinal);
        rows.resources.append(in);
        closeIfFull(type, rows);
    }

    private Open open(String type) {
        return open.computeIfAbsent(type, _ -> new Open());
    }

    private void closeIfFull(String type, Open rows) {
        if (rows.resources.size() == ROWS) {
            open.remove(type);
            close(type, rows);
        }
    }

    private void close(String type, Open rows) {
        int size = rows.resources.size();
        var ofType = sharing.below(type);
        full.add(
                new ResourceSegment(
                        ids.newSegmentId(),
                        type,
                        layout.tableOf(type),
                        rows.resources.build(ofType),
                        Arrays.copyOf(rows.ordinals, size),
                        ofType));
    }

    /// A place to go back to.
    int mark() {
        open.forEach(this::close);
        open.clear();
        return full.size();
    }

    /// Forgets what was added since that mark.
    void backTo(int mark) {
        open.clear();
        full.subList(mark, full.size()).clear();
    }

    List<ResourceSegment> build() {
        mark();
        return List.copyOf(full);
    }
}
