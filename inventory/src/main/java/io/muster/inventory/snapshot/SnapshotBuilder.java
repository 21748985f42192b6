package io.muster.inventory.snapshot;

import io.muster.core.column.Bits;
import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import io.muster.inventory.table.TableLayout;
import java.io.IOException;
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
    public void add(byte[] utf8, int offset, int length) throws IOException, JsonException {
        String id;
        String type;
        try (var cursor = JsonCursor.of(utf8, offset, length, JsonLimits.DEFAULT)) {
            if (cursor.next() != JsonCursor.Token.START_OBJECT) {
                throw cursor.fault("a resource must be a JSON object");
            }
            var heading = Heading.read(cursor);
            id = heading.id();
            type = heading.type();
        }
        int ordinal = ids.assign(id);
        note(ordinal);
        try (var cursor = JsonCursor.of(utf8, offset, length, JsonLimits.DEFAULT)) {
            cursor.next();
            segments.add(type, cursor, ordinal);
            if (cursor.next() != JsonCursor.Token.END) {
                throw cursor.fault("nothing may follow the resource");
            }
        }
    }

    /// The two members that say where a resource belongs; they stand near the front, so little is read twice.
    private record Heading(String id, String type) {
        static Heading read(JsonCursor cursor) throws IOException, JsonException {
            String id = null;
            String type = null;
            while (id == null || type == null) {
                if (cursor.next() == JsonCursor.Token.END_OBJECT) {
                    throw cursor.fault(
                            "the resource has no '" + (id == null ? "id" : "type") + "'");
                }
                String name = cursor.text();
                cursor.next();
                if (cursor.token() == JsonCursor.Token.STRING && name.equals("id")) {
                    id = cursor.text();
                } else if (cursor.token() == JsonCursor.Token.STRING && name.equals("type")) {
                    type = cursor.text();
                } else {
                    cursor.skipValue();
                }
            }
            return new Heading(id, type);
        }
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
