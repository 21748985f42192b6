package io.muster.inventory.snapshot;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.Segment;
import io.muster.core.column.Sharing;
import io.muster.core.column.StringColumn;
import io.muster.core.value.Dynamic;
import io.muster.inventory.table.ResourceTable;
import java.util.function.IntPredicate;

/// A stretch of resources of one type: their rows in their table, and themselves as JSON.
///
/// One type a segment keeps the paths dense and lets a condition on `type` pass over whole segments. Immutable.
public final class ResourceSegment {
    private final long id;
    private final String type;
    private final ResourceTable table;
    private final Column root;
    private final int[] ordinals;
    private final Segment rows;

    ResourceSegment(
            long id,
            String type,
            ResourceTable table,
            Column root,
            int[] ordinals,
            Sharing sharing) {
        this(
                id,
                type,
                table,
                root,
                ordinals,
                new Segment(root.size(), table.columns(root, sharing)));
    }

    private ResourceSegment(
            long id, String type, ResourceTable table, Column root, int[] ordinals, Segment rows) {
        this.id = id;
        this.type = type;
        this.table = table;
        this.root = root;
        this.ordinals = ordinals;
        this.rows = rows;
    }

    /// The same rows under other ordinals: those that their ids have in this lineage now.
    ResourceSegment renumbered(int[] current) {
        return new ResourceSegment(id, type, table, root, current, rows);
    }

    ResourceSegment without(Bits deleted) {
        return new ResourceSegment(id, type, table, root, ordinals, rows.without(deleted));
    }

    /// The same segment with only those of its live rows.
    public ResourceSegment keeping(IntPredicate wanted) {
        var gone = new Bits.Builder(size());
        boolean[] any = new boolean[1];
        rows.live()
                .forEach(row -> {
                    if (!wanted.test(row)) {
                        gone.set(row);
                        any[0] = true;
                    }
                });
        return any[0] ? without(gone.build(size())) : this;
    }

    /// Unique in the lineage of snapshots; the content of a segment with a given id never changes, only which rows are deleted.
    public long id() {
        return id;
    }

    /// The resources' type in lower case.
    public String type() {
        return type;
    }

    public ResourceTable table() {
        return table;
    }

    /// The rows as the table has them.
    public Segment rows() {
        return rows;
    }

    /// The resources as collected, one a row: where policy aliases and fields are looked up, by `at`.
    public Column root() {
        return root;
    }

    public int size() {
        return ordinals.length;
    }

    /// The stable ordinal of the resource in a row.
    public int ordinal(int row) {
        return ordinals[row];
    }

    int[] ordinals() {
        return ordinals;
    }

    /// The resource of a row as the JSON it came as.
    public Dynamic resource(int row) {
        return root.dynamic(row);
    }

    /// The id of the resource in a row, in the case it was collected in.
    public String resourceId(int row) {
        return root.at("id") instanceof StringColumn ids
                ? ids.get(row)
                : root.at("id").dynamic(row).textOr("");
    }
}
