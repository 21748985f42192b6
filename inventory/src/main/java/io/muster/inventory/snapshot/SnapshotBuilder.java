package io.muster.inventory.snapshot;

import io.muster.core.column.Bits;
import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceHeading;
import io.muster.inventory.table.TableLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Builds a snapshot of a whole collection, resource by resource. Of two resources with one id the later counts. Confined to one thread.
public final class SnapshotBuilder {
    private final TableLayout layout;
    private final IdIndex ids;
    private final long version;
    private final SegmentsBuilder segments;
    private final JsonBytes in = new JsonBytes(JsonLimits.DEFAULT);
    private final ResourceHeading heading = new ResourceHeading();
    private long[] seen = new long[1024];
    private int duplicates;

    /// The first snapshot of a lineage.
    public SnapshotBuilder(TableLayout layout) {
        this(layout, new IdIndex(), 1);
    }

    /// A snapshot that takes the place of another as a whole; resources keep their ordinals.
    public SnapshotBuilder(Snapshot previous) {
        this(previous.layout(), previous.ids(), previous.version() + 1);
    }

    private SnapshotBuilder(TableLayout layout, IdIndex ids, long version) {
        this.layout = layout;
        this.ids = ids;
        this.version = version;
        this.segments = new SegmentsBuilder(layout, ids);
    }

    /// @throws IllegalArgumentException when the resource has no `id` or `type` text
    public void add(Dynamic resource) {
        typeOf(resource);
        int ordinal = ids.assign(idOf(resource));
        note(ordinal);
        segments.add(resource, ordinal);
    }

    /// Adds a resource from its UTF-8 text without making objects of it.
    ///
    /// @throws JsonException when the text is no JSON object with an `id` and a `type` text
    public void add(byte[] utf8, int offset, int length) throws JsonException {
        in.reset(utf8, offset, length);
        heading.read(in);
        if (!heading.hasId() || !heading.hasType()) {
            throw in.fault("the resource has no '" + (heading.hasId() ? "type" : "id") + "'");
        }
        int ordinal = ids.assignHash(heading.idHash());
        note(ordinal);
        in.again();
        segments.add(heading.type(), in, ordinal);
        in.end();
    }

    private void note(int ordinal) {
        int word = ordinal >>> 6;
        if (word >= seen.length) {
            seen = Arrays.copyOf(seen, Math.max(seen.length * 2, word + 1));
        }
        if ((seen[word] >>> ordinal & 1) != 0) {
            duplicates++;
        }
        seen[word] |= 1L << ordinal;
    }

    /// A place to go back to, such as where a source begins. Costs the segments that are not full.
    public int mark() {
        return segments.mark();
    }

    /// Forgets all resources added since that mark, as if they had not come.
    public void backTo(int mark) {
        segments.backTo(mark);
    }

    /// How many resources came more than once so far, those that were forgotten included.
    public int duplicates() {
        return duplicates;
    }

    public Snapshot build(Instant takenAt, Dynamic metadata) {
        var built = segments.build();
        return Snapshot.of(
                layout,
                version,
                takenAt,
                metadata,
                duplicates == 0 ? built : withoutEarlier(built),
                ids);
    }

    // Later rows of one ordinal win: walk backwards and delete what was already met. Segments close
    // out of order, so their ids tell the age only within a type.
    private static List<ResourceSegment> withoutEarlier(List<ResourceSegment> built) {
        var met = new HashSet<Integer>();
        var out = new ArrayList<ResourceSegment>();
        for (int s = built.size() - 1; s >= 0; s--) {
            var segment = built.get(s);
            Bits.@Nullable Builder gone = null;
            for (int row = segment.size() - 1; row >= 0; row--) {
                if (!met.add(segment.ordinal(row))) {
                    if (gone == null) {
                        gone = new Bits.Builder(segment.size());
                    }
                    gone.set(row);
                }
            }
            out.addFirst(gone == null ? segment : segment.without(gone.build(segment.size())));
        }
        return out;
    }

    static String idOf(Dynamic resource) {
        return resource.get("id")
                .asText()
                .filter(id -> !id.isBlank())
                .orElseThrow(() -> new IllegalArgumentException("a resource has no 'id'"));
    }

    /// In lower case.
    static String typeOf(Dynamic resource) {
        return resource.get("type")
                .asText()
                .filter(type -> !type.isBlank())
                .map(type -> type.toLowerCase(Locale.ROOT))
                .orElseThrow(() -> new IllegalArgumentException("a resource has no 'type'"));
    }
}
